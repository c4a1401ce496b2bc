package io.github.qos4j;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The QoS request for the traffic of a socket, or of several. A flow is desired state: it
 * stays in effect until it is closed, and the handle puts it in force whenever the system
 * allows, also after a lost native handle.
 * <p>
 * Thread-safe; only {@link #awaitActive} blocks. Asynchronous methods throw only for
 * invalid arguments; all other failures are reported by the stage they return. A flow
 * does not keep its sockets from being garbage-collected, and it ends when its last
 * socket or its handle is closed.
 */
public interface QosFlow extends AutoCloseable {

	/**
	 * Return the number of this flow. No other flow of this process has it, and it says
	 * nothing to the system.
	 * @return the number, greater than zero
	 */
	long id();

	/**
	 * Return the socket that this flow was added for, or another one of its sockets once
	 * that is closed. It may be closed as well.
	 * @return the socket
	 */
	QosSocket socket();

	/**
	 * Return the options requested for this flow.
	 * @return the options
	 */
	QosFlowOptions options();

	/**
	 * Change the options of this flow: traffic type, code point, rate. Never waits for a
	 * service. A flow that is not active takes the new options as soon as it becomes
	 * active; a failed flow is retried with them at once, unless it has failed because
	 * calls for it hang, which have to return first.
	 * <p>
	 * The system may refuse options. The flow then uses the newest options that were not
	 * refused: a refused change does not take others with it. Of those that wait to be
	 * tried, as in a pause, the newest 16 count. On Windows a rate or code point that is
	 * refused when the flow is added is not an error, and {@link #marking} reports it.
	 * @param options the new options
	 * @return a stage that completes when these options, or options requested later, are
	 * in force. It fails with a {@link QosFlowException} if the system refuses these
	 * options, if it refuses all that count and these did not, or if the flow is closed
	 * or fails. Dependent actions run on the common pool unless they name an executor.
	 * @throws IllegalArgumentException if the options are null, or if they would make an
	 * adaptive flow non-adaptive or the reverse
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qossetflow">QOSSetFlow</a>
	 */
	CompletionStage<QosFlow> setOptions(QosFlowOptions options);

	/**
	 * Add a socket to this flow, or another peer of a UDP socket. Never waits for a
	 * service. All sockets share the options of the flow. A socket leaves the flow when
	 * it is closed. Where whole sockets are marked (Linux), adding another peer of a
	 * socket that already belongs to the flow has no effect.
	 * @param socket the socket, with its peer unless it is connected
	 * @return a stage that completes when the socket has joined the flow. It fails with a
	 * {@link QosFlowException} if the system refuses the socket, which leaves the flow
	 * unchanged, or if the flow is closed or fails; on a failed flow immediately.
	 * Dependent actions run on the common pool unless they name an executor.
	 * @throws IllegalArgumentException if the socket is null or closed, or if this flow
	 * is adaptive, which allows a single socket only
	 */
	CompletionStage<QosFlow> add(QosSocket socket);

	/**
	 * Return the state.
	 * @return the state
	 */
	default FlowState state() {
		return status().state();
	}

	/**
	 * Return a snapshot of the state and its reason.
	 * @return the status
	 */
	FlowStatus status();

	/**
	 * Return the requested code point and the one that the system says it applies. Where
	 * the system answers without waiting (Linux, macOS) it is asked now; otherwise its
	 * last answer is returned. Never waits for a service.
	 * @return the marking
	 */
	Marking marking();

	/**
	 * Return a stage that completes when this flow becomes active, or immediately if it
	 * is. It fails with a {@link QosFlowException} if the flow has failed or is closed,
	 * or does so first. Dependent actions run on the common pool unless they name an
	 * executor.
	 * @return the stage
	 */
	CompletionStage<QosFlow> whenActive();

	/**
	 * Wait until this flow is active. Blocks; do not call it on an event loop.
	 * @param timeout the longest time to wait
	 * @throws QosFlowException if the flow has failed or is closed, if the timeout
	 * elapses, or if the thread is interrupted (its interrupt flag is set again)
	 * @throws IllegalArgumentException if the timeout is null, zero or negative
	 */
	void awaitActive(Duration timeout);

	/**
	 * Query what the system knows about the path. Never waits for a service.
	 * @return a stage that completes with the figures, or with the answer that the system
	 * is still measuring or does not measure flows of this kind. It fails with a
	 * {@link QosFlowException} if this flow is not active or the system refuses, and with
	 * a {@link QosUnavailableException} if the handle is not open.
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosqueryflow">QOSQueryFlow</a>
	 */
	CompletionStage<FlowFundamentals> fundamentals();

	/**
	 * Query like {@link #fundamentals()}, but have the path measured anew, which takes
	 * longer.
	 * @return a stage that completes with the figures. It fails with a
	 * {@link QosFlowException} if this flow is not active or the system refuses, and with
	 * a {@link QosUnavailableException} if the handle is not open.
	 */
	CompletionStage<FlowFundamentals> freshFundamentals();

	/**
	 * Query the markings of this flow's packets, including the effect of local policies.
	 * Never waits for a service.
	 * @return a stage that completes with the markings. It fails with a
	 * {@link QosFlowException} if this flow is not active or the system refuses, and with
	 * a {@link QosUnavailableException} if the handle is not open.
	 */
	CompletionStage<PacketPriority> packetPriority();

	/**
	 * Query the rate limit in force. Never waits for a service.
	 * @return a stage that completes with the rate in bits per second, counted as in
	 * {@link FlowRate#bitsPerSecond}, or with an empty value if there is no limit. It
	 * fails with a {@link QosFlowException} if this flow is not active or the system
	 * refuses, and with a {@link QosUnavailableException} if the handle is not open.
	 */
	CompletionStage<OptionalLong> outgoingRate();

	/**
	 * Wait for a condition of the path, without blocking. The wait continues across sleep
	 * and standby. It completes soon if the condition holds already. Any number of
	 * callers can wait for the same condition, but waits for
	 * {@link FlowCondition.Kind#AVAILABLE} must be for the same bandwidth.
	 * @param condition the condition
	 * @return a future that completes with the condition once it holds. It fails with a
	 * {@link QosFlowException} if this flow is not active, if a wait for another
	 * bandwidth is in progress, or if the system cannot tell, for example because the
	 * flow is not adaptive on Windows; and with a {@link QosUnavailableException} if the
	 * handle is not open. It is cancelled if the flow is closed. Cancelling it ends the
	 * wait.
	 * @throws IllegalArgumentException if the condition is null
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosnotifyflow">QOSNotifyFlow</a>
	 */
	CompletableFuture<FlowCondition> when(FlowCondition condition);

	/**
	 * Register a listener that is notified each time a condition begins to hold, across
	 * sleep and standby. After {@link FlowCondition#CONGESTED} was reported, it is
	 * reported again only once the path was uncongested in between, and the reverse. An
	 * available bandwidth is reported at most once per second. Never waits for a service.
	 * @param condition the condition
	 * @param listener the listener; {@link ConditionListener#ended} tells it if the
	 * handle is not open, if this flow is not active, if a wait for another bandwidth is
	 * in progress, or if the system cannot tell
	 * @return the registration, which ends with the flow at the latest
	 * @throws IllegalArgumentException if an argument is null
	 */
	Subscription listen(FlowCondition condition, ConditionListener listener);

	/**
	 * Close this flow and restore what the sockets had before. The state is
	 * {@code CLOSED} immediately. Never waits for a service: where one is needed the mark
	 * is removed soon after this returns, otherwise before. Has no effect if already
	 * closed.
	 */
	@Override
	void close();

	/**
	 * Receives notifications about a condition of a flow, in order. Each registration has
	 * a daemon thread of its own, which exists only while there are events to deliver. A
	 * listener that blocks delays nobody else; if more than 10,000 of its events are
	 * waiting, further ones are dropped. Exceptions that it throws are logged at debug
	 * level.
	 */
	@FunctionalInterface
	interface ConditionListener {

		/**
		 * Called when the condition has begun to hold.
		 * @param flow the flow
		 * @param condition the condition
		 */
		void occurred(QosFlow flow, FlowCondition condition);

		/**
		 * Called once if the condition cannot be observed, or no longer; nothing is
		 * reported after it. Not called because the flow or the registration is closed
		 * later.
		 * @param flow the flow
		 * @param failure a {@link QosUnavailableException} if the handle was not open
		 * when the listener was registered, otherwise a {@link QosFlowException}
		 */
		default void ended(QosFlow flow, QosException failure) {
		}

	}

}
