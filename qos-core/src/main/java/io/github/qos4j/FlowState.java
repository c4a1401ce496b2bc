package io.github.qos4j;

/**
 * State of a {@link QosFlow}.
 */
public enum FlowState {

	/**
	 * Wanted, but not in force yet, because the handle is not open or the socket is not
	 * connected. It becomes active by itself.
	 */
	PENDING,

	/**
	 * In force.
	 */
	ACTIVE,

	/**
	 * Refused. Not tried again until something changes. The socket itself is unharmed.
	 */
	FAILED,

	/**
	 * Closed by its owner, or ended because its socket or its handle was closed.
	 */
	CLOSED

}
