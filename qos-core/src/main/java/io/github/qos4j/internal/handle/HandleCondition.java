package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The state of a handle, since when and why, and who waits for it to be open. Methods are
 * called under the handle's lock, but for those that wait.
 */
final class HandleCondition {

	private final QosHandle handle;

	private final Monitor monitor;

	private final Timer timer;

	private final Supplier<String> backend;

	private final Runnable news;

	private HandleState state = HandleState.OPENING;

	private Instant since;

	/** As {@link Timer#nanoTime()}. */
	private long sinceNanos;

	/** Why the handle is not open, or was not closed well. */
	private @Nullable QosException error;

	private @Nullable Instant nextTry;

	/** Whether the handle will never be open again. */
	private boolean over;

	/** Created when somebody waits. */
	private @Nullable CompletableFuture<QosHandle> open;

	/**
	 * Create the condition of a handle that is not open.
	 * @param backend tells the name of the backend
	 * @param news is run under the lock whenever the state has changed
	 */
	HandleCondition(QosHandle handle, Monitor monitor, Timer timer, Supplier<String> backend, Runnable news) {
		this.handle = handle;
		this.monitor = monitor;
		this.timer = timer;
		this.backend = backend;
		this.news = news;
		this.since = timer.now();
		this.sinceNanos = timer.nanoTime();
	}

	HandleState state() {
		return this.state;
	}

	boolean isClosed() {
		return this.state == HandleState.CLOSED;
	}

	boolean isOpen() {
		return this.state == HandleState.OPEN;
	}

	boolean isOver() {
		return this.over;
	}

	Instant since() {
		return this.since;
	}

	/**
	 * Return for how long the handle has been in its state, whatever the clock does.
	 */
	Duration age() {
		return Duration.ofNanos(this.timer.nanoTime() - this.sinceNanos);
	}

	@Nullable QosException error() {
		return this.error;
	}

	@Nullable Instant nextTry() {
		return this.nextTry;
	}

	private void enter(HandleState newState) {
		this.state = newState;
		this.since = this.timer.now();
		this.sinceNanos = this.timer.nanoTime();
		this.monitor.changed();
		this.news.run();
	}

	void opened() {
		this.error = null;
		this.nextTry = null;
		enter(HandleState.OPEN);
		if (this.open != null) {
			this.open.completeAsync(() -> this.handle);
			this.open = null;
		}
	}

	/**
	 * Note that an attempt to open has failed.
	 */
	void notOpened(QosException failure) {
		this.error = failure;
		if (this.state == HandleState.OPENING) {
			enter(HandleState.UNAVAILABLE);
		}
	}

	/**
	 * Note that an attempt to open has failed, and that there will be none that does not.
	 */
	void neverOpens(QosException failure) {
		this.over = true;
		notOpened(failure);
		completeOpen(failure);
	}

	void lost(QosException failure) {
		this.error = failure;
		this.nextTry = null;
		enter(HandleState.RECOVERING);
	}

	void closed() {
		this.over = true;
		this.error = null;
		this.nextTry = null;
		enter(HandleState.CLOSED);
		completeOpen(reason());
	}

	/**
	 * Note that the session was closed with a complaint.
	 */
	void complained(QosException failure) {
		this.error = failure;
	}

	void triesAgainAt(@Nullable Instant time) {
		this.nextTry = time;
	}

	private void completeOpen(QosException failure) {
		CompletableFuture<QosHandle> future = this.open;
		if (future != null) {
			Questions.failLater(future, notOpen(failure));
		}
	}

	/**
	 * Return a stage that completes when the handle is open. Not called under the lock.
	 */
	CompletionStage<QosHandle> whenOpen() {
		return this.monitor.get(() -> {
			if (isOpen()) {
				return CompletableFuture.completedFuture(this.handle);
			}
			if (this.over) {
				return CompletableFuture.failedFuture(notOpen());
			}
			// Only what is still to come is kept.
			CompletableFuture<QosHandle> future = (this.open != null) ? this.open : new CompletableFuture<>();
			this.open = future;
			return future.copy();
		});
	}

	/**
	 * Wait until the handle is open. Not called under the lock.
	 * @throws QosUnavailableException if it is not
	 */
	void awaitOpen(Duration timeout) {
		this.monitor.run(() -> {
			boolean inTime = this.monitor.awaitWhile(timeout,
					() -> this.state == HandleState.OPENING || this.state == HandleState.RECOVERING);
			if (!isOpen()) {
				throw inTime ? notOpen() : notOpen(timeout("has not opened", timeout));
			}
		});
	}

	/**
	 * Return what tells that something has not happened in time.
	 */
	static QosException timeout(String what, Duration timeout) {
		return new QosException(ErrorCase.TIMEOUT,
				(Thread.currentThread().isInterrupted() ? "interrupted before it " : "it ") + what + " within "
						+ timeout.toMillis() + " ms",
				null, null);
	}

	private QosException reason() {
		return (this.error != null && !isClosed()) ? this.error
				: new QosException(ErrorCase.CANCELLED, "it is " + this.state, null, null);
	}

	/**
	 * Return why the handle is not open.
	 */
	QosUnavailableException notOpen() {
		return notOpen(reason());
	}

	QosUnavailableException notOpen(QosException reason) {
		return new QosUnavailableException("QoS handle '" + this.handle.name() + "' (backend " + this.backend.get()
				+ ") is not open: " + reason.getMessage(), reason);
	}

}
