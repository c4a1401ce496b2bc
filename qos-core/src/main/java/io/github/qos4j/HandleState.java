package io.github.qos4j;

/**
 * State of a {@link QosHandle}.
 */
public enum HandleState {

	/**
	 * Not open yet: the first attempt is under way.
	 */
	OPENING,

	/**
	 * Open: flows are added at once.
	 */
	OPEN,

	/**
	 * Was open and was lost, for example through standby; being opened again.
	 */
	RECOVERING,

	/**
	 * Could not be opened. Unless the reason is permanent, it is tried again.
	 */
	UNAVAILABLE,

	/**
	 * Closed for good.
	 */
	CLOSED

}
