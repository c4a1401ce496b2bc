package io.github.qos4j.boot.metrics;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

import io.github.qos4j.QosException;
import io.github.qos4j.QosOperation;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The timers of a handle's operations with one backend. Each is looked up in the registry
 * once, since that takes longer than to use it.
 */
final class OperationMeters {

	private final MeterGroup meters;

	private final String backend;

	private final AtomicReferenceArray<@Nullable Timer> successes = new AtomicReferenceArray<>(
			QosOperation.values().length);

	private final Map<Failure, Timer> failures = new ConcurrentHashMap<>();

	OperationMeters(MeterGroup meters, String backend) {
		this.meters = meters;
		this.backend = backend;
	}

	void record(QosOperation operation, long nanos, @Nullable QosException failure) {
		timer(operation, failure).record(nanos, TimeUnit.NANOSECONDS);
	}

	private Timer timer(QosOperation operation, @Nullable QosException failure) {
		if (failure != null) {
			return this.failures.computeIfAbsent(new Failure(operation, errorOf(failure)),
					(key) -> register(operation, "error", key.error()));
		}
		Timer known = this.successes.get(operation.ordinal());
		if (known == null) {
			// Another thread may do so, too: the registry gives both the same timer.
			known = register(operation, "success", "none");
			this.successes.set(operation.ordinal(), known);
		}
		return known;
	}

	private Timer register(QosOperation operation, String outcome, String error) {
		return this.meters.timer(QosMeter.OPERATIONS, QosMeterTag.BACKEND.of(this.backend),
				QosMeterTag.OPERATION.of(operation.name().toLowerCase(Locale.ROOT).replace('_', '-')),
				QosMeterTag.OUTCOME.of(outcome), QosMeterTag.ERROR.of(error));
	}

	/**
	 * Return the symbol of an error. Not its code, which may be any number, and never its
	 * message, which may have an address.
	 */
	private static String errorOf(QosException failure) {
		String symbol = failure.symbol();
		return (symbol != null) ? symbol : failure.errorCase().name();
	}

	/**
	 * What tells one timer of failures from another.
	 */
	private record Failure(QosOperation operation, String error) {

	}

}
