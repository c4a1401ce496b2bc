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

}
