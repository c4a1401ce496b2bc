package io.github.qos4j.internal.handle;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * Takes flows out of force. A removal that is refused is tried again with backoff, since
 * the socket goes on being marked until it succeeds; if it cannot be had, the flow is
 * left unmarked, or the handle is opened anew once nobody needs it.
 */
final class Removals {

	/** How often a removal is tried before the flow is left unmarked instead. */
	static final int MOST_TRIES = 5;

	private final Monitor monitor;

	private final SessionInUse session;

	private final Timer timer;

	private final Backoff backoff;

	private final Problems problems;

	private final Verdicts verdicts;

	private final FlowsOwner owner;

	private final FlowRegistry registry;

	private final Pause pause;

	/** Those that were refused and are tried again. Guarded by the lock. */
	private final Set<Removal> refused = new HashSet<>();

	Removals(HandleParts parts, Verdicts verdicts, FlowRegistry registry) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.timer = parts.timer();
		this.backoff = parts.settings().backoff();
		this.problems = parts.problems();
		this.owner = parts.owner();
		this.verdicts = verdicts;
		this.registry = registry;
		this.pause = parts.pause();
	}

	/**
	 * Take a flow out of force. Called under the lock.
	 * @param before what has to be done with the session before
	 * @param after is run once under the lock as soon as nothing of the flow is in force,
	 * or this was refused so often that nobody waits for it any longer, unless the
	 * session has died; what it returns is run after that
	 * @return what the calling thread has to run once it has released the lock
	 */
	Runnable submit(SessionLane lane, SessionFlow flow, Runnable before, Supplier<Runnable> after) {
		return lane.submit(new Removal(lane, flow, before, after));
	}

	/**
	 * Take a flow out of force that came in force too late. Called as a call of its
	 * session, not under the lock; ends that call.
	 * @param after as for {@link #submit}
	 */
	void remove(SessionLane lane, SessionFlow flow, Supplier<Runnable> after) {
		callRemove(lane, new Removal(lane, flow, Verdicts.NOTHING, after));
	}

	/**
	 * Try once to take a flow out of force. Called as a call of its session, not under
	 * the lock.
	 * @return {@code null} if it is gone, or why it is not
	 */
	static @Nullable QosException tryToRemove(SessionLane lane, SessionFlow flow) {
		try {
			lane.callBegins();
			lane.session.remove(flow);
			return null;
		}
		catch (Throwable ex) {
			QosException failure = QosException.of(ex);
			return (failure.errorCase() != ErrorCase.NOT_FOUND) ? failure : null;
		}
	}

	private void callRemove(SessionLane lane, Removal removal) {
		QosException refusal = tryToRemove(lane, removal.flow);
		boolean dead = this.verdicts.isDead(lane, refusal);
		boolean unmarked = refusal != null && !dead && ++removal.tries >= MOST_TRIES && unmark(lane, removal.flow);
		Runnable next = this.monitor.get(() -> {
			lane.leftOver.remove(removal.flow);
			over(removal);
			if (refusal != null) {
				// Closing the session takes it along.
				lane.leftOver.add(removal.flow);
			}
			if (refusal != null && !unmarked && !dead && this.session.is(lane)) {
				this.refused.add(removal);
				this.problems.begin(removal, refusal);
				tryLater(lane, removal);
			}
			this.session.callEnded(lane);
			return (!dead && (refusal == null || removal.tries >= MOST_TRIES)) ? removal.goOn() : Verdicts.NOTHING;
		});
		next.run();
		if (refusal == null) {
			return;
		}
		if (dead || !unmarked && removal.tries >= MOST_TRIES && !isSessionNeeded()) {
			this.owner.lost(lane, refusal);
		}
		else {
			this.problems.log(refusal);
		}
	}

	private boolean isSessionNeeded() {
		return this.monitor.get(() -> this.registry.size() > 0 && !this.pause.isOn());
	}

	private static boolean unmark(SessionLane lane, SessionFlow flow) {
		try {
			lane.callBegins();
			lane.session.unmark(flow);
			return true;
		}
		catch (Throwable ex) {
			return false;
		}
	}

	private void tryLater(SessionLane lane, Removal removal) {
		this.timer.schedule(this.backoff.delay(removal.tries, ThreadLocalRandom.current()::nextDouble), () -> {
			Runnable call = this.monitor.get(() -> {
				boolean wanted = this.refused.contains(removal) && this.session.is(lane);
				return wanted ? lane.submit(() -> callRemove(lane, removal)) : Verdicts.NOTHING;
			});
			call.run();
		});
	}

	private void over(Removal removal) {
		this.refused.remove(removal);
		this.problems.over(removal);
	}

	/**
	 * Forget what was refused: its session is used no longer, and takes it along. Called
	 * under the lock.
	 */
	void forget() {
		this.refused.forEach(this.problems::over);
		this.refused.clear();
	}

	/**
	 * A flow to be removed.
	 */
	private final class Removal implements Runnable {

		private final SessionLane lane;

		private final SessionFlow flow;

		private final Runnable before;

		private @Nullable Supplier<Runnable> after;

		private int tries;

		Removal(SessionLane lane, SessionFlow flow, Runnable before, Supplier<Runnable> after) {
			this.lane = lane;
			this.flow = flow;
			this.before = before;
			this.after = after;
		}

		/**
		 * Remove the flow for the first time.
		 */
		@Override
		public void run() {
			this.before.run();
			callRemove(this.lane, this);
		}

		/**
		 * Go on with what waits for this, once.
		 */
		private Runnable goOn() {
			Supplier<Runnable> waiting = this.after;
			this.after = null;
			return (waiting != null) ? waiting.get() : Verdicts.NOTHING;
		}

	}

}
