package io.github.qos4j.bench;

import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.metrics.QosMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * Measures what it takes to add and close a flow, with handles in one JVM that take
 * turns: two without meters, so that their ratio tells the noise, and one with meters in
 * a registry of Prometheus. Prints a line for each round, with the microseconds of the
 * three. Arguments: rounds, rounds to warm up, flows in a turn, and the seed of the order
 * of turns.
 */
public final class MetricsCost {

	private MetricsCost() {
	}

	public static void main(String[] arguments) throws Exception {
		int rounds = Integer.parseInt(arguments[0]);
		int warmUp = Integer.parseInt(arguments[1]);
		int flows = Integer.parseInt(arguments[2]);
		Random random = new Random(Long.parseLong(arguments[3]));
		PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		List<QosHandle> handles = List.of(handle(null), handle(null), handle(registry));
		List<Integer> order = new ArrayList<>(List.of(0, 1, 2));
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", 9));
			for (int round = -warmUp; round < rounds; round++) {
				double[] micros = new double[order.size()];
				Collections.shuffle(order, random);
				for (int handle : order) {
					micros[handle] = measure(handles.get(handle), socket, flows);
				}
				if (round >= 0) {
					System.out.printf(Locale.ROOT, "%.4f;%.4f;%.4f%n", micros[0], micros[1], micros[2]);
				}
			}
		}
		requireTimers(registry, (long) flows * (rounds + warmUp));
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

	private static double measure(QosHandle handle, DatagramSocket socket, int flows) {
		long start = System.nanoTime();
		for (int i = 0; i < flows; i++) {
			handle.addFlow(socket, TrafficType.VOICE).close();
		}
		return (System.nanoTime() - start) / 1e3 / flows;
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
