package io.github.qos4j;

/**
 * State of a {@link QosFlow}.
 */
public enum FlowState {

	/**
	 * Not in force yet, because the handle is not open, its marking is paused, the flow
	 * is being added, or its socket has to be connected first. Becomes active
	 * automatically.
	 */
	PENDING,

	/**
	 * In force. {@link FlowStatus#reason()} tells if nothing is marked all the same,
	 * because the handle fell back to the backend {@code none}.
	 */
	ACTIVE,

	/**
	 * Refused by the system; the socket itself is not affected. If the reason may pass
	 * (see {@link ErrorCase}), the flow is retried automatically, at intervals of up to
	 * the longest backoff, and stays failed until a retry succeeds. Otherwise it is
	 * retried when its options are changed or the system reports a change of the network.
	 */
	FAILED,

	/**
	 * Closed by the application, or ended because its sockets or its handle were closed.
	 */
	CLOSED

}
