package io.github.qos4j.spi;

/**
 * Told by a {@link QosBackend} of what happens to the system. Calls come on threads of
 * the system, return at once and never throw.
 */
public interface SystemListener {

	/**
	 * The system has come back from sleep or standby.
	 */
	void resumed();

	/**
	 * Addresses or routes have changed.
	 */
	void networkChanged();

	/**
	 * A source of news cannot be had. Harmless: whoever listens looks for itself now and
	 * then. Told once for each source, perhaps before
	 * {@link QosBackend#watch(SystemListener)} returns.
	 * @param what of what there will be no news, in words
	 * @param cause why
	 */
	default void unavailable(String what, Throwable cause) {
	}

}
