package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionSettings;
import org.jspecify.annotations.Nullable;

/**
 * The attempts to open: the one under way, those that were given up, when the next one
 * is. Each runs on a thread of its own, which the session keeps where its calls can
 * block.
 */
final class Opening {

	/** How long a call may take before its session or attempt is given up. */
	static final Duration HANGING = Duration.ofSeconds(30);

	/**
	 * How many sessions and attempts to open may hang at a time before nothing further is
	 * opened: each holds a thread that nothing can end.
	 */
	static final int MOST_HANGING = 3;

	/**
	 * How many sessions in a row may die young, though they had flows in force, before
	 * opening waits between them.
	 */
	private static final int MOST_YOUNG = 3;

	private final HandleSettings settings;

	private final Monitor monitor;

	private final Timer timer;

	private final HandleCondition condition;

	private final Function<String, ExecutorService> threads;

	private final Observers observers;

	private final Target target;

	/** The thread of the attempt that is under way. */
	private @Nullable ExecutorService underWay;

	/** Threads of attempts that were given up and have not ended yet. */
	private final Set<ExecutorService> givenUp = new HashSet<>();

	/** Attempts so far. */
	private int attempts;

	private int failedAttempts;

	/** Sessions in a row that had flows in force and died young. */
	private int young;

	/**
	 * Create it.
	 * @param threads creates an executor with one thread of the given name
	 */
	Opening(HandleParts parts, HandleCondition condition, Function<String, ExecutorService> threads, Target target) {
		this.settings = parts.settings();
		this.monitor = parts.monitor();
		this.timer = parts.timer();
		this.condition = condition;
		this.threads = threads;
		this.observers = new Observers(this.settings, this.timer);
		this.target = target;
	}

	/**
	 * Begin to open, in the background, unless that is under way.
	 */
	void open() {
		this.monitor.run(() -> {
			if (this.condition.isClosed() || this.condition.isOpen() || this.underWay != null) {
				return;
			}
			this.condition.triesAgainAt(null);
			if (hanging() < MOST_HANGING) {
				ExecutorService thread = this.threads.apply("qos-session-" + this.settings.name());
				int attempt = ++this.attempts;
				this.underWay = thread;
				try {
					this.timer.schedule(HANGING, () -> giveUp(attempt));
					thread.execute(() -> openOn(thread));
				}
				catch (Throwable ex) {
					// No thread to be had. There may be one later.
					this.underWay = null;
					openLater();
				}
			}
		});
	}

	/**
	 * Open after a session was lost: at once if it was of use, or else after a while,
	 * since a system may open and stay dead.
	 * @param lane the lost session
	 */
	void openAfter(SessionLane lane) {
		boolean atOnce = this.monitor.get(() -> {
			boolean diedYoung = lane.age().compareTo(this.settings.backoff().initial()) < 0;
			this.young = (lane.isProved() && diedYoung) ? this.young + 1 : 0;
			if (lane.isProved() && this.young <= MOST_YOUNG) {
				this.failedAttempts = 0;
				return true;
			}
			if (lane.age().compareTo(this.settings.backoff().max()) > 0) {
				this.failedAttempts = 0;
			}
			openLater();
			return false;
		});
		if (atOnce) {
			open();
		}
	}

	/**
	 * Open soon, whatever was before: something has changed. Called under the lock.
	 */
	void beginAnew() {
		this.failedAttempts = 0;
		this.young = 0;
	}

	/**
	 * Return whether an attempt still counts: it has not been given up, and the handle
	 * has not been closed. Called under the lock.
	 */
	private boolean isUnderWay(ExecutorService thread) {
		return this.underWay == thread && !this.condition.isClosed();
	}

	private boolean counts(ExecutorService thread) {
		return this.monitor.get(() -> isUnderWay(thread));
	}

	private void openOn(ExecutorService thread) {
		boolean keepsThread = false;
		try {
			QosBackend backend = this.target.choose();
			if (counts(thread)) {
				keepsThread = open(thread, backend);
			}
		}
		catch (Throwable ex) {
			failed(thread, QosException.of(ex));
		}
		finally {
			if (!keepsThread) {
				thread.shutdown();
			}
			this.target.noLongerHangs(() -> ended(thread));
		}
	}

	/**
	 * Open a session, and use it if it lives.
	 * @return whether it needs its thread
	 */
	private boolean open(ExecutorService thread, QosBackend backend) {
		SessionSettings sessionSettings = this.settings.session();
		QosSession session = ObservedSession.open(backend, sessionSettings, this.observers);
		SessionLane lane = new SessionLane(session, backend.mayBlock() ? thread : null, this.timer);
		// Before any flow is put on it: a system may open and be dead all the same.
		QosException dead = Verdicts.verify(session);
		if (dead != null && Verdicts.isLost(dead)) {
			this.target.closeUnused(session);
			failed(thread, dead);
			return false;
		}
		List<Runnable> calls;
		try {
			calls = this.monitor.get(() -> isUnderWay(thread) ? use(lane) : null);
		}
		catch (Throwable ex) {
			// Opening has not failed, there is a session to close.
			this.target.unusable(lane, QosException.of(ex));
			return false;
		}
		if (calls == null) {
			this.target.closeUnused(session);
			return false;
		}
		calls.forEach(Runnable::run);
		return lane.isThreaded();
	}

	private List<Runnable> use(SessionLane lane) {
		this.underWay = null;
		return this.target.use(lane);
	}

	private void ended(ExecutorService thread) {
		this.givenUp.remove(thread);
		if (this.underWay == thread) {
			// Too late: the handle has been closed.
			this.underWay = null;
		}
	}

	private void failed(ExecutorService thread, QosException failure) {
		boolean counts = this.monitor.get(() -> {
			if (!isUnderWay(thread)) {
				return false;
			}
			this.underWay = null;
			if (this.target.isChosen()) {
				openLater();
				this.condition.notOpened(failure);
			}
			else {
				// Nothing to choose from now means nothing to choose from later.
				this.condition.neverOpens(failure);
			}
			return true;
		});
		if (counts) {
			this.target.notOpened(failure);
		}
	}

	/**
	 * Give up on an attempt that is still under way. Its thread is left to it, and a
	 * session that it brings after all is closed.
	 */
	private void giveUp(int attempt) {
		QosException failure = hangs("A native call to open");
		boolean hangs = this.monitor.get(() -> {
			ExecutorService thread = this.underWay;
			if (thread == null || attempt != this.attempts || this.condition.isClosed()) {
				return false;
			}
			this.givenUp.add(thread);
			this.underWay = null;
			openLater();
			this.condition.notOpened(failure);
			return true;
		});
		if (hangs) {
			this.target.notOpened(failure);
		}
	}

	/**
	 * Return what tells that a call hangs.
	 */
	static QosException hangs(String call) {
		return new QosException(ErrorCase.TIMEOUT, call + " has not returned for " + HANGING, null, null);
	}

	/**
	 * Try again later, unless there has been another attempt by then. Called under the
	 * lock.
	 */
	void openLater() {
		this.failedAttempts++;
		Duration delay = this.settings.backoff().delay(this.failedAttempts, ThreadLocalRandom.current()::nextDouble);
		this.condition.triesAgainAt(this.timer.now().plus(delay));
		int last = this.attempts;
		this.timer.schedule(delay, () -> {
			if (this.monitor.get(() -> this.attempts == last)) {
				open();
			}
		});
	}

	/**
	 * Return how many threads calls hold that nobody waits for any longer. Called under
	 * the lock.
	 */
	int hanging() {
		return this.givenUp.size() + this.target.closing();
	}

	/**
	 * Return whether an attempt is under way. Called under the lock.
	 */
	boolean isUnderWay() {
		return this.underWay != null;
	}

	/**
	 * Return what to wait for when the handle is closed, each with its timeout. Called
	 * under the lock.
	 */
	List<Predicate<Duration>> unfinished() {
		List<Predicate<Duration>> unfinished = new ArrayList<>();
		this.givenUp.forEach((thread) -> unfinished.add((timeout) -> Threads.awaitEnd(thread, timeout)));
		ExecutorService attempt = this.underWay;
		if (attempt != null) {
			unfinished.add((timeout) -> Threads.awaitEnd(attempt, timeout));
		}
		return unfinished;
	}

	/**
	 * For whom sessions are opened.
	 */
	interface Target {

		/**
		 * Return the backend, which is chosen first where it is not known yet. Not called
		 * under the lock.
		 */
		QosBackend choose();

		/**
		 * Return whether a backend was ever chosen. Called under the lock.
		 */
		boolean isChosen();

		/**
		 * Use a session from now on. Called under the lock.
		 * @return what the calling thread has to run once it has released the lock
		 */
		List<Runnable> use(SessionLane lane);

		/**
		 * A session could not be used. Not called under the lock.
		 */
		void unusable(SessionLane lane, QosException failure);

		/**
		 * Close a session that was never used. Not called under the lock.
		 */
		void closeUnused(QosSession session);

		/**
		 * Opening has failed. Not called under the lock.
		 */
		void notOpened(QosException failure);

		/**
		 * Run something under the lock that ends a call that may have hung.
		 */
		void noLongerHangs(Runnable note);

		/**
		 * Return how many sessions are used no longer and have not been closed yet.
		 * Called under the lock.
		 */
		int closing();

	}

}
