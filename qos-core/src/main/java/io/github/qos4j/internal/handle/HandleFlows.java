package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * The flows of a handle, and what brings them in force and out of force again. Methods
 * that say so are called under the handle's lock; calls that they return have to be run
 * after it is released.
 * <p>
 * A flow that is missing is always on its way: it waits for a session, is being added,
 * waits for its socket to be connected, or is tried again later.
 */
final class HandleFlows {

	/** As many failures as bring about the longest wait. */
	private static final int LONGEST = 64;

	private final Monitor monitor;

	private final SessionInUse session;

	private final Timer timer;

	private final Backoff backoff;

	private final CodePoints dscp;

	private final Problems problems;

	private final Owner owner;

	private final FlowRegistry registry = new FlowRegistry();

	private final Verdicts verdicts;

	private final Removals removals;

	private final PeerWaits peers;

	private final FlowChanges changes;

	private final FlowSockets sockets;

	private final FlowConditions conditions;

	HandleFlows(HandleParts parts, Owner owner) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.timer = parts.timer();
		this.backoff = parts.settings().backoff();
		this.dscp = parts.codePoints();
		this.problems = parts.problems();
		this.owner = owner;
		this.verdicts = new Verdicts(this.monitor, this.session, this.timer, this.backoff.initial(),
				new VerdictsOwner());
		this.removals = new Removals(this.monitor, this.session, this.timer, this.backoff, this.problems, this.verdicts,
				new RemovalsOwner());
		this.peers = new PeerWaits(this.monitor, this.timer, this::isReady, this::goOn);
		this.changes = new FlowChanges(this.monitor, this.session, this.verdicts, this.dscp);
		this.sockets = new FlowSockets(this.monitor, this.session, this.verdicts, this.peers, this.problems);
		this.conditions = new FlowConditions(this.monitor, this.session, this.verdicts, this.timer,
				parts.events()::recipient);
	}

	Verdicts verdicts() {
		return this.verdicts;
	}

	FlowConditions conditions() {
		return this.conditions;
	}

	FlowRegistry registry() {
		return this.registry;
	}

	/**
	 * Return how many flows there are. Called under the lock.
	 */
	FlowCounts counts() {
		return this.registry.counts();
	}

	/**
	 * Return all flows. Called under the lock.
	 */
	List<ManagedFlow> list() {
		return this.registry.list((flow) -> true);
	}

	// Sessions

	/**
	 * Bring into force what has waited for a session. Called under the lock.
	 */
	List<Runnable> attach() {
		List<ManagedFlow> missing = this.registry.list((flow) -> flow.isMissing() && !flow.isPutOff());
		// What the last session may have died of comes last: if this one dies of it too,
		// the others were in force, and it is known what did it.
		missing.sort(Comparator.comparing(ManagedFlow::isSuspect));
		List<Runnable> calls = new ArrayList<>(missing.size());
		missing.forEach((flow) -> calls.add(submitAdd(flow)));
		return calls;
	}

	/**
	 * The session is dead, and its flows with it. They are pending from now on, and so
	 * are those that failed for a reason that may have passed by the time that the next
	 * session is there. Called under the lock.
	 * @return what was in force
	 */
	List<SessionFlow> suspend() {
		List<SessionFlow> inForce = new ArrayList<>();
		for (ManagedFlow flow : this.registry.list((flow) -> flow.sessionFlow() != null || isFailedForNow(flow))) {
			SessionFlow sessionFlow = flow.takeSessionFlow();
			if (sessionFlow != null) {
				inForce.add(sessionFlow);
			}
			else {
				flow.beginAnew();
			}
			enter(flow, FlowState.PENDING);
		}
		this.removals.forget();
		return inForce;
	}

	private static boolean isFailedForNow(ManagedFlow flow) {
		return flow.current() == FlowState.FAILED && flow.mayPass();
	}

	/**
	 * End all flows. Called under the lock.
	 * @return what was in force
	 */
	List<SessionFlow> endAll() {
		List<SessionFlow> inForce = new ArrayList<>();
		for (ManagedFlow flow : list()) {
			SessionFlow sessionFlow = flow.takeSessionFlow();
			if (sessionFlow != null) {
				inForce.add(sessionFlow);
			}
			end(flow);
		}
		return inForce;
	}

	// Adding

	/**
	 * Add a flow. Called under the lock.
	 */
	Runnable add(ManagedFlow flow) {
		this.registry.add(flow);
		return submitAdd(flow);
	}

	private Runnable submitAdd(ManagedFlow flow) {
		SessionLane lane = this.session.get();
		return (lane != null && flow.beginAdding(lane)) ? lane.submit(() -> callAdd(lane, flow)) : Verdicts.NOTHING;
	}

	private void callAdd(SessionLane target, ManagedFlow flow) {
		SessionFlow added = null;
		QosException failure = null;
		QosFlowOptions options = flow.options();
		if (this.monitor.get(() -> isWanted(target, flow))) {
			try {
				this.sockets.keepOpen(flow);
				added = target.session.add(flow.socket(), options, this.dscp.of(options));
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
		}
		SessionFlow sessionFlow = added;
		QosException refusal = failure;
		boolean dead = this.verdicts.isDead(target, refusal);
		List<Runnable> next = this.monitor.get(() -> {
			flow.endAdding(target);
			if (!isWanted(target, flow)) {
				return null;
			}
			List<Runnable> calls = (refusal != null) ? refused(target, flow, options, refusal, dead)
					: added(target, flow, options, sessionFlow);
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
			this.removals.remove(target, sessionFlow);
		}
		else {
			this.session.callEnded(target);
		}
		if (refusal != null && dead) {
			this.owner.lost(target, refusal);
		}
	}

	private boolean isWanted(SessionLane target, ManagedFlow flow) {
		return this.session.is(target) && flow.isMissing();
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
		enter(flow, FlowState.ACTIVE);
		return bringUpToDate(flow);
	}

	private List<Runnable> refused(SessionLane target, ManagedFlow flow, QosFlowOptions options, QosException refusal,
			boolean dead) {
		flow.refused(refusal);
		if (!dead && !isPassing(refusal)) {
			this.problems.begin(flow, refusal);
		}
		switch (refusal.errorCase()) {
			case SOCKET_CLOSED -> {
				return List.of(end(flow));
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
				if (!options.equals(flow.options())) {
					// Something else is wanted meanwhile.
					return List.of(submitAdd(flow));
				}
				enter(flow, FlowState.FAILED);
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
			enter(flow, FlowState.FAILED);
			if (!flow.mayPass()) {
				return;
			}
			tries = LONGEST;
		}
		int number = flow.putOff();
		Duration delay = this.backoff.delay(tries, ThreadLocalRandom.current()::nextDouble);
		this.timer.schedule(delay,
				() -> this.monitor.get(() -> flow.due(number) ? submitAdd(flow) : Verdicts.NOTHING).run());
	}

	/**
	 * Give another chance to what has failed or is to be tried later, because the network
	 * has changed. Called under the lock.
	 */
	List<Runnable> tryNow() {
		List<Runnable> calls = new ArrayList<>();
		for (ManagedFlow flow : this.registry.list((flow) -> flow.current() == FlowState.FAILED || flow.isPutOff())) {
			calls.add(tryAnew(flow));
		}
		return calls;
	}

	private Runnable tryAnew(ManagedFlow flow) {
		flow.beginAnew();
		if (flow.current() == FlowState.FAILED) {
			enter(flow, FlowState.PENDING);
		}
		return submitAdd(flow);
	}

	/**
	 * Have a session do for a flow whatever else is asked for. Called under the lock.
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

	private boolean isReady(ManagedFlow flow) {
		return this.sockets.isReady(flow);
	}

	/**
	 * Go on with flows whose sockets have been connected. Not called under the lock.
	 */
	private void goOn(List<ManagedFlow> connected) {
		List<Runnable> calls = this.monitor.get(() -> {
			List<Runnable> added = new ArrayList<>();
			for (ManagedFlow flow : connected) {
				added.add(submitAdd(flow));
				added.addAll(bringUpToDate(flow));
			}
			return added;
		});
		calls.forEach(Runnable::run);
	}

	/**
	 * Put a flow in force anew that a living session says is not, once whatever it has of
	 * it is removed. Called as a call of that session, not under the lock.
	 */
	private void addAnew(SessionLane target, ManagedFlow flow, SessionFlow sessionFlow) {
		AtomicReference<Runnable> cancelWaits = new AtomicReference<>(Verdicts.NOTHING);
		QosFlowOptions applied = this.monitor.get(() -> {
			QosFlowOptions before = flow.applied();
			if (!this.session.is(target) || flow.sessionFlow() != sessionFlow || before == null) {
				return null;
			}
			cancelWaits.set(this.conditions.suspend(flow));
			flow.takeSessionFlow();
			enter(flow, FlowState.PENDING);
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
			flow.endAdding(target);
			if (refusal == null) {
				return List.of(submitAdd(flow));
			}
			if (!isWanted(target, flow)) {
				// Ended meanwhile, or the session is.
				return List.of(this.session.is(target) ? this.removals.submit(target, sessionFlow, Verdicts.NOTHING)
						: leaveTo(target, sessionFlow));
			}
			// It is there after all, as far as is known.
			flow.inForce(sessionFlow, applied);
			enter(flow, FlowState.ACTIVE);
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

	// Changing

	/**
	 * Ask for other options. Not called under the lock.
	 * @throws IllegalArgumentException if they are for a flow of another kind
	 */
	CompletionStage<QosFlow> setOptions(ManagedFlow flow, QosFlowOptions options) {
		boolean adaptive = options.qwave().adaptive();
		if (adaptive != flow.options().qwave().adaptive()) {
			throw new IllegalArgumentException("'options' must " + (adaptive ? "not " : "")
					+ "be adaptive like the flow: add another flow instead");
		}
		CompletableFuture<QosFlow> future = new CompletableFuture<>();
		this.monitor.get(() -> {
			if (flow.isClosed()) {
				Questions.failLater(future, flow, flow.endedBecause());
				return Verdicts.NOTHING;
			}
			this.changes.ask(flow, options, future);
			return (flow.current() == FlowState.FAILED) ? tryAnew(flow) : this.changes.apply(flow);
		}).run();
		return future.copy();
	}

	/**
	 * Add a further socket. Not called under the lock.
	 * @throws IllegalArgumentException if it is closed, or the flow takes one only
	 */
	CompletionStage<QosFlow> addSocket(ManagedFlow flow, QosSocket socket) {
		if (!socket.isOpen()) {
			throw new IllegalArgumentException("'socket' must be open");
		}
		if (flow.options().qwave().adaptive()) {
			throw new IllegalArgumentException("An adaptive flow has one socket: add another flow instead");
		}
		CompletableFuture<QosFlow> future = new CompletableFuture<>();
		this.monitor.get(() -> this.sockets.add(flow, socket, future)).run();
		return future.copy();
	}

	// Ending

	/**
	 * End a flow. Called under the lock. Does nothing for one that has ended.
	 */
	Runnable end(ManagedFlow flow) {
		if (flow.isClosed()) {
			return Verdicts.NOTHING;
		}
		this.peers.remove(flow);
		this.registry.remove(flow);
		this.problems.over(flow);
		changed(flow);
		this.changes.fail(flow);
		this.sockets.fail(flow);
		Runnable cancelWaits = this.conditions.end(flow);
		SessionFlow sessionFlow = flow.takeSessionFlow();
		SessionLane lane = this.session.get();
		return (sessionFlow != null && lane != null) ? this.removals.submit(lane, sessionFlow, cancelWaits)
				: Verdicts.NOTHING;
	}

	/**
	 * End a flow whose sockets are all closed. Not called under the lock.
	 */
	void endIfSocketIsClosed(ManagedFlow flow) {
		if (!this.sockets.keepOpen(flow)) {
			this.monitor.get(() -> end(flow)).run();
		}
	}

	// States

	private void enter(ManagedFlow flow, FlowState state) {
		boolean news = flow.current() != state;
		this.registry.enter(flow, state);
		if (news) {
			changed(flow);
		}
		QosException failure = flow.failure();
		if (state == FlowState.FAILED && failure != null) {
			this.problems.begin(flow, failure);
			this.changes.fail(flow);
			this.sockets.fail(flow);
		}
	}

	private void changed(ManagedFlow flow) {
		flow.completeIfDecided();
		this.monitor.changed();
		this.owner.changed(flow);
	}

	/**
	 * What a handle does for its flows.
	 */
	interface Owner {

		/**
		 * A session has turned out to be dead. Not called under the lock.
		 */
		void lost(SessionLane lane, QosException failure);

		/**
		 * A flow has changed its state. Called under the lock.
		 */
		void changed(ManagedFlow flow);

		/**
		 * Return whether the network may not be up yet, after the system has come back
		 * from standby. Called under the lock.
		 */
		boolean isNetworkSettling();

	}

	private final class VerdictsOwner implements Verdicts.Owner {

		@Override
		public void lost(SessionLane lane, QosException failure) {
			HandleFlows.this.owner.lost(lane, failure);
		}

		@Override
		public void gone(SessionLane lane, ManagedFlow flow, SessionFlow sessionFlow) {
			addAnew(lane, flow, sessionFlow);
		}

	}

	private final class RemovalsOwner implements Removals.Owner {

		@Override
		public boolean isNeeded() {
			return HandleFlows.this.registry.size() > 0;
		}

		@Override
		public void refused(QosException failure) {
			HandleFlows.this.problems.log(failure);
		}

		@Override
		public void lost(SessionLane lane, QosException failure) {
			HandleFlows.this.owner.lost(lane, failure);
		}

	}

}
