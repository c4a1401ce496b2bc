package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;

import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A session, and where its calls run: on a thread of its own, one after the other, where
 * they can block; otherwise in the thread that brings them, any number at a time. Unless
 * said otherwise, methods are called under the handle's lock, so that calls happen in the
 * order of the handle's states.
 */
final class SessionLane {

	/** Never the time at which a call begins. */
	private static final long NONE = Long.MIN_VALUE;

	final QosSession session;

	/** Answers that somebody waits for. */
	final Set<CompletableFuture<?>> asked = new LinkedHashSet<>();

	/** Flows that have ended and that the session still has, since it refused. */
	final List<SessionFlow> leftOver = new ArrayList<>(0);

	private final @Nullable ExecutorService thread;

	private final Timer timer;

	private final long opened;

	/** Calls that were submitted and have not ended. */
	private int running;

	/** Whether a flow has come in force, or the session was found alive later on. */
	private boolean proved;

	/** When the call under way on the own thread began, or {@link #NONE}. */
	private volatile long callSince = NONE;

	SessionLane(QosSession session, @Nullable ExecutorService thread, Timer timer) {
		this.session = session;
		this.thread = thread;
		this.timer = timer;
		this.opened = timer.nanoTime();
	}

	/**
	 * Return whether calls have a thread of their own.
	 */
	boolean isThreaded() {
		return this.thread != null;
	}

	/**
	 * Return how long ago this session was opened.
	 */
	Duration age() {
		return Duration.ofNanos(this.timer.nanoTime() - this.opened);
	}

	/**
	 * Note that the session has done what it is for.
	 */
	void prove() {
		this.proved = true;
	}

	/**
	 * Return whether the session has ever done what it is for. One that has not may be of
	 * a system that opens and stays dead.
	 */
	boolean isProved() {
		return this.proved;
	}

	/**
	 * Begin a call on the thread that is here, to be made once it has released the lock.
	 * For sessions whose calls have no thread of their own.
	 */
	void begin() {
		this.running++;
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
					this.callSince = NONE;
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
			this.callSince = this.timer.nanoTime();
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
	 * Return for how long a call on the own thread has been under way. Not called under
	 * the lock.
	 * @return the time, zero if there is none
	 */
	Duration callAge() {
		long since = this.callSince;
		return (since != NONE) ? Duration.ofNanos(this.timer.nanoTime() - since) : Duration.ZERO;
	}

	/**
	 * Return whether calls are under way or waiting.
	 */
	boolean isBusy() {
		return this.running > 0;
	}

}
