package io.github.qos4j.bench;

import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.metrics.QosMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * Measures what it takes to add and close a flow, with handles in one JVM that take
 * turns: two without meters, so that their ratio tells the noise, and one with meters in
 * a registry of Prometheus. Prints the microseconds of the three. Arguments: those of
 * {@link Rounds}, and flows in a turn.
 */
public final class MetricsCost {

	private MetricsCost() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int flows = Integer.parseInt(arguments[3]);
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		List<QosHandle> handles = List.of(handle(null), handle(null), handle(registry));
		DatagramChannel socket = Handles.socket();
		rounds.run("meters", handles.stream()
			.map((handle) -> Rounds.timed(flows, (times) -> Handles.cycle(handle, socket, times)))
			.toArray(Rounds.Turn[]::new));
		requireTimers(registry, (long) flows * rounds.all());
		handles.forEach(QosHandle::close);
	}

	private static QosHandle handle(PrometheusMeterRegistry registry) {
		QosHandle.Builder builder = QosHandle.builder();
		QosMeters meters = (registry != null) ? new QosMeters(List::of, List::of, Duration.ofSeconds(10), 500) : null;
		if (meters != null) {
			meters.observe(builder);
		}
		QosHandle handle = Handles.open(builder);
		if (meters != null) {
			meters.add("handle", handle);
			meters.bindTo(registry);
		}
		return handle;
	}

	/**
	 * Without this, meters that measure nothing would be the fastest.
	 */
	private static void requireTimers(PrometheusMeterRegistry registry, long flows) {
		for (String operation : List.of("add-flow", "remove-flow")) {
			long count = registry.get("qos.operations").tag("operation", operation).timer().count();
			if (count != flows) {
				throw new IllegalStateException(operation + " was timed " + count + " times, not " + flows);
			}
		}
	}

}
