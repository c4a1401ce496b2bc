package io.github.qos4j.internal.util;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Time as a handle sees it.
 */
public interface Timer {

	/**
	 * Return the time of day.
	 */
	Instant now();

	/**
	 * Return nanoseconds that pass evenly, whatever is done to the time of day.
	 */
	long nanoTime();

	/**
	 * Run a short task later, unless this timer is closed by then.
	 */
	void schedule(Duration delay, Runnable task);

	/**
	 * Forget all tasks.
	 */
	void close();

	/**
	 * The system's time, with one daemon thread that exists while there is something to
	 * wait for.
	 */
	final class SystemTimer implements Timer {

		private final ScheduledThreadPoolExecutor executor;

		public SystemTimer(String threadName) {
			this.executor = new ScheduledThreadPoolExecutor(1, (task) -> Threads.daemon(threadName, task));
			this.executor.setKeepAliveTime(1, TimeUnit.SECONDS);
			this.executor.allowCoreThreadTimeOut(true);
		}

		@Override
		public Instant now() {
			return Instant.now();
		}

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public void schedule(Duration delay, Runnable task) {
			try {
				this.executor.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				// Closed meanwhile.
			}
		}

		@Override
		public void close() {
			this.executor.shutdownNow();
		}

	}

}
