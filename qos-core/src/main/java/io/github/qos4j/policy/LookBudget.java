package io.github.qos4j.policy;

/**
 * The processor time that looks may take: a 250th of the time that passes. A little may
 * be taken ahead, or the looks of a process that has just started, each of which takes
 * long as nothing is compiled yet, would be seconds apart. Not thread-safe.
 */
final class LookBudget {

	private static final long SHARE = 250;

	/** What may be taken ahead, in nanoseconds: what 25 seconds bring. */
	static final long AHEAD = 100_000_000;

	private long left = AHEAD;

	private long last;

	/**
	 * Create a budget of which nothing is taken.
	 * @param now as {@link System#nanoTime()}
	 */
	LookBudget(long now) {
		this.last = now;
	}

	/**
	 * Take what a look has taken.
	 * @param spent its processor time in nanoseconds
	 * @param now as {@link System#nanoTime()}
	 * @return how long the next look has to wait, in nanoseconds
	 */
	long take(long spent, long now) {
		this.left = Math.min(AHEAD, this.left + (now - this.last) / SHARE) - spent;
		this.last = now;
		return Math.max(0, -this.left) * SHARE;
	}

}
