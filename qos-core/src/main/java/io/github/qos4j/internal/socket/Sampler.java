package io.github.qos4j.internal.socket;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.qos4j.internal.util.Threads;
import org.jspecify.annotations.Nullable;

/**
 * Samples the connections of all flows of this process for which somebody waits, on one
 * daemon thread that exists only while somebody does.
 */
final class Sampler {

	static final String THREAD_NAME = "qos-sampling";

	static final Duration INTERVAL = Duration.ofMillis(200);

	private final Duration interval;

	private final Set<PathCondition> conditions = new LinkedHashSet<>();

	private @Nullable Thread thread;

	Sampler(Duration interval) {
		this.interval = interval;
	}

	synchronized void add(PathCondition condition) {
		if (this.thread == null) {
			Thread started = Threads.daemon(THREAD_NAME, this::run);
			started.start();
			this.thread = started;
		}
		this.conditions.add(condition);
	}

	synchronized void remove(PathCondition condition) {
		this.conditions.remove(condition);
		if (this.conditions.isEmpty()) {
			notifyAll();
		}
	}

	private void run() {
		for (List<PathCondition> due = next(); !due.isEmpty(); due = next()) {
			due.forEach(PathCondition::sample);
		}
	}

	/**
	 * Wait for the next time to sample.
	 * @return what is to be sampled, or nothing if this thread is to end
	 */
	private synchronized List<PathCondition> next() {
		try {
			if (!this.conditions.isEmpty()) {
				wait(this.interval.toMillis());
			}
		}
		catch (InterruptedException ex) {
			// Nobody has a reason to. At worst a sample is taken early.
		}
		if (this.conditions.isEmpty()) {
			this.thread = null;
		}
		return List.copyOf(this.conditions);
	}

}
