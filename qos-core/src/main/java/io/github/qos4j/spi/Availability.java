package io.github.qos4j.spi;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend can be used on this machine. Immutable.
 *
 * @param usable whether it can be used
 * @param reason why it cannot be used, or {@code null} if it can
 * @param remedy what to do about it, or {@code null} if there is nothing to do
 */
public record Availability(boolean usable, @Nullable String reason, @Nullable String remedy) {

	private static final Availability USABLE = new Availability(true, null, null);

	/**
	 * Return that the backend can be used.
	 * @return the availability
	 */
	public static Availability yes() {
		return USABLE;
	}

	/**
	 * Return that the backend is not made for this operating system.
	 * @param reason the reason in words
	 * @return the availability
	 * @throws IllegalArgumentException if the reason is null
	 */
	public static Availability otherSystem(String reason) {
		return new Availability(false, Assert.notNull(reason, "reason"), null);
	}

	/**
	 * Return that the backend is made for this operating system, but cannot be used.
	 * @param reason the reason in words
	 * @param remedy what to do about it
	 * @return the availability
	 * @throws IllegalArgumentException if an argument is null
	 */
	public static Availability broken(String reason, String remedy) {
		return new Availability(false, Assert.notNull(reason, "reason"), Assert.notNull(remedy, "remedy"));
	}

}
