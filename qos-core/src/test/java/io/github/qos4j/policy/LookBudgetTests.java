package io.github.qos4j.policy;

import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LookBudget}.
 */
class LookBudgetTests {

	private static final long MILLI = 1_000_000;

	private static final long SECOND = 1000 * MILLI;

	private long now = -SECOND;

	private final LookBudget budget = new LookBudget(this.now);

	@Test
	void firstLooksOfAProcessDoNotWait() {
		for (int i = 0; i < 10; i++) {
			assertThat(this.budget.take(10 * MILLI, this.now)).isZero();
		}
		assertThat(this.budget.take(10 * MILLI, this.now)).isEqualTo(2500 * MILLI);
	}

	@Test
	void costlyLooksWaitUntilTheirTimeHasComeIn() {
		this.budget.take(LookBudget.AHEAD, this.now);
		for (int i = 0; i < 10; i++) {
			long wait = this.budget.take(40 * MILLI, this.now);
			assertThat(wait).isEqualTo(10 * SECOND);
			this.now += wait;
		}
	}

	@Test
	void noMoreIsTakenAheadHoweverLongNothingWas() {
		this.now += 1_000_000 * SECOND;
		assertThat(this.budget.take(LookBudget.AHEAD + 4 * MILLI, this.now)).isEqualTo(SECOND);
	}

	@Test
	void looksTakeNoMoreThanTheirShare() {
		long seed = new Random().nextLong();
		Random random = new Random(seed);
		long start = this.now;
		long spent = 0;
		for (int i = 0; i < 10_000; i++) {
			long look = random.nextLong(50 * MILLI);
			long wait = this.budget.take(look, this.now);
			spent += look;
			this.now += Math.max(wait, random.nextLong(SECOND));
			assertThat(spent).as("seed %d", seed)
				.isLessThanOrEqualTo((this.now - start) / 250 + LookBudget.AHEAD + 1000 * i);
		}
	}

}
