package io.github.qos4j.boot.metrics;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Looks at flows at an interval, on a daemon thread that exists while there are any.
 */
final class FlowSampler implements AutoCloseable {

	static final String THREAD_NAME = "qos-metrics";

	private static final Log logger = LogFactory.getLog(FlowSampler.class);

	private final Duration interval;

	private final BooleanSupplier look;

	private final AtomicBoolean awake = new AtomicBoolean();

	private final ScheduledThreadPoolExecutor executor;

	/**
	 * Create a sampler that sleeps.
	 * @param interval the time between two looks, or zero to never look
	 * @param look looks at flows, and tells whether there are any
	 */
	FlowSampler(Duration interval, BooleanSupplier look) {
		this.interval = interval;
		this.look = look;
		this.executor = new ScheduledThreadPoolExecutor(1, FlowSampler::thread);
		this.executor.setKeepAliveTime(1, TimeUnit.SECONDS);
		this.executor.allowCoreThreadTimeOut(true);
	}

	private static Thread thread(Runnable task) {
		Thread thread = new Thread(null, task, THREAD_NAME, 0, false);
		thread.setDaemon(true);
		// Else the class loader of a restarted or undeployed application would live on.
		thread.setContextClassLoader(FlowSampler.class.getClassLoader());
		return thread;
	}

	boolean isOn() {
		return !this.interval.isZero();
	}

	/**
	 * Begin to look, for as long as there are flows. Costs nothing where that is so.
	 */
	void wake() {
		if (isOn() && !this.awake.get() && this.awake.compareAndSet(false, true)) {
			schedule();
		}
	}

	private void schedule() {
		try {
			this.executor.schedule(this::run, TimeUnit.NANOSECONDS.convert(this.interval), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// Closed meanwhile.
		}
	}

	private void run() {
		if (look()) {
			schedule();
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
