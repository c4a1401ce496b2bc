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
	 * On its way to running.
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
	 * Could not be found out.
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
	 * Return the state as health shows it, {@code not needed} for example.
	 */
	@Override
	public String toString() {
		return this.text;
	}

}
