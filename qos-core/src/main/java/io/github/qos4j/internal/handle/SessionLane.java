package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosSession;
import org.jspecify.annotations.Nullable;

/**
 * A session, and where its calls run: on a thread of its own, one after the other, where
 * they can wait; otherwise in the thread that brings them, any number at a time. Unless
 * said otherwise, methods are called under the handle's lock, so that calls happen in the
 * order of the handle's states.
 */
final class SessionLane {

	final QosSession session;

	private final @Nullable ExecutorService thread;

	private final Timer timer;

	/** Answers that somebody waits for. */
	final Set<CompletableFuture<?>> asked = new LinkedHashSet<>();

	/** Calls that were submitted and have not ended. */
	private int running;

	/** When the call under way on the own thread began, or {@code null}. */
	private volatile @Nullable Instant callSince;

	SessionLane(QosSession session, @Nullable ExecutorService thread, Timer timer) {
		this.session = session;
		this.thread = thread;
		this.timer = timer;
	}

	/**
	 * Return whether calls have a thread of their own.
	 */
	boolean isThreaded() {
		return this.thread != null;
	}

	/**
	 * Submit a call.
	 * @return what the submitting thread has to run once it has released the lock
	 */
	Runnable submit(Runnable call) {
		this.running++;
		if (this.thread != null) {
			this.thread.execute(() -> {
				callBegins();
				try {
					call.run();
				}
				finally {
					this.callSince = null;
				}
			});
			return () -> {
			};
		}
		return call;
	}

	/**
	 * Note that a call begins which is one of several in a row. Not called under the
	 * lock.
	 */
	void callBegins() {
		if (this.thread != null) {
			this.callSince = this.timer.now();
		}
	}

	/**
	 * Note that a call has ended.
	 */
	void ended() {
		this.running--;
	}

	/**
	 * Submit the last call, which runs after all others.
	 * @return what the submitting thread has to run once it has released the lock and
	 * this is no longer {@link #isBusy busy}
	 */
	Runnable submitLast(Runnable call) {
		if (this.thread != null) {
			this.thread.execute(call);
			this.thread.shutdown();
			return () -> {
			};
		}
		return call;
	}

	/**
	 * Wait for the last call. Not called under the lock.
	 * @return {@code false} if it has not ended in time
	 */
	boolean awaitEnd(Duration timeout) {
		return this.thread == null || Threads.awaitEnd(this.thread, timeout);
	}

	/**
	 * Return since when a call on the own thread is under way.
	 * @return the time, or {@code null} if there is none
	 */
	@Nullable Instant callSince() {
		return this.callSince;
	}

	/**
	 * Return whether calls are under way or waiting.
	 */
	boolean isBusy() {
		return this.running > 0;
	}

}
