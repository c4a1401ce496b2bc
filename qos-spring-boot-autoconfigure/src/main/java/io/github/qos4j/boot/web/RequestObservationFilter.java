package io.github.qos4j.boot.web;

import java.util.function.Function;
import java.util.function.Supplier;

import io.github.qos4j.boot.properties.Names;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicy;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationFilter;
import org.jspecify.annotations.Nullable;

/**
 * Adds what a request was marked with to its observation, see {@link RequestKeys}. Every
 * request gets the keys, since meters of one name must have the same ones. Thread-safe.
 *
 * @param <C> type of the observations' contexts
 */
public final class RequestObservationFilter<C extends Observation.Context> implements ObservationFilter {

	private static final KeyValues NONE = keys(KeyValue.NONE_VALUE, KeyValue.NONE_VALUE);

	private final Class<C> type;

	private final Function<C, @Nullable Object> marked;

	private final Supplier<PolicyMarker> marker;

	/**
	 * Create a filter.
	 * @param type type of the observations' contexts
	 * @param marked returns the value of the request's attribute
	 * {@link RequestMarking#MARKED}
	 * @param marker returns the marker that knows the policies; called only once a
	 * request was marked
	 */
	public RequestObservationFilter(Class<C> type, Function<C, @Nullable Object> marked,
			Supplier<PolicyMarker> marker) {
		this.type = type;
		this.marked = marked;
		this.marker = marker;
	}

	@Override
	public Observation.Context map(Observation.Context context) {
		if (this.type.isInstance(context)) {
			Object policy = this.marked.apply(this.type.cast(context));
			context.addLowCardinalityKeyValues((policy != null) ? keyValues(policy.toString()) : NONE);
		}
		return context;
	}

	private KeyValues keyValues(String name) {
		return this.marker.get().policies().named(name).map(RequestObservationFilter::keyValues).orElse(NONE);
	}

	private static KeyValues keyValues(QosPolicy policy) {
		return keys(policy.name(), Names.of(policy.options().trafficType()));
	}

	private static KeyValues keys(String policy, String trafficType) {
		// Not by the key's own methods, which Micrometer of Spring Boot 3 has not.
		return KeyValues.of(KeyValue.of(RequestKeys.POLICY.asString(), policy),
				KeyValue.of(RequestKeys.TRAFFIC_TYPE.asString(), trafficType));
	}

}
