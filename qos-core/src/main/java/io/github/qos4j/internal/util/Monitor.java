package io.github.qos4j.internal.util;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The lock of a handle, which guards everything that changes, and a way to wait for
 * changes. Never held during a call of a backend or a session, nor while anybody is told.
 */
public final class Monitor {

	/**
	 * How often a thread tries to have the lock before it is put to sleep: the lock is
	 * held for less time than it takes to wake a thread. With one processor nobody could
	 * release it meanwhile.
	 */
	private static final int TRIES = (Runtime.getRuntime().availableProcessors() > 1) ? 100 : 1;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	/**
	 * Take the lock, where a function would be felt: for each flow.
	 */
	public void lock() {
		for (int i = 0; i < TRIES; i++) {
			if (this.lock.tryLock()) {
				return;
			}
			Thread.onSpinWait();
		}
		this.lock.lock();
	}

	/**
	 * Release the lock.
	 */
	public void unlock() {
		this.lock.unlock();
	}

	public <T extends @Nullable Object> T get(Supplier<T> action) {
		lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	public void run(Runnable action) {
		lock();
		try {
			action.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Tell those who wait. Called under the lock.
	 */
	public void changed() {
		this.changed.signalAll();
	}

	/**
	 * Wait while a condition holds. Called under the lock, which is released meanwhile.
	 * @return {@code false} if it still holds when the time is over, or if this thread is
	 * interrupted (its interrupt flag is set again)
	 */
	public boolean awaitWhile(Duration timeout, BooleanSupplier condition) {
		long nanos = TimeUnit.NANOSECONDS.convert(timeout);
		while (condition.getAsBoolean()) {
			if (nanos <= 0) {
				return false;
			}
			try {
				nanos = this.changed.awaitNanos(nanos);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}
		return true;
	}

}
