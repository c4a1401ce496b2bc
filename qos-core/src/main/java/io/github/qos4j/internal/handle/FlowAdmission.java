package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * How a flow comes in force: the call that adds it, what becomes of it after that, and
 * when it is tried again. Methods are called under the handle's lock unless they say
 * otherwise; calls that they return have to be run after it is released.
 */
final class FlowAdmission {

	/** As many failures as bring about the longest wait. */
	private static final int LONGEST = 64;

	private final Monitor monitor;

	private final SessionInUse session;

	private final Pause pause;

	private final Timer timer;

	private final Backoff backoff;

	private final CodePoints dscp;

	private final Problems problems;

	private final Verdicts verdicts;

	private final Removals removals;

	private final PeerWaits peers;

	private final FlowChanges changes;

	private final FlowSockets sockets;

	private final FlowConditions conditions;

	private final FlowStates states;

	private final FlowsOwner owner;

	/** The flow that the session in use is adding, where such a call can hang. */
	private @Nullable ManagedFlow adding;

	FlowAdmission(HandleParts parts, Verdicts verdicts, Removals removals, PeerWaits peers, FlowChanges changes,
			FlowSockets sockets, FlowConditions conditions, FlowStates states) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.pause = parts.pause();
		this.timer = parts.timer();
		this.backoff = parts.settings().backoff();
		this.dscp = parts.codePoints();
		this.problems = parts.problems();
		this.verdicts = verdicts;
		this.removals = removals;
		this.peers = peers;
		this.changes = changes;
		this.sockets = sockets;
		this.conditions = conditions;
		this.states = states;
		this.owner = parts.owner();
	}

	/**
	 * Have a flow added that is missing, unless that is under way or it is to wait.
	 */
	Runnable submitAdd(ManagedFlow flow) {
		SessionLane lane = beginAdd(flow);
		return (lane != null) ? lane.submit(() -> callAdd(lane, flow, false)) : Verdicts.NOTHING;
	}

	private @Nullable SessionLane beginAdd(ManagedFlow flow) {
		SessionLane lane = this.session.get();
		return (lane != null && !this.pause.isOn() && flow.beginAdding(lane)) ? lane : null;
	}

	/**
	 * Have a flow added that nobody knows yet. In two halves, since an object that stands
	 * for the second would be felt.
	 * @return the session to {@link #callFirstAdd add it to} once the lock is released,
	 * or {@code null} where that is done elsewhere
	 */
	@Nullable SessionLane submitFirstAdd(ManagedFlow flow) {
		SessionLane lane = beginAdd(flow);
		if (lane == null) {
			return null;
		}
		if (lane.isThreaded()) {
			lane.submit(() -> callAdd(lane, flow, false)).run();
			return null;
		}
		lane.begin();
		return lane;
	}

	/**
	 * Add a flow. Not called under the lock.
	 */
	void callFirstAdd(SessionLane lane, ManagedFlow flow) {
		// It was wanted a moment ago.
		callAdd(lane, flow, true);
	}

	private void callAdd(SessionLane target, ManagedFlow flow, boolean surelyWanted) {
		SessionFlow added = null;
		QosException failure = null;
		QosFlowOptions options = flow.options();
		boolean wanted = surelyWanted || this.monitor.get(() -> isWanted(target, flow));
		// What was dead before is not the fault of a flow that is under suspicion.
		QosException deadBefore = (wanted && flow.isSuspect()) ? this.verdicts.verify(target) : null;
		if (deadBefore != null) {
			failure = deadBefore;
		}
		else if (wanted) {
			try {
				this.sockets.keepOpen(flow);
				begins(target, flow);
				added = target.session.add(flow.socket(), options, this.dscp.of(options));
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
		}
		SessionFlow sessionFlow = added;
		QosException refusal = failure;
		boolean guiltless = deadBefore != null;
		boolean dead = guiltless || this.verdicts.isDead(target, refusal);
		List<Runnable> next = this.monitor.get(() -> {
			this.adding = (this.adding == flow) ? null : this.adding;
			if (!isWanted(target, flow)) {
				return null;
			}
			flow.endAdding(target);
			List<Runnable> calls = guiltless ? List.of() : (refusal != null)
					? refused(target, flow, options, refusal, dead) : added(target, flow, options, sessionFlow);
			this.session.callEnded(target);
			return calls;
		});
		if (next != null) {
			next.forEach(Runnable::run);
			if (refusal != null && !dead && !isPassing(refusal)) {
				this.problems.log(flow.exception(refusal));
			}
		}
		else if (sessionFlow != null) {
			this.removals.remove(target, sessionFlow, () -> goOn(target, flow));
		}
		else {
			this.monitor.get(() -> {
				this.session.callEnded(target);
				return goOn(target, flow);
			}).run();
		}
		if (refusal != null && dead) {
			this.owner.lost(target, refusal);
		}
	}

	/**
	 * Go on with a flow after a call that was about it alone, in case it is wanted now.
	 */
	private Runnable goOn(SessionLane target, ManagedFlow flow) {
		flow.endAdding(target);
		return submitAdd(flow);
	}

	private void begins(SessionLane target, ManagedFlow flow) {
		target.callBegins();
		if (target.isThreaded()) {
			this.monitor.run(() -> this.adding = this.session.is(target) ? flow : this.adding);
		}
	}

	/**
	 * A call on the session in use hangs. If it adds a flow, that flow comes last next
	 * time; if it hangs then as well, with others in force, it has failed, and is tried
	 * again once nothing hangs any longer.
	 */
	void hangs(SessionLane target, QosException failure) {
		ManagedFlow flow = this.adding;
		if (flow != null && this.session.is(target) && flow.isMissing()) {
			flow.refused(failure);
			if (flow.isSuspect() && target.isProved()) {
				if (!this.pause.isOn()) {
					this.states.enter(flow, FlowState.FAILED);
				}
				tryOnceNothingHangs(flow);
			}
			flow.suspect(false);
		}
		this.adding = null;
	}

	private void tryOnceNothingHangs(ManagedFlow flow) {
		Object attempt = flow.putOff();
		this.timer.schedule(this.backoff.max(), () -> this.monitor.get(() -> {
			if (!flow.due(attempt)) {
				return Verdicts.NOTHING;
			}
			if (this.owner.isHanging()) {
				tryOnceNothingHangs(flow);
				return Verdicts.NOTHING;
			}
			return submitAdd(flow);
		}).run());
	}

	/**
	 * Return whether a flow is left alone because a call hangs, and its own did so, too.
	 */
	private boolean waitsUntilNothingHangs(ManagedFlow flow) {
		return flow.isPutOff() && flow.hasHung() && this.owner.isHanging();
	}

	private boolean isWanted(SessionLane target, ManagedFlow flow) {
		return this.session.is(target) && !this.pause.isOn() && flow.isMissing();
	}

	private List<Runnable> added(SessionLane target, ManagedFlow flow, QosFlowOptions options,
			@Nullable SessionFlow sessionFlow) {
		if (sessionFlow == null) {
			// It was not wanted when the call began, and is now.
			return List.of(submitAdd(flow));
		}
		flow.inForce(sessionFlow, options);
		target.prove();
		this.problems.over(flow);
		this.states.enter(flow, FlowState.ACTIVE);
		return bringUpToDate(flow);
	}

	private List<Runnable> refused(SessionLane target, ManagedFlow flow, QosFlowOptions options, QosException refusal,
			boolean dead) {
		flow.refused(refusal);
		if (isPassing(refusal)) {
			this.problems.over(flow);
		}
		else if (!dead) {
			this.problems.begin(flow, refusal);
		}
		switch (refusal.errorCase()) {
			case SOCKET_CLOSED -> {
				return List.of(this.states.end(flow));
			}
			case NOT_CONNECTED -> this.peers.add(flow);
			case HANDLE_LOST -> {
				// A session that has had nothing in force tells nothing of single flows:
				// they wait for the next one.
				if (!dead || flow.suspect(target.isProved())) {
					tryAgain(flow);
				}
				else if (target.isProved()) {
					flow.countRefusal();
				}
			}
			case NETWORK, DEVICE, RESOURCES, TRY_AGAIN -> tryAgain(flow);
			default -> {
				if (this.changes.giveWay(flow, options, refusal) || !options.equals(flow.options())) {
					return List.of(submitAdd(flow));
				}
				this.states.enter(flow, FlowState.FAILED);
			}
		}
		return List.of();
	}

	private static boolean isPassing(QosException refusal) {
		return refusal.errorCase() == ErrorCase.SOCKET_CLOSED || refusal.errorCase() == ErrorCase.NOT_CONNECTED;
	}

	/**
	 * Try a flow again later. After a number of times it has failed, and is tried less
	 * often, unless it is what kills sessions.
	 */
	private void tryAgain(ManagedFlow flow) {
		int tries = flow.countRefusal();
		if (tries >= ManagedFlow.MOST_TRIES && !this.owner.isNetworkSettling()) {
			this.states.enter(flow, FlowState.FAILED);
			if (!flow.mayPass()) {
				return;
			}
			tries = LONGEST;
		}
		Object attempt = flow.putOff();
		Duration delay = this.backoff.delay(tries, ThreadLocalRandom.current()::nextDouble);
		this.timer.schedule(delay,
				() -> this.monitor.get(() -> flow.due(attempt) ? submitAdd(flow) : Verdicts.NOTHING).run());
	}

	/**
	 * Try a flow once more, at once, as if it had never been refused. One whose calls
	 * hang has failed until nothing hangs any longer.
	 */
	Runnable tryAnew(ManagedFlow flow) {
		if (waitsUntilNothingHangs(flow)) {
			if (!this.pause.isOn()) {
				this.states.enter(flow, FlowState.FAILED);
			}
			return Verdicts.NOTHING;
		}
		flow.beginAnew();
		if (flow.current() == FlowState.FAILED) {
			this.states.enter(flow, FlowState.PENDING);
		}
		return submitAdd(flow);
	}

	/**
	 * Take a flow out of force until marking is resumed, whatever state it is in. It is
	 * not added again before it is removed, nor while its own call hangs.
	 */
	Runnable withdraw(ManagedFlow flow) {
		SessionLane lane = this.session.get();
		Runnable cancelWaits = this.conditions.suspend(flow);
		SessionFlow sessionFlow = flow.takeSessionFlow();
		if (flow.current() == FlowState.FAILED && !waitsUntilNothingHangs(flow)) {
			flow.beginAnew();
		}
		this.problems.over(flow);
		this.states.enter(flow, FlowState.PENDING);
		if (lane == null || sessionFlow == null) {
			return Verdicts.NOTHING;
		}
		flow.beginAdding(lane);
		return this.removals.submit(lane, sessionFlow, cancelWaits, () -> goOn(lane, flow));
	}

	/**
	 * Have a session do for a flow whatever else is asked for.
	 */
	List<Runnable> bringUpToDate(ManagedFlow flow) {
		if (flow.extrasIfAny() == null || flow.sessionFlow() == null) {
			return List.of();
		}
		this.changes.complete(flow);
		List<Runnable> calls = new ArrayList<>();
		calls.add(this.changes.apply(flow));
		calls.addAll(this.sockets.joinAll(flow));
		calls.addAll(this.conditions.armAll(flow));
		return calls;
	}

	/**
	 * Put a flow in force anew that a living session says is not, once whatever it has of
	 * it is removed. Called as a call of that session, not under the lock.
	 */
	void addAnew(SessionLane target, ManagedFlow flow, SessionFlow sessionFlow) {
		AtomicReference<Runnable> cancelWaits = new AtomicReference<>(Verdicts.NOTHING);
		QosFlowOptions applied = this.monitor.get(() -> {
			QosFlowOptions before = flow.applied();
			if (!this.session.is(target) || flow.sessionFlow() != sessionFlow || before == null) {
				return null;
			}
			cancelWaits.set(this.conditions.suspend(flow));
			flow.takeSessionFlow();
			this.states.enter(flow, FlowState.PENDING);
			flow.beginAdding(target);
			return before;
		});
		if (applied == null) {
			return;
		}
		cancelWaits.get().run();
		QosException refusal = Removals.tryToRemove(target, sessionFlow);
		boolean dead = this.verdicts.isDead(target, refusal);
		List<Runnable> next = this.monitor.get(() -> {
			if (refusal == null) {
				return List.of(goOn(target, flow));
			}
			if (!isWanted(target, flow)) {
				// Ended or paused meanwhile, or the session has ended.
				return List.of(this.session.is(target)
						? this.removals.submit(target, sessionFlow, Verdicts.NOTHING, () -> goOn(target, flow))
						: leaveTo(target, sessionFlow));
			}
			flow.endAdding(target);
			// It is there after all, as far as is known.
			flow.inForce(sessionFlow, applied);
			this.states.enter(flow, FlowState.ACTIVE);
			return bringUpToDate(flow);
		});
		next.forEach(Runnable::run);
		if (refusal != null && dead) {
			this.owner.lost(target, refusal);
		}
	}

	private static Runnable leaveTo(SessionLane target, SessionFlow sessionFlow) {
		target.leftOver.add(sessionFlow);
		return Verdicts.NOTHING;
	}

}
