package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosOperation;
import io.github.qos4j.internal.util.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Those who observe the operations of a handle: tells them of calls.
 */
final class Observers {

	private final List<QosHandle.Observer> all;

	private final Timer timer;

	private final System.Logger logger;

	/**
	 * Whether an observer's exception was logged: meters are called too often for more.
	 */
	private final AtomicBoolean complained = new AtomicBoolean();

	Observers(HandleSettings settings, Timer timer) {
		this.all = settings.observers();
		this.logger = settings.logger();
		this.timer = timer;
	}

	boolean areNone() {
		return this.all.isEmpty();
	}

	void run(QosOperation operation, Runnable call) {
		observe(operation, () -> {
			call.run();
			return this;
		});
	}

	/**
	 * Make a call, and tell of it.
	 */
	<T> T observe(QosOperation operation, Supplier<T> call) {
		long start = this.timer.nanoTime();
		T result;
		try {
			result = call.get();
		}
		catch (Throwable ex) {
			tell(operation, this.timer.nanoTime() - start, QosException.of(ex));
			throw ex;
		}
		tell(operation, this.timer.nanoTime() - start, null);
		return result;
	}

	private void tell(QosOperation operation, long nanos, @Nullable QosException failure) {
		for (QosHandle.Observer observer : this.all) {
			try {
				observer.completed(operation, nanos, failure);
			}
			catch (Throwable ex) {
				if (this.complained.compareAndSet(false, true)) {
					this.logger.log(Level.DEBUG, "A QoS observer has thrown; this is logged once", ex);
				}
			}
		}
	}

}
