package io.github.qos4j;

/**
 * State of a {@link QosHandle}.
 */
public enum HandleState {

	/**
	 * The first attempt to open is in progress.
	 */
	OPENING,

	/**
	 * Open; flows are added immediately.
	 */
	OPEN,

	/**
	 * Was open and was lost, for example in standby; being reopened.
	 */
	RECOVERING,

	/**
	 * Could not be opened. Retried automatically, unless no backend can be used.
	 */
	UNAVAILABLE,

	/**
	 * Closed permanently.
	 */
	CLOSED

}
