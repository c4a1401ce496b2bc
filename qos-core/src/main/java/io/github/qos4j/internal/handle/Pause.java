package io.github.qos4j.internal.handle;

/**
 * Whether marking is paused. Changed under the handle's lock, read by anybody.
 */
final class Pause {

	/** What flows and datagrams say of it. */
	static final String REASON = "marking is paused";

	private volatile boolean on;

	/** How often it has begun or ended. */
	private int changes;

	boolean isOn() {
		return this.on;
	}

	/**
	 * Begin or end it. Called under the lock.
	 * @return whether it was otherwise before
	 */
	boolean set(boolean paused) {
		boolean changed = this.on != paused;
		this.on = paused;
		this.changes += changed ? 1 : 0;
		return changed;
	}

	/**
	 * Return how often it has begun or ended. Called under the lock.
	 */
	int changes() {
		return this.changes;
	}

}
