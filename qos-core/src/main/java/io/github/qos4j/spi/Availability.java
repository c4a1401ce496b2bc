package io.github.qos4j.spi;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Whether a backend can be used on this machine.
 *
 * @param usable whether it can
 * @param reason why it cannot, or {@code null}
 * @param remedy what to do about it, or {@code null}
 */
public record Availability(boolean usable, @Nullable String reason, @Nullable String remedy) {

	private static final Availability USABLE = new Availability(true, null, null);

	/**
	 * Return the availability of a backend that can be used.
	 * @return the availability
	 */
	public static Availability yes() {
		return USABLE;
	}

	/**
	 * Return the availability of a backend that is not made for this system.
	 * @param reason why, in words
	 * @return the availability
	 */
	public static Availability otherSystem(String reason) {
		return new Availability(false, Assert.notNull(reason, "reason"), null);
	}

	/**
	 * Return the availability of a backend that would suit this system but cannot be
	 * used.
	 * @param reason why, in words
	 * @param remedy what to do about it
	 * @return the availability
	 */
	public static Availability broken(String reason, String remedy) {
		return new Availability(false, Assert.notNull(reason, "reason"), Assert.notNull(remedy, "remedy"));
	}

}
