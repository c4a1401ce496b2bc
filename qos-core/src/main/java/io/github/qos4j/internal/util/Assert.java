package io.github.qos4j.internal.util;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Argument checks whose messages name the argument.
 */
public final class Assert {

	private Assert() {
	}

	public static <T> T notNull(@Nullable T argument, String name) {
		if (argument == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		return argument;
	}

	public static Duration positive(Duration duration, String name) {
		if (notNull(duration, name).isNegative() || duration.isZero()) {
			throw new IllegalArgumentException("'" + name + "' must be positive but was " + duration);
		}
		return duration;
	}

	public static int positive(int number, String name) {
		if (number <= 0) {
			throw new IllegalArgumentException("'" + name + "' must be positive but was " + number);
		}
		return number;
	}

}
