package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.handle.FlowExtras.Member;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * Changes of flows that are wanted already: other options, further sockets. Methods are
 * called under the handle's lock unless they say otherwise; calls that they return have
 * to be run after it is released.
 */
final class FlowChanges {

	private static final CompletableFuture<QosFlow> NOBODY = new CompletableFuture<>();

	private final Monitor monitor;

	private final HandleFlows flows;

	FlowChanges(Monitor monitor, HandleFlows flows) {
		this.monitor = monitor;
		this.flows = flows;
	}

	/**
	 * Bring a flow that has come in force up to what is asked for.
	 */
	List<Runnable> apply(DefaultQosFlow flow) {
		if (flow.extras == null) {
			return List.of();
		}
		List<Runnable> calls = new ArrayList<>();
		calls.add(change(flow));
		flow.extras.members.forEach((member) -> calls.add(join(flow, member)));
		return calls;
	}

	// Options

	/**
	 * Ask for other options. Not called under the lock.
	 */
	CompletionStage<QosFlow> setOptions(DefaultQosFlow flow, QosFlowOptions options) {
		CompletableFuture<QosFlow> future = new CompletableFuture<>();
		this.monitor.get(() -> {
			HandleFlows.requireNotClosed(flow);
			if (options.qwave().adaptive() != flow.options.qwave().adaptive()) {
				throw new IllegalArgumentException("'options' must " + (options.qwave().adaptive() ? "not " : "")
						+ "be adaptive like the flow: add another flow instead");
			}
			flow.options = options;
			flow.extras().changes.add(future);
			return (flow.state == FlowState.FAILED) ? this.flows.tryAnew(flow) : change(flow);
		}).run();
		return future.copy();
	}

	private Runnable change(DefaultQosFlow flow) {
		SessionLane lane = this.flows.lane();
		FlowExtras extras = flow.extras();
		if (lane == null || flow.state != FlowState.ACTIVE || extras.changing || extras.changes.isEmpty()) {
			return HandleFlows.NOTHING;
		}
		extras.changing = true;
		return lane.submit(() -> callChange(lane, flow));
	}

	/**
	 * Change a flow until it is as asked for: others may ask for something else
	 * meanwhile.
	 */
	private void callChange(SessionLane lane, DefaultQosFlow flow) {
		QosException failure = null;
		Step step = next(lane, flow);
		while (step != null && failure == null) {
			QosFlowOptions options = step.options;
			try {
				lane.callBegins();
				lane.session.change(step.sessionFlow, options, this.flows.dscp(options));
				this.monitor.run(() -> flow.applied = options);
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
			step = (failure == null) ? next(lane, flow) : step;
		}
		if (failure == null || step == null) {
			this.flows.callEnded(lane);
			return;
		}
		this.monitor.run(() -> flow.extras().changing = false);
		this.flows.callFailed(lane, flow, failure);
		refused(flow, step, failure);
	}

	private @Nullable Step next(SessionLane lane, DefaultQosFlow flow) {
		return this.monitor.get(() -> {
			FlowExtras extras = flow.extras();
			SessionFlow sessionFlow = flow.sessionFlow;
			if (lane != this.flows.lane() || sessionFlow == null) {
				extras.changing = false;
				return null;
			}
			if (!flow.options.equals(flow.applied)) {
				return new Step(sessionFlow, flow.options);
			}
			extras.changing = false;
			complete(flow);
			return null;
		});
	}

	/**
	 * Tell those who wait that the system has taken what is asked for.
	 */
	private void complete(DefaultQosFlow flow) {
		List<CompletableFuture<QosFlow>> changes = flow.extras().changes;
		if (!changes.isEmpty()) {
			List.copyOf(changes).forEach((future) -> future.completeAsync(() -> flow));
			changes.clear();
			this.flows.changed(flow);
		}
	}

	/**
	 * Go back to what is in force. Where nothing is, what was asked for is kept for when
	 * the flow comes in force again.
	 */
	private void refused(DefaultQosFlow flow, Step step, QosException reason) {
		List<CompletableFuture<QosFlow>> told = this.monitor.get(() -> {
			QosFlowOptions applied = flow.applied;
			if (flow.sessionFlow != step.sessionFlow || applied == null) {
				return List.of();
			}
			if (flow.options == step.options) {
				flow.options = applied;
			}
			List<CompletableFuture<QosFlow>> changes = flow.extras().changes;
			List<CompletableFuture<QosFlow>> all = List.copyOf(changes);
			changes.clear();
			return all;
		});
		if (!told.isEmpty()) {
			QosFlowException failure = flow.exception(reason);
			told.forEach((future) -> Questions.failLater(future, failure));
		}
	}

	// Sockets

	/**
	 * Add a further socket. Not called under the lock.
	 */
	CompletionStage<QosFlow> add(DefaultQosFlow flow, QosSocket socket) {
		if (!socket.isOpen()) {
			throw new IllegalArgumentException("'socket' must be open");
		}
		Member member = new Member(socket, new CompletableFuture<>());
		CompletableFuture<QosFlow> future = member.future;
		this.monitor.get(() -> {
			HandleFlows.requireNotClosed(flow);
			if (flow.options.qwave().adaptive()) {
				throw new IllegalArgumentException("An adaptive flow has one socket: add another flow instead");
			}
			flow.extras().members.add(member);
			return join(flow, member);
		}).run();
		return (future != null) ? future.copy() : CompletableFuture.completedStage(flow);
	}

	private Runnable join(DefaultQosFlow flow, Member member) {
		SessionLane lane = this.flows.lane();
		SessionFlow sessionFlow = flow.sessionFlow;
		if (lane == null || sessionFlow == null || flow.state != FlowState.ACTIVE || member.joining == sessionFlow) {
			return HandleFlows.NOTHING;
		}
		member.joining = sessionFlow;
		member.joined = false;
		return lane.submit(() -> callJoin(lane, flow, sessionFlow, member));
	}

	private void callJoin(SessionLane lane, DefaultQosFlow flow, SessionFlow sessionFlow, Member member) {
		QosException failure = null;
		if (this.monitor.get(() -> flow.sessionFlow == sessionFlow && member.joining == sessionFlow)) {
			try {
				lane.session.join(sessionFlow, member.socket);
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
		}
		if (failure == null) {
			this.monitor.run(() -> joined(flow, sessionFlow, member));
			this.flows.callEnded(lane);
			return;
		}
		this.flows.callFailed(lane, flow, failure);
		notJoined(flow, sessionFlow, member, failure);
	}

	private void joined(DefaultQosFlow flow, SessionFlow sessionFlow, Member member) {
		if (flow.sessionFlow != sessionFlow || member.joining != sessionFlow) {
			return;
		}
		member.joined = true;
		CompletableFuture<QosFlow> future = member.future;
		if (future != null) {
			member.future = null;
			future.completeAsync(() -> flow);
		}
	}

	private void notJoined(DefaultQosFlow flow, SessionFlow sessionFlow, Member member, QosException reason) {
		CompletableFuture<QosFlow> told = this.monitor.get(() -> {
			if (member.joining != sessionFlow || flow.sessionFlow != sessionFlow) {
				// It joins when the flow comes in force again.
				return null;
			}
			member.joining = null;
			if (reason.errorCase() == ErrorCase.NOT_CONNECTED) {
				this.flows.awaitPeer(flow);
				return null;
			}
			CompletableFuture<QosFlow> future = member.future;
			if (future != null || reason.errorCase() == ErrorCase.SOCKET_CLOSED) {
				flow.extras().members.remove(member);
			}
			return (future != null) ? future : NOBODY;
		});
		if (told == NOBODY) {
			// It was part of the flow before, so nobody waits for the answer.
			this.flows.complain(flow.exception(reason));
		}
		else if (told != null) {
			Questions.failLater(told, flow.exception(reason));
		}
	}

	/**
	 * Forget further sockets that have been closed. Not called under the lock.
	 * @return whether any socket of the flow is open, the first one included
	 */
	boolean keepOpenSockets(DefaultQosFlow flow) {
		QosSocket first = flow.socket;
		boolean open = first.isOpen();
		List<Member> members = this.monitor
			.get(() -> (flow.extras != null) ? List.copyOf(flow.extras.members) : List.<Member>of());
		if (members.isEmpty()) {
			return open || flow.socket != first;
		}
		List<Member> closed = members.stream().filter((member) -> !member.socket.isOpen()).toList();
		return this.monitor.get(() -> {
			List<Member> left = flow.extras().members;
			left.removeAll(closed);
			// Another thread may have put one of them in the first one's place meanwhile.
			boolean any = open || !left.isEmpty() || flow.socket != first;
			if (!open && !left.isEmpty() && flow.socket == first && flow.sessionFlow == null) {
				// The next session is given one that is open.
				flow.socket = left.remove(0).socket;
			}
			return any;
		});
	}

	/**
	 * Return whether a further socket that waits for its peer has one now, or is closed.
	 * Not called under the lock.
	 */
	boolean isReady(DefaultQosFlow flow) {
		List<Member> waiting = this.monitor.get(() -> (flow.extras != null)
				? flow.extras.members.stream().filter((member) -> member.joining == null).toList() : List.<Member>of());
		return waiting.stream().anyMatch((member) -> member.socket.isConnected() || !member.socket.isOpen());
	}

	/**
	 * Tell all who wait for changes of a flow that has failed or ended. Sockets that it
	 * did not have yet are forgotten.
	 */
	void fail(DefaultQosFlow flow) {
		FlowExtras extras = flow.extras;
		if (extras == null) {
			return;
		}
		QosException reason = flow.endedBecause();
		List<CompletableFuture<QosFlow>> told = new ArrayList<>(extras.changes);
		extras.changes.clear();
		extras.members.removeIf((member) -> {
			CompletableFuture<QosFlow> future = member.future;
			return future != null && told.add(future);
		});
		told.forEach((future) -> future.defaultExecutor()
			.execute(() -> future.completeExceptionally(flow.exception(reason))));
	}

	/**
	 * A change to make.
	 */
	private record Step(SessionFlow sessionFlow, QosFlowOptions options) {

	}

}
