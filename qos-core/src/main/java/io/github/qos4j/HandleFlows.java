package io.github.qos4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;

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

	private static final Runnable NOTHING = () -> {
	};

	private final FlowRegistry registry = new FlowRegistry();

	/** Pending flows whose sockets have no peer, in the order in which they came. */
	private final Set<DefaultQosFlow> withoutPeer = new LinkedHashSet<>();

	private boolean peerCheckScheduled;

	private final Monitor monitor;

	private final HandleSettings settings;

	private final Timer timer;

	private final Owner owner;

	/** The session in use; {@code null} while the handle is not open. */
	private @Nullable SessionLane lane;

	HandleFlows(Monitor monitor, HandleSettings settings, Timer timer, Owner owner) {
		this.monitor = monitor;
		this.settings = settings;
		this.timer = timer;
		this.owner = owner;
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

	// Sessions

	/**
	 * Use a session from now on, and bring into force what has waited for it. Called
	 * under the lock.
	 */
	List<Runnable> attach(SessionLane newLane) {
		this.lane = newLane;
		return this.registry.list((flow) -> flow.state == FlowState.PENDING && !flow.later)
			.stream()
			.map(this::submitAdd)
			.toList();
	}

	/**
	 * Use the session no longer, because it is dead and its flows with it. They are
	 * pending from now on. Called under the lock.
	 * @param inForce receives the flows that were in force
	 */
	void suspend(List<SessionFlow> inForce) {
		for (DefaultQosFlow flow : this.registry.list((flow) -> flow.sessionFlow != null)) {
			takeSessionFlow(flow, inForce);
			setState(flow, FlowState.PENDING);
		}
		this.lane = null;
	}

	/**
	 * End all flows and use the session no longer. Called under the lock.
	 * @param inForce receives the flows that the session still has in force
	 */
	void endAll(List<SessionFlow> inForce) {
		for (DefaultQosFlow flow : list()) {
			takeSessionFlow(flow, inForce);
			end(flow);
		}
		this.lane = null;
	}

	private static void takeSessionFlow(DefaultQosFlow flow, List<SessionFlow> inForce) {
		if (flow.sessionFlow != null) {
			inForce.add(flow.sessionFlow);
			flow.sessionFlow = null;
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
		if (this.monitor.get(() -> isWanted(target, flow))) {
			try {
				added = target.session.add(flow.socket, flow.options, dscp(flow.options));
			}
			catch (Throwable ex) {
				failure = Failures.of(ex);
			}
		}
		SessionFlow sessionFlow = added;
		QosException refusal = failure;
		boolean dead = isLost(refusal) && !isAlive(target);
		boolean wanted = this.monitor.get(() -> added(target, flow, sessionFlow, refusal, dead));
		if (!wanted && sessionFlow != null) {
			callRemove(target, sessionFlow);
			return;
		}
		this.monitor.run(() -> ended(target));
		if (refusal != null && dead) {
			this.owner.lost(target, refusal);
		}
		else if (refusal != null && !isPassing(refusal)) {
			this.owner.failed(flow.exception(refusal));
		}
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
			flow.tries = 0;
			flow.later = false;
			flow.putOff++;
			if (flow.state == FlowState.FAILED) {
				setState(flow, FlowState.PENDING);
			}
			calls.add(submitAdd(flow));
		}
		return calls;
	}

	private void awaitPeer(DefaultQosFlow flow) {
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
		List<DefaultQosFlow> ready = waiting.stream().filter(HandleFlows::isReady).toList();
		List<Runnable> calls = this.monitor.get(() -> {
			ready.forEach(this.withoutPeer::remove);
			this.peerCheckScheduled = false;
			schedulePeerCheck();
			return ready.stream().map(this::submitAdd).toList();
		});
		calls.forEach(Runnable::run);
	}

	private static boolean isReady(DefaultQosFlow flow) {
		try {
			return flow.socket.isConnected() || !flow.socket.isOpen();
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
		SessionFlow sessionFlow = flow.sessionFlow;
		flow.sessionFlow = null;
		SessionLane current = this.lane;
		return (sessionFlow != null && current != null) ? current.submit(() -> callRemove(current, sessionFlow))
				: NOTHING;
	}

	private void callRemove(SessionLane target, SessionFlow sessionFlow) {
		QosException failure = null;
		try {
			target.session.remove(sessionFlow);
		}
		catch (Throwable ex) {
			failure = Failures.of(ex);
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
		List<DefaultQosFlow> all = this.monitor.get(this::list);
		all.forEach(this::endIfSocketIsClosed);
		if (failure == null && !checkSome(target)) {
			all.forEach((flow) -> check(target, flow));
		}
		boolean sound = this.monitor.get(() -> {
			ended(target);
			return target == this.lane && counts().failed() == 0 && counts().pending() == 0;
		});
		if (failure != null) {
			this.owner.lost(target, failure);
		}
		else if (sound) {
			this.owner.sound();
		}
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
			QosException failure = Failures.of(ex);
			if (!isLost(failure) && failure.errorCase() != ErrorCase.NOT_FOUND) {
				return true;
			}
			this.monitor.get(() -> readd(target, flow, sessionFlow)).run();
			return false;
		}
	}

	private Runnable readd(SessionLane target, DefaultQosFlow flow, SessionFlow sessionFlow) {
		if (target != this.lane || flow.sessionFlow != sessionFlow) {
			return NOTHING;
		}
		flow.sessionFlow = null;
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
			target.session.probe();
			return null;
		}
		catch (Throwable ex) {
			QosException failure = Failures.of(ex);
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
		if (!flow.socket.isOpen()) {
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
	}

	private void changed(DefaultQosFlow flow) {
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
		 * Return whether the network may not be up yet, after the system has come back
		 * from standby. Called under the lock.
		 */
		boolean isNetworkSettling();

	}

}
