package io.github.qos4j.boot.metrics;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import io.github.qos4j.boot.thread.DaemonThreads;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Counts flows soon after something was done with one, and looks at them at an interval
 * while there are any. Has a daemon thread that exists as long as there is something to
 * do.
 */
final class FlowSampler implements AutoCloseable {

	static final String THREAD_NAME = "qos-metrics";

	/** How soon flows are counted. */
	private static final long SOON_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	/** How much longer the pause after a count is than the count. */
	private static final int PAUSE = 200;

	private static final Log logger = LogFactory.getLog(FlowSampler.class);

	private final Duration interval;

	private final Runnable count;

	private final BooleanSupplier look;

	private final AtomicBoolean counting = new AtomicBoolean();

	private final AtomicBoolean awake = new AtomicBoolean();

	private final ScheduledThreadPoolExecutor executor;

	private volatile long pause = SOON_NANOS;

	/**
	 * Create a sampler that sleeps.
	 * @param interval the time between two looks, or zero to never look
	 * @param count counts flows
	 * @param look looks at flows, and tells whether there are any
	 */
	FlowSampler(Duration interval, Runnable count, BooleanSupplier look) {
		this.interval = interval;
		this.count = count;
		this.look = look;
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> DaemonThreads.create(THREAD_NAME, task));
		this.executor.setKeepAliveTime(1, TimeUnit.SECONDS);
		this.executor.allowCoreThreadTimeOut(true);
	}

	boolean isOn() {
		return !this.interval.isZero();
	}

	/**
	 * Take note that something was done with a flow. Fast, since it follows each
	 * operation: only the first one after a count does anything.
	 */
	void notice() {
		if (!this.counting.get() && this.counting.compareAndSet(false, true)) {
			schedule(this::count, this.pause);
		}
		wake();
	}

	private void count() {
		this.counting.set(false);
		long start = System.nanoTime();
		try {
			this.count.run();
		}
		catch (Throwable ex) {
			logger.debug("Flows cannot be counted", ex);
		}
		this.pause = Math.max(SOON_NANOS, PAUSE * (System.nanoTime() - start));
	}

	/**
	 * Begin to look, for as long as there are flows. Costs nothing where that is so.
	 */
	void wake() {
		if (isOn() && !this.awake.get() && this.awake.compareAndSet(false, true)) {
			scheduleLook();
		}
	}

	private void scheduleLook() {
		schedule(this::run, TimeUnit.NANOSECONDS.convert(this.interval));
	}

	private void schedule(Runnable task, long nanos) {
		try {
			this.executor.schedule(task, nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// Closed meanwhile.
		}
	}

	private void run() {
		if (look()) {
			scheduleLook();
			return;
		}
		this.awake.set(false);
		// A flow may have come in between, whose call to wake had no effect.
		if (look()) {
			wake();
		}
	}

	private boolean look() {
		try {
			return this.look.getAsBoolean();
		}
		catch (Throwable ex) {
			logger.debug("Flows cannot be sampled", ex);
			return true;
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
