package io.github.qos4j.internal.util;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that keep neither the virtual machine nor anything of the application alive.
 */
public final class Threads {

	private Threads() {
	}

	public static Thread daemon(String name, Runnable task) {
		Thread thread = new Thread(null, task, name, 0, false);
		thread.setDaemon(true);
		// Else the class loader of a restarted or undeployed application would live on.
		thread.setContextClassLoader(Threads.class.getClassLoader());
		return thread;
	}

	/**
	 * Return an executor with one daemon thread.
	 */
	public static ExecutorService single(String name) {
		return new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				(task) -> daemon(name, task));
	}

	/**
	 * Wait for the end of an executor that was shut down.
	 * @return {@code false} if it has not ended in time, or if this thread is interrupted
	 * (its interrupt flag is set again)
	 */
	public static boolean awaitEnd(ExecutorService executor, Duration timeout) {
		try {
			return executor.awaitTermination(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return executor.isTerminated();
		}
	}

}
