package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

import io.github.qos4j.internal.util.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes when told.
 */
class ManualTimer implements Timer {

	private final PriorityQueue<Task> tasks = new PriorityQueue<>(
			Comparator.comparing(Task::due).thenComparing(Task::number));

	private Instant now = Instant.parse("2026-01-01T00:00:00Z");

	private long scheduled;

	private boolean closed;

	@Override
	public synchronized Instant now() {
		return this.now;
	}

	@Override
	public synchronized void schedule(Duration delay, Runnable action) {
		if (!this.closed) {
			this.tasks.add(new Task(this.now.plus(delay), this.scheduled++, action));
		}
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		this.tasks.clear();
	}

	/**
	 * Let time pass, and run in this thread what becomes due.
	 */
	void advance(Duration duration) {
		Instant end = now().plus(duration);
		for (Task task = nextUntil(end); task != null; task = nextUntil(end)) {
			task.action().run();
		}
		synchronized (this) {
			this.now = end;
		}
	}

	private synchronized @Nullable Task nextUntil(Instant end) {
		Task task = this.tasks.peek();
		if (task == null || task.due().isAfter(end)) {
			return null;
		}
		this.tasks.remove();
		this.now = task.due().isAfter(this.now) ? task.due() : this.now;
		return task;
	}

	private record Task(Instant due, long number, Runnable action) {

	}

}
