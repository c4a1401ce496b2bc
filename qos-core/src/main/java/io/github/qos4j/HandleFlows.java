package io.github.qos4j;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The flows of a handle, and what brings them in force and out of force again. Fields and
 * methods that say so are guarded by the handle's monitor; what they return has to be run
 * after it is released.
 */
final class HandleFlows {

	/** How often unconnected sockets are looked at. */
	private static final Duration PEER_CHECK = Duration.ofMillis(50);

	/** How many old flows are checked for closed sockets whenever one is added. */
	private static final int CHECKED_PER_ADD = 2;

	private static final Runnable NOTHING = () -> {
	};

	private final FlowRegistry registry = new FlowRegistry();

	/** Pending flows whose sockets have no peer, in the order in which they came. */
	private final Set<DefaultQosFlow> withoutPeer = new LinkedHashSet<>();

	private final Monitor monitor;

	private final MarkingProfile profile;

	private final Timer timer;

	private final Consumer<QosException> onFailure;

	/** The session in use; {@code null} while the handle is not open. */
	private @Nullable SessionLane lane;

	/**
	 * Create the flows of a handle.
	 * @param onFailure told of every failure, not under the lock; one of a flow is a
	 * {@link QosFlowException}
	 */
	HandleFlows(Monitor monitor, MarkingProfile profile, Timer timer, Consumer<QosException> onFailure) {
		this.monitor = monitor;
		this.profile = profile;
		this.timer = timer;
		this.onFailure = onFailure;
	}

	/**
	 * Return the code point that options come to.
	 */
	Dscp dscp(QosFlowOptions options) {
		return (options.dscp() != null) ? options.dscp() : this.profile.dscp(options.trafficType());
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
	 * Use a session from now on, and bring into force what has waited for it. Called
	 * under the lock.
	 */
	List<Runnable> attach(SessionLane newLane) {
		this.lane = newLane;
		return this.registry.list((flow) -> flow.state == FlowState.PENDING).stream().map(this::submitAdd).toList();
	}

	/**
	 * End all flows and use the session no longer. Called under the lock.
	 * @param inForce receives the flows that the session still has in force
	 * @return the session, or {@code null} where there was none
	 */
	@Nullable SessionLane detach(List<SessionFlow> inForce) {
		for (DefaultQosFlow flow : list()) {
			if (flow.sessionFlow != null) {
				inForce.add(flow.sessionFlow);
				flow.sessionFlow = null;
			}
			end(flow);
		}
		SessionLane last = this.lane;
		this.lane = null;
		return last;
	}

	/**
	 * Add a flow. Called under the lock.
	 */
	Runnable add(DefaultQosFlow flow) {
		this.registry.add(flow);
		return submitAdd(flow);
	}

	private Runnable submitAdd(DefaultQosFlow flow) {
		SessionLane current = this.lane;
		if (current == null || flow.adding) {
			return NOTHING;
		}
		flow.adding = true;
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
		boolean unwanted = this.monitor.get(() -> !added(target, flow, sessionFlow, refusal));
		if (unwanted && sessionFlow != null) {
			callRemove(target, sessionFlow);
			return;
		}
		this.monitor.run(() -> ended(target));
		if (refusal != null && !isPassing(refusal)) {
			this.onFailure.accept(flow.exception(refusal));
		}
	}

	/**
	 * Note what came of adding a flow. Called under the lock.
	 * @return whether the flow was still wanted
	 */
	private boolean added(SessionLane target, DefaultQosFlow flow, @Nullable SessionFlow sessionFlow,
			@Nullable QosException refusal) {
		flow.adding = false;
		if (!isWanted(target, flow)) {
			return false;
		}
		flow.sessionFlow = sessionFlow;
		flow.failure = refusal;
		if (refusal == null) {
			setState(flow, FlowState.ACTIVE);
		}
		else if (refusal.errorCase() == ErrorCase.SOCKET_CLOSED) {
			end(flow);
		}
		else if (refusal.errorCase() == ErrorCase.NOT_CONNECTED) {
			awaitPeer(flow);
		}
		else {
			setState(flow, FlowState.FAILED);
		}
		return true;
	}

	private boolean isWanted(SessionLane target, DefaultQosFlow flow) {
		return target == this.lane && flow.state == FlowState.PENDING;
	}

	private static boolean isPassing(QosException refusal) {
		return refusal.errorCase() == ErrorCase.SOCKET_CLOSED || refusal.errorCase() == ErrorCase.NOT_CONNECTED;
	}

	private void setState(DefaultQosFlow flow, FlowState state) {
		this.registry.setState(flow, state);
		flow.completeIfDecided();
		this.monitor.changed();
	}

	private void ended(SessionLane target) {
		target.ended();
		this.monitor.changed();
	}

	private void awaitPeer(DefaultQosFlow flow) {
		if (this.withoutPeer.isEmpty()) {
			this.timer.schedule(PEER_CHECK, this::addConnected);
		}
		this.withoutPeer.add(flow);
	}

	/**
	 * Add the flows whose sockets have been connected meanwhile.
	 */
	private void addConnected() {
		List<DefaultQosFlow> waiting = this.monitor.get(() -> List.copyOf(this.withoutPeer));
		// Not under the lock: a socket that closes slowly makes those wait who ask it.
		List<DefaultQosFlow> ready = waiting.stream()
			.filter((flow) -> flow.socket.isConnected() || !flow.socket.isOpen())
			.toList();
		List<Runnable> calls = this.monitor.get(() -> {
			ready.forEach(this.withoutPeer::remove);
			if (!this.withoutPeer.isEmpty()) {
				this.timer.schedule(PEER_CHECK, this::addConnected);
			}
			return ready.stream().map(this::submitAdd).toList();
		});
		calls.forEach(Runnable::run);
	}

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
		flow.completeIfDecided();
		this.monitor.changed();
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
		this.monitor.run(() -> ended(target));
		if (failure != null) {
			this.onFailure.accept(failure);
		}
	}

	/**
	 * End a few flows whose sockets have been closed, others each time. Not called under
	 * the lock.
	 */
	void endSomeOfClosedSockets() {
		List<DefaultQosFlow> some = this.monitor.get(() -> {
			List<DefaultQosFlow> next = new ArrayList<>(CHECKED_PER_ADD);
			for (int i = 0; i < CHECKED_PER_ADD; i++) {
				DefaultQosFlow flow = this.registry.nextToCheck();
				if (flow != null) {
					next.add(flow);
				}
			}
			return next;
		});
		for (DefaultQosFlow flow : some) {
			if (!flow.socket.isOpen()) {
				this.monitor.get(() -> end(flow)).run();
			}
		}
	}

}
