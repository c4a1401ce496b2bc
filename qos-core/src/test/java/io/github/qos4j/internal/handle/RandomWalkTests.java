package io.github.qos4j.internal.handle;

import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Random walks over a handle. {@code -Dqos4j.walk.seed=<seed>} replays one, but for the
 * waits, which the handle shortens at random.
 */
class RandomWalkTests {

	private static final int SEEDS = Integer.getInteger("qos4j.walk.seeds", 30);

	private static final int STEPS = Integer.getInteger("qos4j.walk.steps", 2000);

	private final Logger logger = Logger.getLogger(RandomWalk.class.getName());

	@BeforeEach
	void silence() {
		this.logger.setLevel(Level.OFF);
	}

	@AfterEach
	void speakAgain() {
		this.logger.setLevel(null);
	}

	@Test
	void handleNeverDivergesFromItsModel() {
		Long replayed = Long.getLong("qos4j.walk.seed");
		long first = (replayed != null) ? replayed : ThreadLocalRandom.current().nextLong(1_000_000_000);
		long last = (replayed != null) ? replayed : first + SEEDS - 1;
		System.out.printf("Random walks of %,d steps with the seeds %d to %d%n", STEPS, first, last);
		for (long seed = first; seed <= last; seed++) {
			walk(seed);
		}
	}

	private static void walk(long seed) {
		try {
			new RandomWalk(seed).run(STEPS, 400);
		}
		catch (Exception | AssertionError ex) {
			throw new AssertionError("The walk with the seed " + seed + " diverged; replay it with -Dqos4j.walk.seed="
					+ seed + " -Dqos4j.walk.steps=" + STEPS, ex);
		}
	}

}
