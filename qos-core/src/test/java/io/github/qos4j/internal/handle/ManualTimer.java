package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

import io.github.qos4j.internal.util.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes when told, and a clock that can be set.
 */
class ManualTimer implements Timer {

	private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");

	private final PriorityQueue<Task> tasks = new PriorityQueue<>(
			Comparator.comparingLong(Task::due).thenComparing(Task::number));

	/** Time that has passed, in nanoseconds. */
	private long passed;

	/** By how much the clock was set. */
	private Duration steps = Duration.ZERO;

	private long scheduled;

	private boolean closed;

	@Override
	public synchronized Instant now() {
		return BEGINNING.plusNanos(this.passed).plus(this.steps);
	}

	@Override
	public synchronized long nanoTime() {
		return this.passed;
	}

	@Override
	public synchronized void schedule(Duration delay, Runnable action) {
		if (!this.closed) {
			this.tasks.add(new Task(this.passed + delay.toNanos(), this.scheduled++, action));
		}
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		this.tasks.clear();
	}

	/**
	 * Set the clock. No time passes by this.
	 * @param step by how much, backwards if negative
	 */
	synchronized void step(Duration step) {
		this.steps = this.steps.plus(step);
	}

	/**
	 * Let time pass, and run in this thread what becomes due.
	 */
	void advance(Duration duration) {
		long end = nanoTime() + duration.toNanos();
		for (Task task = nextUntil(end); task != null; task = nextUntil(end)) {
			task.action().run();
		}
		synchronized (this) {
			this.passed = Math.max(this.passed, end);
		}
	}

	private synchronized @Nullable Task nextUntil(long end) {
		Task task = this.tasks.peek();
		if (task == null || task.due() > end) {
			return null;
		}
		this.tasks.remove();
		this.passed = Math.max(this.passed, task.due());
		return task;
	}

	private record Task(long due, long number, Runnable action) {

	}

}
