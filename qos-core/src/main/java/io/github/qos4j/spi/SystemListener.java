package io.github.qos4j.spi;

/**
 * Receives system events from a {@link QosBackend}. Methods are called on threads of the
 * system; they return immediately and never throw.
 */
public interface SystemListener {

	/**
	 * Called when the system has resumed from sleep or standby.
	 */
	void resumed();

	/**
	 * Called when addresses or routes have changed.
	 */
	void networkChanged();

	/**
	 * Called once for each kind of event that the system cannot report, possibly before
	 * {@link QosBackend#watch(SystemListener)} returns. Not a failure: the handle's
	 * periodic checks cover what is missed.
	 * @param what the kind of event, in words
	 * @param cause the cause
	 */
	default void unavailable(String what, Throwable cause) {
	}

}
