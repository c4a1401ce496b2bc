package io.github.qos4j.boot.web;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Keeps what the observations of requests say of their marks.
 */
public final class ObservedRequests implements ObservationHandler<Observation.Context> {

	private final List<String> requests = new CopyOnWriteArrayList<>();

	@Override
	public boolean supportsContext(Observation.Context context) {
		// It has no name yet
		return true;
	}

	@Override
	public void onStop(Observation.Context context) {
		if ("http.server.requests".equals(context.getName())) {
			this.requests.add(value(context, "uri") + " " + value(context, RequestKeys.POLICY.asString()) + " "
					+ value(context, RequestKeys.TRAFFIC_TYPE.asString()));
		}
	}

	private static String value(Observation.Context context, String key) {
		KeyValue known = context.getLowCardinalityKeyValue(key);
		return (known != null) ? known.getValue() : "missing";
	}

	/**
	 * Wait for the last of these: pattern, policy and traffic type of each request.
	 */
	public void expect(String... expected) {
		Awaitility.await().until(() -> this.requests.size() >= expected.length);
		assertThat(this.requests).containsExactly(expected);
	}

}
