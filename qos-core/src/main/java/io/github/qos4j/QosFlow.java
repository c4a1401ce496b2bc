package io.github.qos4j;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * One socket's traffic, and the class that it should get. A flow is desired state: it
 * stays wanted until it is closed, and its handle puts it in force as soon as the system
 * allows.
 * <p>
 * Flows are thread-safe. Only {@link #awaitActive} waits. A flow keeps no socket alive,
 * and it ends when its socket or its handle is closed.
 */
public interface QosFlow extends AutoCloseable {

	/**
	 * Return what this flow asks for.
	 * @return the options, as given to {@code addFlow}
	 */
	QosFlowOptions options();

	/**
	 * Return the state.
	 * @return the state
	 */
	default FlowState state() {
		return status().state();
	}

	/**
	 * Return the state with its reason.
	 * @return the status
	 */
	FlowStatus status();

	/**
	 * Return what was asked for and what the system says it applies. Where reading it
	 * back cannot wait (Linux) the system is asked now, otherwise the last answer is
	 * returned.
	 * @return the marking
	 */
	Marking marking();

	/**
	 * Return a stage that completes when this flow becomes active, at once if it is. It
	 * completes with a {@link QosFlowException} if the flow fails or is closed first.
	 * Dependent actions run on the common pool unless they name an executor.
	 * @return the stage
	 */
	CompletionStage<QosFlow> whenActive();

	/**
	 * Wait until this flow is active. Blocks; never call it on an event loop.
	 * @param timeout how long to wait at most
	 * @throws QosFlowException if the flow fails or is closed, if the time is over, or if
	 * the thread is interrupted (its interrupt flag is set again)
	 * @throws IllegalArgumentException if the timeout is null, zero or negative
	 */
	void awaitActive(Duration timeout);

	/**
	 * End this flow; what was there before is restored. The state is {@code CLOSED} at
	 * once. The mark is gone when this returns where the system needs no service for it,
	 * otherwise soon after; this never waits for a service. Closing again does nothing.
	 */
	@Override
	void close();

}
