package io.github.qos4j;

import java.util.concurrent.ExecutorService;

import org.jspecify.annotations.Nullable;

/**
 * A session, and where its calls run: on a thread of its own, one after the other, where
 * they can wait; otherwise in the thread that brings them, any number at a time. All
 * methods are called under the handle's lock, so that calls happen in the order of the
 * handle's states.
 */
final class SessionLane {

	final QosSession session;

	private final @Nullable ExecutorService thread;

	/** Calls under way in threads of others. */
	private int running;

	SessionLane(QosSession session, @Nullable ExecutorService thread) {
		this.session = session;
		this.thread = thread;
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
		if (this.thread != null) {
			this.thread.execute(call);
			return () -> {
			};
		}
		this.running++;
		return call;
	}

	/**
	 * Note that a call has ended.
	 */
	void ended() {
		if (this.thread == null) {
			this.running--;
		}
	}

	/**
	 * Submit the last call, which runs after all others.
	 * @return the thread that runs it, or {@code null} where the submitting thread has
	 * to, once this is no longer {@link #isBusy busy}
	 */
	@Nullable ExecutorService submitLast(Runnable call) {
		if (this.thread != null) {
			this.thread.execute(call);
			this.thread.shutdown();
		}
		return this.thread;
	}

	/**
	 * Return whether calls are under way in threads of others.
	 */
	boolean isBusy() {
		return this.running > 0;
	}

}
