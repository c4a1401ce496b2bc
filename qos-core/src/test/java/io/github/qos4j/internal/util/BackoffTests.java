package io.github.qos4j.internal.util;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Backoff}.
 */
class BackoffTests {

	private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));

	@ParameterizedTest
	@CsvSource({ "1, 1", "2, 2", "3, 4", "6, 32", "7, 60", "8, 60", "1000000, 60" })
	void delayDoublesUpToTheLongest(int failures, long seconds) {
		assertThat(this.backoff.delay(failures, () -> 0)).isEqualTo(Duration.ofSeconds(seconds));
	}

	@ParameterizedTest
	@CsvSource({ "0, 4000", "0.5, 3500", "1, 3000" })
	void delayIsShortenedByUpToAQuarter(double random, long millis) {
		assertThat(this.backoff.delay(3, () -> random)).isEqualTo(Duration.ofMillis(millis));
	}

}
