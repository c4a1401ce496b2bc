package io.github.qos4j;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The traffic of a socket, or of several, and the class that it should get. A flow is
 * desired state: it stays wanted until it is closed, and its handle puts it in force as
 * soon as the system allows.
 * <p>
 * Flows are thread-safe. Only {@link #awaitActive} waits. A flow keeps no socket alive,
 * and it ends when its last socket or its handle is closed.
 */
public interface QosFlow extends AutoCloseable {

	/**
	 * Return what this flow asks for.
	 * @return the options
	 */
	QosFlowOptions options();

	/**
	 * Change what this flow asks for: traffic type, code point, rate. Never waits for a
	 * service. A flow that is not active is put in force with the new options as soon as
	 * that is possible; a rate or code point that is refused then is no failure, and
	 * {@link #marking} says so.
	 * @param options what to ask for from now on
	 * @return a stage that completes when the system has taken the change. It completes
	 * with a {@link QosFlowException} if the system refuses, and the flow is as it was
	 * then; or if the flow fails or is closed first. Dependent actions run on the common
	 * pool unless they name an executor.
	 * @throws IllegalArgumentException if the options are null, or if they would make an
	 * adaptive flow non-adaptive or the reverse
	 * @throws IllegalStateException if this flow is closed
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qossetflow">QOSSetFlow</a>
	 */
	CompletionStage<QosFlow> setOptions(QosFlowOptions options);

	/**
	 * Add a further socket to this flow, or a further peer of a UDP socket. Never waits
	 * for a service. It shares the options and the rate of this flow, and leaves it when
	 * it is closed. Where the system marks whole sockets (Linux), a further peer of a
	 * socket that the flow has already makes no difference.
	 * @param socket the socket, with its peer unless it is connected
	 * @return a stage that completes when the socket is in force, or with a
	 * {@link QosFlowException} if the system refuses it, and the flow is as it was then;
	 * or if the flow fails or is closed first. Dependent actions run on the common pool
	 * unless they name an executor.
	 * @throws IllegalArgumentException if the socket is null or closed, or if this flow
	 * is adaptive: it has one socket only
	 * @throws IllegalStateException if this flow is closed
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
	 * Ask what the system knows about the path. Never waits.
	 * @return the answer to come. It is an answer too that the system is still measuring,
	 * or measures nothing for such flows. Completes with a {@link QosFlowException} if
	 * the system refuses to tell.
	 * @throws QosUnavailableException if the handle is not open
	 * @throws IllegalStateException if this flow is not active
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosqueryflow">QOSQueryFlow</a>
	 */
	CompletionStage<FlowFundamentals> fundamentals();

	/**
	 * Ask as {@link #fundamentals()} does, but have the path measured anew, which is
	 * slower.
	 * @return the answer to come
	 * @throws QosUnavailableException if the handle is not open
	 * @throws IllegalStateException if this flow is not active
	 */
	CompletionStage<FlowFundamentals> freshFundamentals();

	/**
	 * Ask for the marks of this flow's packets, policies of the machine included. Never
	 * waits.
	 * @return the answer to come, or a {@link QosFlowException} if the system refuses to
	 * tell
	 * @throws QosUnavailableException if the handle is not open
	 * @throws IllegalStateException if this flow is not active
	 */
	CompletionStage<PacketPriority> packetPriority();

	/**
	 * Ask for the rate that is in force. Never waits.
	 * @return the answer to come: the rate in bits a second, counted as in
	 * {@link FlowRate#bitsPerSecond}, or empty where there is no limit; or a
	 * {@link QosFlowException} if the system refuses to tell
	 * @throws QosUnavailableException if the handle is not open
	 * @throws IllegalStateException if this flow is not active
	 */
	CompletionStage<OptionalLong> outgoingRate();

	/**
	 * Wait for a condition of the path, over sleep and standby if need be. Does not
	 * block. It may hold already. Any number of callers can wait for the same condition.
	 * @param condition the condition
	 * @return a future that completes with the condition when it holds; with a
	 * {@link QosFlowException} if the system cannot tell, for example because the flow is
	 * not adaptive, or if the flow is closed. Cancelling it ends the wait.
	 * @throws QosUnavailableException if the handle is not open
	 * @throws IllegalArgumentException if the condition is null
	 * @throws IllegalStateException if this flow is not active, or if a wait for another
	 * bandwidth is under way
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qosnotifyflow">QOSNotifyFlow</a>
	 */
	CompletableFuture<FlowCondition> when(FlowCondition condition);

	/**
	 * Be told each time a condition begins to hold, over sleep and standby too: after the
	 * path was found congested, next when it is again after it was not, and the reverse.
	 * A bandwidth is told of at most once a second.
	 * @param condition the condition
	 * @param listener the listener
	 * @return the subscription, which ends with the flow at the latest
	 * @throws QosUnavailableException if the handle is not open
	 * @throws IllegalArgumentException if an argument is null
	 * @throws IllegalStateException if this flow is not active, or if a wait for another
	 * bandwidth is under way
	 */
	Subscription listen(FlowCondition condition, ConditionListener listener);

	/**
	 * End this flow; what was there before is restored. The state is {@code CLOSED} at
	 * once. The mark is gone when this returns where the system needs no service for it,
	 * otherwise soon after; this never waits for a service. Closing again does nothing.
	 */
	@Override
	void close();

	/**
	 * Told whenever a condition begins to hold for a flow, on the thread that tells the
	 * handle's listeners. One that throws is logged at debug level; one that blocks
	 * misses events, and neither harms anybody else.
	 */
	@FunctionalInterface
	interface ConditionListener {

		/**
		 * A condition has begun to hold.
		 * @param flow the flow
		 * @param condition the condition
		 */
		void occurred(QosFlow flow, FlowCondition condition);

		/**
		 * The system cannot tell of this condition, so that this listener will not be
		 * told again.
		 * @param flow the flow
		 * @param failure why it cannot
		 */
		default void ended(QosFlow flow, QosException failure) {
		}

	}

}
