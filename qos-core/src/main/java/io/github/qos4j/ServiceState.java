package io.github.qos4j;

import java.util.Locale;

/**
 * State of the system service that a backend depends on.
 */
public enum ServiceState {

	/**
	 * Running.
	 */
	RUNNING,

	/**
	 * Installed but not running.
	 */
	STOPPED,

	/**
	 * Starting.
	 */
	START_PENDING("start-pending"),

	/**
	 * Not installed on this machine.
	 */
	NOT_INSTALLED("not installed"),

	/**
	 * The backend needs no service.
	 */
	NOT_NEEDED("not needed"),

	/**
	 * The state could not be determined.
	 */
	UNKNOWN;

	private final String text;

	ServiceState() {
		this.text = name().toLowerCase(Locale.ROOT);
	}

	ServiceState(String text) {
		this.text = text;
	}

	/**
	 * Return the state in words, for example {@code not needed}.
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
