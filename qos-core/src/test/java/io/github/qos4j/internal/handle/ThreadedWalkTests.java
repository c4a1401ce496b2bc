package io.github.qos4j.internal.handle;

import java.util.concurrent.ThreadLocalRandom;
import java.util.logging.Level;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Walks of several threads over a handle. {@code -Dqos4j.threads.seed=<seed>} tries one
 * again.
 */
class ThreadedWalkTests {

	private static final int SEEDS = Integer.getInteger("qos4j.threads.seeds", 3);

	private static final int STEPS = Integer.getInteger("qos4j.threads.steps", 10_000);

	private final Logger logger = Logger.getLogger(RandomWalk.class.getName());

	@BeforeEach
	void silence() {
		this.logger.setLevel(Level.OFF);
	}

	@AfterEach
	void speakAgain() {
		this.logger.setLevel(null);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void handleNeverDivergesFromItsModel(boolean waiting) {
		Long replayed = Long.getLong("qos4j.threads.seed");
		long first = (replayed != null) ? replayed : ThreadLocalRandom.current().nextLong(1_000_000_000);
		long last = (replayed != null) ? replayed : first + SEEDS - 1;
		System.out.printf("Walks of several threads over sessions %s, %,d steps, with the seeds %d to %d%n",
				waiting ? "that can wait" : "that cannot wait", STEPS, first, last);
		for (long seed = first; seed <= last; seed++) {
			walk(seed, waiting);
		}
	}

	private static void walk(long seed, boolean waiting) {
		try {
			new ThreadedWalk(seed, waiting).run(STEPS, 400);
		}
		catch (Exception | AssertionError ex) {
			throw new AssertionError("The walk with the seed " + seed
					+ " diverged; try it again with -Dqos4j.threads.seed=" + seed + " -Dqos4j.threads.steps=" + STEPS,
					ex);
		}
	}

}
