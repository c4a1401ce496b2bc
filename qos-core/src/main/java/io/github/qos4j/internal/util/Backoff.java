package io.github.qos4j.internal.util;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/**
 * How long to wait after a number of failures: doubling from {@code initial} to
 * {@code max}, each wait shortened at random by up to a quarter, so that many machines
 * that failed together do not all come back together.
 */
public record Backoff(Duration initial, Duration max) {

	public static final Backoff DEFAULT = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

	public Backoff {
		Assert.positive(initial, "initial");
		Assert.positive(max, "max");
		if (max.compareTo(initial) < 0) {
			throw new IllegalArgumentException(
					"'max' must not be shorter than 'initial' but was " + max + " and " + initial);
		}
	}

	public Duration delay(int failures, DoubleSupplier random) {
		Duration delay = this.initial;
		for (int i = 1; i < failures && delay.compareTo(this.max) < 0; i++) {
			delay = delay.multipliedBy(2);
		}
		if (delay.compareTo(this.max) > 0) {
			delay = this.max;
		}
		return Duration.ofNanos((long) (TimeUnit.NANOSECONDS.convert(delay) * (1 - random.getAsDouble() / 4)));
	}

}
