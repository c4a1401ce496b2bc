package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.QosException;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a handle, one after the other: how one comes into use, is found dead or
 * hanging, gives way to the next, and is closed.
 */
final class HandleSessions {

	/** How long the network may take after the system has come back from standby. */
	private static final Duration NETWORK_SETTLES = Duration.ofMinutes(1);

	private final HandleSettings settings;

	private final System.Logger logger;

	private final Monitor monitor;

	private final Timer timer;

	private final SessionInUse session;

	private final Pause pause;

	private final Problems problems;

	private final HandleCondition condition;

	private final BackendInUse backend;

	private final Failures failures;

	private final HandleFlows flows;

	private final ClientTrackings trackings;

	private final FlowChecks checks;

	private final Opening opening;

	/** Sessions that are used no longer and have not been closed yet. */
	private final Set<SessionLane> closing = new HashSet<>();

	/** The session on which a check is under way or waiting. */
	private @Nullable SessionLane checkingOn;

	/** Whether it was told that the handle is open. */
	private volatile boolean openReported;

	/**
	 * Whether it was logged that the handle is lost, so that its return is logged too.
	 */
	private boolean lossLogged;

	/** When the system came back from standby, as {@link Timer#nanoTime()}. */
	private @Nullable Long resumed;

	HandleSessions(HandleParts parts, HandleCondition condition, BackendInUse backend, Failures failures,
			Function<String, ExecutorService> threads) {
		this.settings = parts.settings();
		this.logger = this.settings.logger();
		this.monitor = parts.monitor();
		this.timer = parts.timer();
		this.session = parts.session();
		this.pause = parts.pause();
		this.problems = parts.problems();
		this.condition = condition;
		this.backend = backend;
		this.failures = failures;
		this.flows = new HandleFlows(parts);
		this.trackings = new ClientTrackings(parts, this.flows.verdicts());
		this.checks = new FlowChecks(parts, this.flows, this.trackings);
		this.opening = new Opening(parts, condition, threads, new OpeningTarget());
	}

	HandleFlows flows() {
		return this.flows;
	}

	ClientTrackings trackings() {
		return this.trackings;
	}

	/**
	 * Return for how long the handle has been in its state. Not called under the lock.
	 */
	Duration age() {
		return this.monitor.get(this.condition::age);
	}

	/**
	 * Begin to open, in the background, unless that is under way or done.
	 */
	void open() {
		this.opening.open();
	}

	/**
	 * Use a session from now on. Called under the lock.
	 * @return what the calling thread has to run once it has released the lock
	 */
	private List<Runnable> use(SessionLane lane) {
		this.session.use(lane);
		List<Runnable> calls = new ArrayList<>(this.trackings.bringAllUpToDate(lane));
		calls.addAll(this.flows.attach());
		boolean again = this.lossLogged;
		Duration lost = this.condition.age();
		calls.add(lane.submit(() -> {
			report(again, lost);
			this.session.callEnded(lane);
		}));
		this.lossLogged = false;
		if (lane.isThreaded()) {
			lookForHangingCall(lane, Opening.HANGING);
		}
		this.condition.opened();
		return calls;
	}

	/**
	 * Tell that the handle is open, once the flows that have waited for it have been
	 * added.
	 */
	private void report(boolean again, Duration lost) {
		if (again) {
			FlowCounts counts = this.monitor.get(this.flows::counts);
			this.logger.log(Level.INFO,
					"QoS handle ''{0}'' is back after {1} ms, with {2} flows in force, {3} pending, {4} failed",
					this.settings.name(), lost.toMillis(), counts.active(), counts.pending(), counts.failed());
		}
		else {
			reportFirst();
		}
	}

	/**
	 * Tell that there is QoS now, unless it was told that nothing is marked.
	 */
	private void reportFirst() {
		String name = this.monitor.get(this.backend::name);
		boolean asWished = this.monitor.get(this.backend::refusal) == null;
		this.logger.log((asWished && !this.openReported) ? Level.INFO : Level.DEBUG, "QoS handle '"
				+ this.settings.name() + "' is open: backend " + name
				+ (name.equals("none") ? ", which marks nothing" : ", marking profile " + this.settings.profile()));
		this.openReported = true;
	}

	// What goes wrong

	/**
	 * Give up a session that is dead. Not called under the lock.
	 */
	void lost(SessionLane lane, QosException failure) {
		lose(lane, failure, () -> this.opening.openAfter(lane));
	}

	private void lose(SessionLane lane, QosException failure, Runnable next) {
		lose(lane, failure, Level.WARNING, "was lost and is opened again", next);
	}

	private void lose(SessionLane lane, QosException failure, Level level, String what, Runnable next) {
		Runnable recovery = this.monitor.get(() -> {
			if (!this.session.is(lane)) {
				return null;
			}
			List<SessionFlow> inForce = this.flows.suspend();
			this.session.leave();
			this.condition.lost(failure);
			Runnable close = whenIdle(lane, submitClose(lane, Verdicts.NOTHING, inForce));
			Questions.giveUp(lane, this.condition.notOpen(failure));
			boolean first = this.failures.isFirst(failure);
			this.lossLogged |= first;
			return () -> {
				close.run();
				next.run();
				// Last, since marks shall not wait for the application's log.
				this.failures.log(level, failure,
						"QoS handle '" + this.settings.name() + "' " + what + ": " + failure.getMessage(), first);
			};
		});
		if (recovery != null) {
			recovery.run();
		}
	}

	/**
	 * Have the last call of a session made once no other is under way. Called under the
	 * lock.
	 */
	private Runnable whenIdle(SessionLane lane, Runnable last) {
		if (lane.isThreaded() || !lane.isBusy()) {
			return last;
		}
		// Calls that run in threads of others do not take long, but this may be one.
		return () -> Threads.daemon("qos-close-" + this.settings.name(), () -> {
			this.monitor.run(() -> this.monitor.awaitWhile(Opening.HANGING, lane::isBusy));
			last.run();
		}).start();
	}

	/**
	 * Look again and again whether a call on a session hangs, for as long as it is used.
	 */
	private void lookForHangingCall(SessionLane lane, Duration delay) {
		this.timer.schedule(delay, () -> {
			if (!this.monitor.get(() -> this.session.is(lane))) {
				return;
			}
			Duration left = Opening.HANGING.minus(lane.callAge());
			if (left.isNegative() || left.isZero()) {
				// It is the call that hangs, not the system that is dead.
				QosException failure = Opening.hangs("A native call");
				this.monitor.run(() -> {
					if (this.session.is(lane)) {
						this.flows.hangs(lane, failure);
					}
				});
				lose(lane, failure, this::open);
			}
			else {
				lookForHangingCall(lane, left);
			}
		});
	}

	/**
	 * The system has come back from standby, or the service was started again: whatever
	 * there was is dead. Not called under the lock.
	 * @param since when, as {@link Timer#nanoTime()}: what was opened since is alive
	 */
	void revive(String why, long since) {
		this.monitor.run(() -> this.resumed = this.timer.nanoTime());
		reopen((lane) -> {
			long passed = this.timer.nanoTime() - since;
			if (lane.age().toNanos() >= passed) {
				lose(lane, new QosException(ErrorCase.HANDLE_LOST, why, null, null), this::open);
			}
		});
	}

	/**
	 * Open anew because somebody asks for it. Not called under the lock.
	 * @throws IllegalStateException if the handle is closed
	 */
	void reopen() {
		this.monitor.run(this::requireNotClosed);
		reopen((lane) -> lose(lane, new QosException(ErrorCase.HANDLE_LOST, "The application asks for it", null, null),
				Level.INFO, "is opened again", this::open));
	}

	private void reopen(Consumer<SessionLane> lose) {
		SessionLane lane = this.monitor.get(() -> {
			this.opening.beginAnew();
			return this.session.get();
		});
		if (lane != null) {
			lose.accept(lane);
		}
		else {
			open();
		}
	}

	private void requireNotClosed() {
		if (this.condition.isClosed()) {
			throw new IllegalStateException("QoS handle '" + this.settings.name() + "' is closed");
		}
	}

	/**
	 * Pause or resume marking. Not called under the lock.
	 * @param news is run under the lock once it is done, if it was otherwise before
	 * @throws IllegalStateException if the handle is closed
	 */
	void pause(boolean paused, Runnable news) {
		List<Runnable> calls = this.monitor.get(() -> {
			requireNotClosed();
			if (!this.pause.set(paused)) {
				return null;
			}
			List<Runnable> submitted = paused ? this.flows.withdraw() : this.flows.resume();
			news.run();
			return submitted;
		});
		if (calls != null) {
			calls.forEach(Runnable::run);
			this.logger.log(Level.INFO, "QoS handle ''{0}'' {1}", this.settings.name(),
					paused ? "marks nothing until it is resumed" : "marks again");
		}
	}

	/**
	 * Return a finder that finds nothing while flows may be out of force.
	 */
	SocketFinder settled(SocketFinder finder) {
		return new SettledSocketFinder(this.monitor, this.session, this.pause, finder);
	}

	/**
	 * Return whether the network may not be up yet, after the system has come back from
	 * standby. Called under the lock.
	 */
	boolean isNetworkSettling() {
		Long since = this.resumed;
		return since != null && this.timer.nanoTime() - since < NETWORK_SETTLES.toNanos();
	}

	/**
	 * Try now what would be tried later. Not called under the lock.
	 */
	void tryNow() {
		List<Runnable> calls = this.monitor.get(this.flows::tryNow);
		calls.forEach(Runnable::run);
		open();
	}

	// Checking

	/**
	 * Look whether all is well. Not called under the lock.
	 */
	void check() {
		this.monitor.get(() -> {
			SessionLane lane = this.session.get();
			if (lane == null || this.checkingOn == lane) {
				return Verdicts.NOTHING;
			}
			this.checkingOn = lane;
			return lane.submit(() -> callCheck(lane));
		}).run();
	}

	private void callCheck(SessionLane lane) {
		QosException dead;
		try {
			dead = this.checks.check(lane);
		}
		finally {
			this.monitor.run(() -> this.checkingOn = (this.checkingOn == lane) ? null : this.checkingOn);
		}
		boolean sound = this.monitor.get(() -> {
			FlowCounts counts = this.flows.counts();
			return this.session.is(lane) && counts.failed() == 0 && counts.pending() == 0;
		});
		if (dead != null) {
			lost(lane, dead);
		}
		else if (sound) {
			this.failures.forget();
		}
	}

	/**
	 * Return how many sessions and attempts to open hang in a call that does not return.
	 * Called under the lock.
	 */
	int hanging() {
		return this.opening.hanging();
	}

	/**
	 * Return how many threads of sessions and attempts to open are at work. Called under
	 * the lock.
	 */
	int underWay() {
		SessionLane lane = this.session.get();
		boolean busy = lane != null && (lane.isBusy() || this.checkingOn == lane);
		return hanging() + (this.opening.isUnderWay() ? 1 : 0) + (busy ? 1 : 0);
	}

	// Closing

	/**
	 * End all flows and the session in use. Called under the lock.
	 * @param unfinished receives what to wait for, each with its timeout
	 * @param timeout tells how much time is left
	 * @return what the calling thread has to run once it has released the lock
	 */
	Runnable end(List<Predicate<Duration>> unfinished, Supplier<Duration> timeout) {
		SessionLane last = this.session.get();
		Runnable before = this.trackings.end();
		List<SessionFlow> inForce = this.flows.endAll();
		this.session.leave();
		this.condition.closed();
		this.timer.close();
		Runnable close = Verdicts.NOTHING;
		if (last != null) {
			close = submitClose(last, before, inForce);
			Questions.giveUp(last, this.condition.notOpen());
			if (!last.isThreaded()) {
				// Not for long: only calls that cannot block run in threads of others.
				this.monitor.awaitWhile(timeout.get(), last::isBusy);
			}
		}
		this.closing.forEach((lane) -> unfinished.add(lane::awaitEnd));
		unfinished.addAll(this.opening.unfinished());
		return close;
	}

	/**
	 * Have a session that is used no longer closed. Called under the lock.
	 * @return what the calling thread has to run once it has released the lock
	 */
	private Runnable submitClose(SessionLane lane, Runnable before, List<SessionFlow> inForce) {
		this.closing.add(lane);
		return lane.submitLast(() -> {
			before.run();
			List<SessionFlow> all = new ArrayList<>(inForce);
			this.monitor.run(() -> all.addAll(lane.leftOver));
			close(lane.session, all);
			noLongerHangs(() -> this.closing.remove(lane));
		});
	}

	/**
	 * Note that a call has returned after all, and open if there were too many that hang.
	 */
	private void noLongerHangs(Runnable note) {
		boolean tooMany = this.monitor.get(() -> {
			boolean before = hanging() >= Opening.MOST_HANGING;
			note.run();
			this.monitor.changed();
			return before;
		});
		if (tooMany) {
			open();
		}
	}

	private void close(QosSession closed, Iterable<SessionFlow> inForce) {
		try {
			closed.close(inForce);
		}
		catch (Throwable ex) {
			QosException failure = QosException.of(ex);
			boolean matters = this.monitor.get(() -> {
				// A session that is dead complains about that.
				if (failure.errorCase() == ErrorCase.HANDLE_LOST || !this.condition.isClosed()) {
					return false;
				}
				this.condition.complained(failure);
				return true;
			});
			if (matters) {
				this.problems.log(failure, "was closed with a complaint");
			}
			else {
				this.logger.log(Level.DEBUG, "A session was closed with a complaint", failure);
			}
		}
	}

	private final class OpeningTarget implements Opening.Target {

		@Override
		public QosBackend choose() {
			return HandleSessions.this.backend.choose();
		}

		@Override
		public boolean isChosen() {
			return HandleSessions.this.backend.isChosen();
		}

		@Override
		public List<Runnable> use(SessionLane lane) {
			return HandleSessions.this.use(lane);
		}

		@Override
		public void unusable(SessionLane lane, QosException failure) {
			lose(lane, failure, () -> HandleSessions.this.monitor.run(HandleSessions.this.opening::openLater));
		}

		@Override
		public void closeUnused(QosSession unused) {
			close(unused, List.of());
		}

		@Override
		public void notOpened(QosException failure) {
			boolean over = HandleSessions.this.monitor.get(HandleSessions.this.condition::isOver);
			HandleSessions.this.problems.log(failure,
					over ? "cannot be opened" : "could not be opened and is tried again");
		}

		@Override
		public void noLongerHangs(Runnable note) {
			HandleSessions.this.noLongerHangs(note);
		}

		@Override
		public int closing() {
			return HandleSessions.this.closing.size();
		}

	}

}
