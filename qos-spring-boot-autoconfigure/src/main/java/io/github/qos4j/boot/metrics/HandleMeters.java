package io.github.qos4j.boot.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosOperation;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one handle in one registry.
 */
final class HandleMeters {

	private final QosHandle handle;

	private final MeterGroup meters;

	private final FlowMeters flows;

	private final Timer recoveries;

	private volatile OperationMeters operations;

	private String backend;

	/** When the handle was lost, as {@link System#nanoTime()}. */
	private @Nullable Long lost;

	/**
	 * Register the meters of a handle.
	 * @param name the name of its bean
	 * @param policies tells the name of the policy that a flow follows, or {@code null}
	 * @param sampled whether flows are going to be sampled
	 * @param found is run after each count that finds flows, and must be fast
	 */
	HandleMeters(String name, QosHandle handle, Function<QosFlow, @Nullable String> policies, MeterRegistry registry,
			boolean sampled, Runnable found) {
		this.handle = handle;
		this.meters = new MeterGroup(registry, name);
		this.backend = backendOf(handle.status());
		this.flows = new FlowMeters(handle, policies, this.meters, this.backend, sampled, found);
		this.operations = new OperationMeters(this.meters, this.backend);
		for (HandleState state : HandleState.values()) {
			this.meters.gauge(QosMeter.HANDLE_STATE, () -> isState(state) ? 1 : 0, QosMeterTag.STATE.of(state.name()));
		}
		this.meters.gauge(QosMeter.HANDLE_PAUSED, () -> isPaused() ? 1 : 0);
		this.recoveries = this.meters.timer(QosMeter.HANDLE_RECOVERIES);
		this.flows.count();
	}

	QosHandle handle() {
		return this.handle;
	}

	private boolean isState(HandleState state) {
		HandleStatus status = this.handle.status();
		if (status != null) {
			changeBackend(status);
		}
		// Finds flows of a new kind, should nobody observe the handle.
		this.flows.count();
		return status != null && status.state() == state;
	}

	private boolean isPaused() {
		HandleStatus status = this.handle.status();
		return status != null && status.paused();
	}

	/**
	 * Take note of an operation.
	 */
	void completed(QosOperation operation, long nanos, @Nullable QosException failure) {
		this.operations.record(operation, nanos, failure);
	}

	/**
	 * Take note of a change of the handle.
	 */
	synchronized void changed(HandleStatus status) {
		changeBackend(status);
		switch (status.state()) {
			case RECOVERING -> this.lost = (this.lost != null) ? this.lost : System.nanoTime();
			case OPEN -> {
				if (this.lost != null) {
					this.recoveries.record(System.nanoTime() - this.lost, TimeUnit.NANOSECONDS);
				}
				this.lost = null;
			}
			case OPENING, UNAVAILABLE, CLOSED -> {
			}
		}
	}

	private synchronized void changeBackend(HandleStatus status) {
		String current = backendOf(status);
		if (!current.equals(this.backend)) {
			this.backend = current;
			this.operations = new OperationMeters(this.meters, current);
			this.flows.backend(current);
		}
	}

	/**
	 * Return the name of the backend of a handle, which may be a mock without a status.
	 */
	private static String backendOf(@Nullable HandleStatus status) {
		return (status != null && status.backend() != null) ? status.backend() : "none";
	}

	/**
	 * Count the flows, and register meters for those of a new kind.
	 */
	void count() {
		this.flows.count();
	}

	/**
	 * Look at some flows. Never waits. Called by one thread.
	 * @param most how many to look at
	 * @return whether there are any flows to look at
	 */
	boolean sample(int most) {
		return this.flows.sample(most);
	}

	/**
	 * Take the meters out of the registry.
	 */
	void remove() {
		this.meters.remove();
	}

}
