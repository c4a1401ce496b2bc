package io.github.qos4j;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Argument checks whose messages name the argument.
 */
final class Assert {

	private Assert() {
	}

	static <T> T notNull(@Nullable T argument, String name) {
		if (argument == null) {
			throw new IllegalArgumentException("'" + name + "' must not be null");
		}
		return argument;
	}

	static Duration positive(Duration duration, String name) {
		if (notNull(duration, name).isNegative() || duration.isZero()) {
			throw new IllegalArgumentException("'" + name + "' must be positive but was " + duration);
		}
		return duration;
	}

	static int positive(int number, String name) {
		if (number <= 0) {
			throw new IllegalArgumentException("'" + name + "' must be positive but was " + number);
		}
		return number;
	}

}
