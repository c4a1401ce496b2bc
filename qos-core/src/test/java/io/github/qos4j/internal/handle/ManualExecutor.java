package io.github.qos4j.internal.handle;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * An executor that runs its next task when told. Not thread-safe.
 */
class ManualExecutor extends AbstractExecutorService {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private boolean shutdown;

	private boolean running;

	@Override
	public void execute(Runnable task) {
		if (this.shutdown) {
			throw new RejectedExecutionException("shut down");
		}
		this.tasks.add(task);
	}

	/**
	 * Run the next task.
	 * @return whether there was one that could run
	 */
	boolean runNext() {
		if (this.running || this.tasks.isEmpty()) {
			return false;
		}
		this.running = true;
		try {
			this.tasks.remove().run();
			return true;
		}
		finally {
			this.running = false;
		}
	}

	@Override
	public void shutdown() {
		this.shutdown = true;
	}

	@Override
	public List<Runnable> shutdownNow() {
		this.shutdown = true;
		List<Runnable> never = List.copyOf(this.tasks);
		this.tasks.clear();
		return never;
	}

	@Override
	public boolean isShutdown() {
		return this.shutdown;
	}

	@Override
	public boolean isTerminated() {
		return this.shutdown && this.tasks.isEmpty() && !this.running;
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) {
		while (runNext()) {
			// Whoever waits lets the others run.
		}
		return isTerminated();
	}

}
