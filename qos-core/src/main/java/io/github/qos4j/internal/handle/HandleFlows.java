package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;

import io.github.qos4j.QosFlow;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.internal.handle.Events.Recipient;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * The flows of a handle, and what brings them in force and out of force again. Methods
 * that say so are called under the handle's monitor; calls that they return have to be
 * run after it is released.
 * <p>
 * A pending flow is always on its way: it waits for a session, is being added, waits for
 * its socket to be connected, or is tried again later.
 */
final class HandleFlows {

	/** How often unconnected sockets are looked at. */
	private static final Duration PEER_CHECK = Duration.ofMillis(50);

	/** How many old flows are checked for closed sockets whenever one is added. */
	private static final int CHECKED_PER_ADD = 2;

	/** How often a flow is tried before it has failed. */
	static final int MOST_TRIES = 5;

	static final Runnable NOTHING = () -> {
	};

	private final FlowRegistry registry = new FlowRegistry();

	/** Pending flows whose sockets have no peer, in the order in which they came. */
	private final Set<DefaultQosFlow> withoutPeer = new LinkedHashSet<>();

	private boolean peerCheckScheduled;

	private final Monitor monitor;

	private final HandleSettings settings;

	private final Timer timer;

	private final Owner owner;

	private final FlowChanges changes;

	private final FlowConditions conditions;

	private final ClientTrackings trackings;

	/** The session in use; {@code null} while the handle is not open. */
	private @Nullable SessionLane lane;

	HandleFlows(Monitor monitor, HandleSettings settings, Timer timer, Owner owner) {
		this.monitor = monitor;
		this.settings = settings;
		this.timer = timer;
		this.owner = owner;
		this.changes = new FlowChanges(monitor, this);
		this.conditions = new FlowConditions(monitor, this, timer, owner::recipient);
		this.trackings = new ClientTrackings(monitor, this);
	}

	FlowChanges changes() {
		return this.changes;
	}

	FlowConditions conditions() {
		return this.conditions;
	}

	ClientTrackings trackings() {
		return this.trackings;
	}

	/**
	 * Return the code point that options come to.
	 */
	Dscp dscp(QosFlowOptions options) {
		return (options.dscp() != null) ? options.dscp() : this.settings.profile().dscp(options.trafficType());
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
	List<DefaultQosFlow> list() {
		return this.registry.list((flow) -> true);
	}

	/**
	 * Return the session in use. Called under the lock.
	 */
	@Nullable SessionLane lane() {
		return this.lane;
	}

	/**
	 * Return the session in use. Called under the lock.
	 * @throws QosUnavailableException if there is none
	 */
	SessionLane requireLane() {
		SessionLane current = this.lane;
		if (current == null) {
			throw this.owner.notOpen();
		}
		return current;
	}

	/**
	 * Return what a session has in force for a flow. Called under the lock.
	 * @throws IllegalStateException if there is nothing
	 */
	SessionFlow requireActive(DefaultQosFlow flow) {
		SessionFlow sessionFlow = flow.sessionFlow;
		if (sessionFlow == null) {
			// Without its socket: a socket that closes slowly makes those wait who ask.
			throw new IllegalStateException("The flow must be ACTIVE but is " + flow.state);
		}
		return sessionFlow;
	}

	/**
	 * Require that a flow has not ended. Called under the lock.
	 * @throws IllegalStateException if it has
	 */
	static void requireNotClosed(DefaultQosFlow flow) {
		if (flow.state == FlowState.CLOSED) {
			throw new IllegalStateException("The flow is closed");
		}
	}

	// Sessions

	/**
	 * Use a session from now on, and bring into force what has waited for it. Called
	 * under the lock.
	 */
	List<Runnable> attach(SessionLane newLane) {
		this.lane = newLane;
		List<Runnable> calls = new ArrayList<>(this.trackings.startAll(newLane));
		this.registry.list((flow) -> flow.state == FlowState.PENDING && !flow.later)
			.forEach((flow) -> calls.add(submitAdd(flow)));
		return calls;
	}

	/**
	 * Use the session no longer, because it is dead and its flows with it. They are
	 * pending from now on, and so are those that failed for a reason that may have passed
	 * by the time that the next session is there. Called under the lock.
	 * @param inForce receives the flows that were in force
	 */
	void suspend(List<SessionFlow> inForce) {
		for (DefaultQosFlow flow : this.registry
			.list((flow) -> flow.sessionFlow != null || mayDoBetterNextTime(flow))) {
			takeSessionFlow(flow, inForce);
			flow.tries = 0;
			setState(flow, FlowState.PENDING);
		}
		this.lane = null;
	}

	private static boolean mayDoBetterNextTime(DefaultQosFlow flow) {
		// Else a flow that kills every session would never let the others rest.
		QosException failure = flow.failure;
		return flow.state == FlowState.FAILED && !flow.deadly && failure != null && switch (failure.errorCase()) {
			case HANDLE_LOST, NETWORK, DEVICE, RESOURCES, TRY_AGAIN -> true;
			default -> false;
		};
	}

	/**
	 * End all flows and use the session no longer. Called under the lock.
	 * @param inForce receives the flows that the session still has in force
	 * @return what has to be done with the session before it is closed
	 */
	Runnable endAll(List<SessionFlow> inForce) {
		Runnable last = this.trackings.end();
		for (DefaultQosFlow flow : list()) {
			takeSessionFlow(flow, inForce);
			end(flow);
		}
		this.lane = null;
		return last;
	}

	private static void takeSessionFlow(DefaultQosFlow flow, List<SessionFlow> inForce) {
		if (flow.sessionFlow != null) {
			inForce.add(flow.sessionFlow);
			flow.sessionFlow = null;
			flow.applied = null;
		}
	}

	// Adding

	/**
	 * Add a flow. Called under the lock.
	 */
	Runnable add(DefaultQosFlow flow) {
		this.registry.add(flow);
		return submitAdd(flow);
	}

	private Runnable submitAdd(DefaultQosFlow flow) {
		SessionLane current = this.lane;
		if (current == null || flow.addingOn == current || flow.state != FlowState.PENDING) {
			return NOTHING;
		}
		flow.addingOn = current;
		return current.submit(() -> callAdd(current, flow));
	}

	private void callAdd(SessionLane target, DefaultQosFlow flow) {
		SessionFlow added = null;
		QosException failure = null;
		QosFlowOptions options = flow.options;
		if (this.monitor.get(() -> isWanted(target, flow))) {
			try {
				this.changes.keepOpenSockets(flow);
				added = target.session.add(flow.socket, options, dscp(options));
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
		}
		SessionFlow sessionFlow = added;
		QosException refusal = failure;
		boolean dead = isLost(refusal) && !isAlive(target);
		boolean wanted = this.monitor.get(() -> {
			boolean still = added(target, flow, sessionFlow, refusal, dead);
			flow.applied = (flow.sessionFlow == sessionFlow) ? options : flow.applied;
			return still;
		});
		if (!wanted && sessionFlow != null) {
			callRemove(target, sessionFlow, NOTHING);
			return;
		}
		List<Runnable> next = this.monitor.get(() -> {
			List<Runnable> calls = (target == this.lane) ? bringUpToDate(flow) : List.of();
			ended(target);
			return calls;
		});
		next.forEach(Runnable::run);
		if (refusal != null && dead) {
			this.owner.lost(target, refusal);
		}
		else if (refusal != null && !isPassing(refusal)) {
			this.owner.failed(flow.exception(refusal));
		}
	}

	/**
	 * Have a session do for a flow whatever else is asked for. Called under the lock.
	 */
	private List<Runnable> bringUpToDate(DefaultQosFlow flow) {
		if (flow.extras == null || flow.state != FlowState.ACTIVE) {
			return List.of();
		}
		List<Runnable> calls = new ArrayList<>(this.changes.apply(flow));
		calls.addAll(this.conditions.armAll(flow));
		return calls;
	}

	/**
	 * Try a flow that has failed once more, at once. Called under the lock.
	 */
	Runnable tryAnew(DefaultQosFlow flow) {
		flow.tries = 0;
		flow.deadly = false;
		flow.later = false;
		flow.putOff++;
		if (flow.state == FlowState.FAILED) {
			setState(flow, FlowState.PENDING);
		}
		return submitAdd(flow);
	}

	/**
	 * Note what came of adding a flow. Called under the lock.
	 * @return whether the flow was still wanted
	 */
	private boolean added(SessionLane target, DefaultQosFlow flow, @Nullable SessionFlow sessionFlow,
			@Nullable QosException refusal, boolean dead) {
		boolean wanted = isWanted(target, flow);
		flow.addingOn = (flow.addingOn == target) ? null : flow.addingOn;
		if (!wanted) {
			return false;
		}
		flow.failure = refusal;
		if (refusal != null && !dead && !isPassing(refusal)) {
			this.owner.noted(refusal);
		}
		if (refusal == null) {
			flow.sessionFlow = sessionFlow;
			flow.tries = 0;
			flow.deadly = false;
			setState(flow, FlowState.ACTIVE);
			return true;
		}
		switch (refusal.errorCase()) {
			case SOCKET_CLOSED -> end(flow);
			case NOT_CONNECTED -> awaitPeer(flow);
			case HANDLE_LOST -> tryAgain(flow, dead);
			case NETWORK, DEVICE, RESOURCES, TRY_AGAIN -> tryAgain(flow, false);
			default -> setState(flow, FlowState.FAILED);
		}
		return true;
	}

	private boolean isWanted(SessionLane target, DefaultQosFlow flow) {
		return target == this.lane && flow.state == FlowState.PENDING;
	}

	private static boolean isPassing(QosException refusal) {
		return refusal.errorCase() == ErrorCase.SOCKET_CLOSED || refusal.errorCase() == ErrorCase.NOT_CONNECTED;
	}

	/**
	 * Try a flow again later, a limited number of times.
	 * @param withNextSession whether to leave a flow that has not been tried before to
	 * the next session. One that was refused before may be what killed this session, and
	 * waits for itself alone.
	 */
	private void tryAgain(DefaultQosFlow flow, boolean withNextSession) {
		flow.tries++;
		if (withNextSession && flow.tries == 1) {
			return;
		}
		flow.deadly |= withNextSession;
		if (flow.tries >= MOST_TRIES && !this.owner.isNetworkSettling()) {
			setState(flow, FlowState.FAILED);
			return;
		}
		flow.later = true;
		int putOff = ++flow.putOff;
		Duration delay = this.settings.backoff().delay(flow.tries, ThreadLocalRandom.current()::nextDouble);
		this.timer.schedule(delay, () -> {
			Runnable call = this.monitor.get(() -> {
				if (flow.putOff != putOff) {
					return NOTHING;
				}
				flow.later = false;
				return submitAdd(flow);
			});
			call.run();
		});
	}

	/**
	 * Give another chance to what has failed or is to be tried later, because the network
	 * has changed. Called under the lock.
	 */
	List<Runnable> tryNow() {
		List<Runnable> calls = new ArrayList<>();
		for (DefaultQosFlow flow : this.registry.list((flow) -> flow.state == FlowState.FAILED || flow.later)) {
			calls.add(tryAnew(flow));
		}
		return calls;
	}

	/**
	 * Go on with a flow once it has a peer. Called under the lock.
	 */
	void awaitPeer(DefaultQosFlow flow) {
		this.withoutPeer.add(flow);
		schedulePeerCheck();
	}

	private void schedulePeerCheck() {
		if (!this.peerCheckScheduled && !this.withoutPeer.isEmpty()) {
			this.peerCheckScheduled = true;
			this.timer.schedule(PEER_CHECK, this::addConnected);
		}
	}

	/**
	 * Add the flows whose sockets have been connected meanwhile.
	 */
	private void addConnected() {
		List<DefaultQosFlow> waiting = this.monitor.get(() -> List.copyOf(this.withoutPeer));
		// Not under the lock: a socket that closes slowly makes those wait who ask it.
		List<DefaultQosFlow> ready = waiting.stream().filter(this::isReady).toList();
		List<Runnable> calls = this.monitor.get(() -> {
			ready.forEach(this.withoutPeer::remove);
			this.peerCheckScheduled = false;
			schedulePeerCheck();
			List<Runnable> added = new ArrayList<>();
			for (DefaultQosFlow flow : ready) {
				added.add(submitAdd(flow));
				added.addAll(bringUpToDate(flow));
			}
			return added;
		});
		calls.forEach(Runnable::run);
	}

	private boolean isReady(DefaultQosFlow flow) {
		try {
			return (flow.state() == FlowState.ACTIVE) ? this.changes.isReady(flow)
					: flow.socket.isConnected() || !flow.socket.isOpen();
		}
		catch (RuntimeException ex) {
			// An application's own kind of socket. Adding it tells what is wrong.
			return true;
		}
	}

	// Removing

	/**
	 * End a flow. Called under the lock. Does nothing for one that has ended.
	 */
	Runnable end(DefaultQosFlow flow) {
		if (flow.state == FlowState.CLOSED) {
			return NOTHING;
		}
		this.withoutPeer.remove(flow);
		this.registry.remove(flow);
		flow.state = FlowState.CLOSED;
		changed(flow);
		this.changes.fail(flow);
		Runnable cancelWaits = this.conditions.end(flow);
		SessionFlow sessionFlow = flow.sessionFlow;
		flow.sessionFlow = null;
		SessionLane current = this.lane;
		return (sessionFlow != null && current != null)
				? current.submit(() -> callRemove(current, sessionFlow, cancelWaits)) : NOTHING;
	}

	private void callRemove(SessionLane target, SessionFlow sessionFlow, Runnable before) {
		QosException failure = null;
		try {
			before.run();
			target.session.remove(sessionFlow);
		}
		catch (Throwable ex) {
			failure = QosException.of(ex);
		}
		QosException complaint = failure;
		boolean dead = isLost(failure) && !isAlive(target);
		this.monitor.run(() -> {
			if (complaint != null && !dead) {
				this.owner.noted(complaint);
			}
			ended(target);
		});
		if (complaint != null && dead) {
			this.owner.lost(target, complaint);
		}
		else if (complaint != null) {
			this.owner.failed(complaint);
		}
	}

	// Checking

	/**
	 * Look whether the session and some of its flows are still in force. Called as a call
	 * of that session.
	 */
	void check(SessionLane target) {
		QosException failure = probe(target);
		if (failure != null) {
			// Without a look at the flows: the sooner they are in force again, the
			// better.
			this.monitor.run(() -> ended(target));
			this.owner.lost(target, failure);
			return;
		}
		List<Runnable> missing = this.monitor.get(() -> bringAllUpToDate(target));
		missing.forEach(Runnable::run);
		List<DefaultQosFlow> all = this.monitor.get(this::list);
		all.forEach(this::endIfSocketIsClosed);
		if (!checkSome(target)) {
			all.forEach((flow) -> check(target, flow));
		}
		boolean sound = this.monitor.get(() -> {
			ended(target);
			return target == this.lane && counts().failed() == 0 && counts().pending() == 0;
		});
		if (sound) {
			this.owner.sound();
		}
	}

	/**
	 * Try again what a session has not taken: further sockets, clients to track.
	 */
	private List<Runnable> bringAllUpToDate(SessionLane target) {
		if (target != this.lane) {
			return List.of();
		}
		List<Runnable> calls = new ArrayList<>(this.trackings.startAll(target));
		this.registry.list((flow) -> flow.extras != null).forEach((flow) -> calls.addAll(bringUpToDate(flow)));
		return calls;
	}

	private boolean checkSome(SessionLane target) {
		List<DefaultQosFlow> some = next((size) -> 1 + size / 100);
		boolean good = true;
		for (DefaultQosFlow flow : some) {
			good &= check(target, flow);
		}
		return good;
	}

	/**
	 * Look whether a flow is still in force, and add it again if not.
	 * @return whether it is
	 */
	private boolean check(SessionLane target, DefaultQosFlow flow) {
		SessionFlow sessionFlow = this.monitor.get(() -> (target == this.lane) ? flow.sessionFlow : null);
		if (sessionFlow == null) {
			return true;
		}
		try {
			target.callBegins();
			target.session.check(sessionFlow);
			return true;
		}
		catch (Throwable ex) {
			QosException failure = QosException.of(ex);
			if (!isLost(failure) && failure.errorCase() != ErrorCase.NOT_FOUND) {
				return true;
			}
			this.monitor.get(() -> readd(target, flow, sessionFlow)).run();
			return false;
		}
	}

	/**
	 * Note that a call has ended well. Not called under the lock.
	 */
	void callEnded(SessionLane target) {
		this.monitor.run(() -> ended(target));
	}

	/**
	 * Note that a call has failed, and find out what that means for the session and for
	 * the flow that it was about. Called as a call of that session, not under the lock.
	 */
	void callFailed(SessionLane target, @Nullable DefaultQosFlow flow, QosException failure) {
		boolean dead = isLost(failure) && !isAlive(target);
		if (!dead && flow != null && (isLost(failure) || failure.errorCase() == ErrorCase.NOT_FOUND)) {
			check(target, flow);
		}
		callEnded(target);
		if (dead) {
			this.owner.lost(target, failure);
		}
	}

	/**
	 * Report a failure that nobody waits for. Not called under the lock.
	 */
	void complain(QosException failure) {
		this.monitor.run(() -> this.owner.noted(failure));
		this.owner.failed(failure);
	}

	private Runnable readd(SessionLane target, DefaultQosFlow flow, SessionFlow sessionFlow) {
		if (target != this.lane || flow.sessionFlow != sessionFlow) {
			return NOTHING;
		}
		flow.sessionFlow = null;
		flow.applied = null;
		setState(flow, FlowState.PENDING);
		return submitAdd(flow);
	}

	private static boolean isLost(@Nullable QosException failure) {
		return failure != null && failure.errorCase() == ErrorCase.HANDLE_LOST;
	}

	private static boolean isAlive(SessionLane target) {
		return probe(target) == null;
	}

	/**
	 * Return why a session is dead, or {@code null} if it lives.
	 */
	private static @Nullable QosException probe(SessionLane target) {
		try {
			target.session.verifyAlive();
			return null;
		}
		catch (Throwable ex) {
			QosException failure = QosException.of(ex);
			return isLost(failure) ? failure : null;
		}
	}

	/**
	 * End a few flows whose sockets have been closed, others each time. Not called under
	 * the lock.
	 */
	void endSomeOfClosedSockets() {
		next((size) -> CHECKED_PER_ADD).forEach(this::endIfSocketIsClosed);
	}

	private void endIfSocketIsClosed(DefaultQosFlow flow) {
		if (!this.changes.keepOpenSockets(flow)) {
			this.monitor.get(() -> end(flow)).run();
		}
	}

	private List<DefaultQosFlow> next(IntUnaryOperator share) {
		return this.monitor.get(() -> {
			int size = this.registry.size();
			List<DefaultQosFlow> next = new ArrayList<>();
			for (int i = Math.min(share.applyAsInt(size), size); i > 0; i--) {
				DefaultQosFlow flow = this.registry.nextToCheck();
				if (flow != null) {
					next.add(flow);
				}
			}
			return next;
		});
	}

	// Changes

	private void setState(DefaultQosFlow flow, FlowState state) {
		this.registry.setState(flow, state);
		changed(flow);
		if (state == FlowState.FAILED) {
			this.changes.fail(flow);
		}
	}

	/**
	 * Tell that a flow has changed. Called under the lock.
	 */
	void changed(DefaultQosFlow flow) {
		flow.completeIfDecided();
		this.monitor.changed();
		this.owner.changed(flow);
	}

	private void ended(SessionLane target) {
		target.ended();
		this.monitor.changed();
	}

	/**
	 * What a handle does for its flows.
	 */
	interface Owner {

		/**
		 * A call has failed. Called under the lock, before anybody can see it.
		 */
		void noted(QosException failure);

		/**
		 * A call has failed; one of a flow is a {@link QosFlowException}. Not called
		 * under the lock.
		 */
		void failed(QosException failure);

		/**
		 * The session and all flows were found to be in force. Not called under the lock.
		 */
		void sound();

		/**
		 * A session has turned out to be dead. Not called under the lock.
		 */
		void lost(SessionLane lane, QosException failure);

		/**
		 * A flow has changed its state. Called under the lock.
		 */
		void changed(DefaultQosFlow flow);

		/**
		 * Return why there is no session. Called under the lock.
		 */
		QosUnavailableException notOpen();

		/**
		 * Return what tells a listener.
		 */
		Recipient<QosFlow.ConditionListener> recipient(QosFlow.ConditionListener listener);

		/**
		 * Return whether the network may not be up yet, after the system has come back
		 * from standby. Called under the lock.
		 */
		boolean isNetworkSettling();

	}

}
