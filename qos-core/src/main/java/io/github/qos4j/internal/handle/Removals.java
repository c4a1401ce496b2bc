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
		return lane.submit(() -> {
			before.run();
			remove(lane, flow, after);
		});
	}

	/**
	 * Take a flow out of force. Called as a call of its session, not under the lock; ends
	 * that call.
	 * @param after as for {@link #submit}
	 */
	void remove(SessionLane lane, SessionFlow flow, Supplier<Runnable> after) {
		QosException refusal = tryToRemove(lane, flow);
		if (refusal != null) {
			refused(lane, new Removal(flow, after), refusal);
			return;
		}
		this.monitor.get(() -> {
			this.session.callEnded(lane);
			return after.get();
		}).run();
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

	private void removeAgain(SessionLane lane, Removal removal) {
		QosException refusal = tryToRemove(lane, removal.flow);
		if (refusal != null) {
			refused(lane, removal, refusal);
			return;
		}
		this.monitor.get(() -> {
			lane.leftOver.remove(removal.flow);
			over(removal);
			this.session.callEnded(lane);
			return removal.goOn();
		}).run();
	}

	private void refused(SessionLane lane, Removal removal, QosException refusal) {
		boolean dead = this.verdicts.isDead(lane, refusal);
		boolean unmarked = !dead && ++removal.tries >= MOST_TRIES && unmark(lane, removal.flow);
		Runnable next = this.monitor.get(() -> {
			lane.leftOver.remove(removal.flow);
			over(removal);
			// Closing the session takes it along.
			lane.leftOver.add(removal.flow);
			if (!unmarked && !dead && this.session.is(lane)) {
				this.refused.add(removal);
				this.problems.begin(removal, refusal);
				tryLater(lane, removal);
			}
			this.session.callEnded(lane);
			return (!dead && removal.tries >= MOST_TRIES) ? removal.goOn() : Verdicts.NOTHING;
		});
		next.run();
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
				return wanted ? lane.submit(() -> removeAgain(lane, removal)) : Verdicts.NOTHING;
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
	 * A flow whose removal was refused.
	 */
	private static final class Removal {

		private final SessionFlow flow;

		private @Nullable Supplier<Runnable> after;

		private int tries;

		Removal(SessionFlow flow, Supplier<Runnable> after) {
			this.flow = flow;
			this.after = after;
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
