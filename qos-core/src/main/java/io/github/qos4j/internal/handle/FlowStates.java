package io.github.qos4j.internal.handle;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.SessionFlow;

/**
 * What it takes to change the state of a flow, its end included: the count, those who
 * wait, the news. Methods are called under the handle's lock; calls that they return have
 * to be run after it is released.
 */
final class FlowStates {

	private final Monitor monitor;

	private final SessionInUse session;

	private final Problems problems;

	private final FlowRegistry registry;

	private final Removals removals;

	private final PeerWaits peers;

	private final FlowChanges changes;

	private final FlowSockets sockets;

	private final FlowConditions conditions;

	private final FlowsOwner owner;

	FlowStates(HandleParts parts, FlowRegistry registry, Removals removals, PeerWaits peers, FlowChanges changes,
			FlowSockets sockets, FlowConditions conditions) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.problems = parts.problems();
		this.registry = registry;
		this.removals = removals;
		this.peers = peers;
		this.changes = changes;
		this.sockets = sockets;
		this.conditions = conditions;
		this.owner = parts.owner();
	}

	void enter(ManagedFlow flow, FlowState state) {
		boolean news = flow.current() != state;
		this.registry.enter(flow, state);
		if (news) {
			changed(flow);
		}
		QosException failure = flow.failure();
		if (state == FlowState.FAILED && failure != null) {
			this.problems.begin(flow, failure);
			this.peers.remove(flow);
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
	 * End a flow. Called under the lock. Does nothing for one that has ended.
	 */
	Runnable end(ManagedFlow flow) {
		if (flow.isClosed()) {
			return Verdicts.NOTHING;
		}
		Runnable cancelWaits = leave(flow);
		SessionFlow sessionFlow = flow.takeSessionFlow();
		SessionLane lane = this.session.get();
		return (sessionFlow != null && lane != null)
				? this.removals.submit(lane, sessionFlow, cancelWaits, () -> Verdicts.NOTHING) : Verdicts.NOTHING;
	}

	/**
	 * End a flow, with as few objects as it can be done. Not called under the lock. Does
	 * nothing for one that has ended.
	 */
	void endNow(ManagedFlow flow) {
		Runnable cancelWaits;
		SessionFlow sessionFlow;
		SessionLane lane;
		this.monitor.lock();
		try {
			lane = this.session.get();
			if (lane == null || lane.isThreaded() || flow.isClosed()) {
				// Runs elsewhere, if at all.
				end(flow).run();
				return;
			}
			cancelWaits = leave(flow);
			sessionFlow = flow.takeSessionFlow();
			if (sessionFlow == null) {
				return;
			}
			lane.begin();
		}
		finally {
			this.monitor.unlock();
		}
		cancelWaits.run();
		this.removals.remove(lane, sessionFlow, () -> Verdicts.NOTHING);
	}

	/**
	 * Return what has to be done with the session before the flow is taken out of force.
	 */
	private Runnable leave(ManagedFlow flow) {
		this.peers.remove(flow);
		this.registry.remove(flow);
		this.problems.over(flow);
		changed(flow);
		this.changes.fail(flow);
		this.sockets.fail(flow);
		return this.conditions.end(flow);
	}

}
