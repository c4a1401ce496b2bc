package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.handle.FlowExtras.Change;
import io.github.qos4j.internal.handle.FlowExtras.Member;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.SessionFlow;

/**
 * The sockets of flows: which of them are open, and further ones, which join a flow now
 * and with each later session. Methods are called under the handle's lock unless they say
 * otherwise; calls that they return have to be run after it is released.
 */
final class FlowSockets {

	private final Monitor monitor;

	private final SessionInUse session;

	private final Verdicts verdicts;

	private final PeerWaits peers;

	private final Problems problems;

	FlowSockets(HandleParts parts, Verdicts verdicts, PeerWaits peers) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.problems = parts.problems();
		this.verdicts = verdicts;
		this.peers = peers;
	}

	/**
	 * Have a further socket join a flow.
	 */
	Runnable add(ManagedFlow flow, QosSocket socket, CompletableFuture<QosFlow> future) {
		if (flow.current() == FlowState.FAILED || flow.isClosed()) {
			Questions.failLater(future, flow, flow.endedBecause());
			return Verdicts.NOTHING;
		}
		Member member = new Member(socket, future);
		flow.extras().members.add(member);
		return join(flow, member);
	}

	/**
	 * Have the further sockets join a flow that has come in force.
	 */
	List<Runnable> joinAll(ManagedFlow flow) {
		FlowExtras extras = flow.extrasIfAny();
		List<Runnable> calls = new ArrayList<>();
		if (extras != null) {
			extras.members.forEach((member) -> calls.add(join(flow, member)));
		}
		return calls;
	}

	private Runnable join(ManagedFlow flow, Member member) {
		SessionLane lane = this.session.get();
		SessionFlow sessionFlow = flow.sessionFlow();
		if (lane == null || sessionFlow == null || member.joining == sessionFlow) {
			return Verdicts.NOTHING;
		}
		member.joining = sessionFlow;
		member.waitsForPeer = false;
		return lane.submit(() -> callJoin(lane, flow, sessionFlow, member));
	}

	private void callJoin(SessionLane lane, ManagedFlow flow, SessionFlow sessionFlow, Member member) {
		if (!this.monitor.get(() -> isWanted(flow, sessionFlow, member))) {
			this.monitor.run(() -> {
				member.joining = (member.joining == sessionFlow) ? null : member.joining;
				this.session.callEnded(lane);
			});
			return;
		}
		try {
			lane.session.join(sessionFlow, member.socket);
		}
		catch (Throwable ex) {
			QosException failure = QosException.of(ex);
			this.verdicts.callFailed(lane, flow, failure);
			notJoined(flow, sessionFlow, member, failure);
			return;
		}
		this.monitor.run(() -> {
			CompletableFuture<QosFlow> future = member.future;
			if (isWanted(flow, sessionFlow, member)) {
				this.problems.over(member);
				if (future != null) {
					member.future = null;
					future.completeAsync(() -> flow);
				}
			}
			this.session.callEnded(lane);
		});
	}

	private static boolean isWanted(ManagedFlow flow, SessionFlow sessionFlow, Member member) {
		return flow.sessionFlow() == sessionFlow && member.joining == sessionFlow;
	}

	private void notJoined(ManagedFlow flow, SessionFlow sessionFlow, Member member, QosException reason) {
		QosFlowException failure = flow.exception(reason);
		boolean complaint = this.monitor.get(() -> {
			List<Member> members = flow.extras().members;
			if (!isWanted(flow, sessionFlow, member) || !members.contains(member)) {
				// It joins when the flow comes in force again.
				return false;
			}
			member.joining = null;
			if (reason.errorCase() == ErrorCase.NOT_CONNECTED) {
				member.waitsForPeer = true;
				this.peers.add(flow);
				return false;
			}
			CompletableFuture<QosFlow> future = member.future;
			if (future != null || reason.errorCase() == ErrorCase.SOCKET_CLOSED) {
				members.remove(member);
			}
			if (future != null) {
				Questions.failLater(future, failure);
				return false;
			}
			if (reason.errorCase() == ErrorCase.SOCKET_CLOSED) {
				return false;
			}
			// It was part of the flow before, so nobody waits for the answer.
			this.problems.begin(member, failure);
			return true;
		});
		if (complaint) {
			this.problems.log(failure);
		}
	}

	/**
	 * Forget further sockets that have been closed. Not called under the lock.
	 * @return whether any socket of the flow is open, the first one included
	 */
	boolean keepOpen(ManagedFlow flow) {
		QosSocket first = flow.socket();
		boolean open = first.isOpen();
		if (flow.extrasIfAny() == null) {
			return open || flow.socket() != first;
		}
		List<Member> members = this.monitor.get(() -> List.copyOf(flow.extras().members));
		List<Member> closed = members.stream().filter((member) -> !member.socket.isOpen()).toList();
		return this.monitor.get(() -> {
			List<Member> left = flow.extras().members;
			closed.stream().filter(left::remove).forEach((member) -> gone(flow, member));
			// Another thread may have put one of them in the first one's place meanwhile.
			boolean any = open || !left.isEmpty() || flow.socket() != first;
			if (!open && !left.isEmpty() && flow.socket() == first && flow.sessionFlow() == null) {
				// The next session is given one that is open.
				takeFirstPlace(flow, left.remove(0));
			}
			return any;
		});
	}

	private void gone(ManagedFlow flow, Member member) {
		this.problems.over(member);
		CompletableFuture<QosFlow> future = member.future;
		if (future != null) {
			Questions.failLater(future, flow,
					new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null));
		}
	}

	private void takeFirstPlace(ManagedFlow flow, Member member) {
		this.problems.over(member);
		flow.replaceSocket(member.socket);
		CompletableFuture<QosFlow> future = member.future;
		if (future != null) {
			// It is in force as soon as the flow is.
			flow.extras().changes.add(new Change(flow.options(), future));
		}
	}

	/**
	 * Return whether a flow that waits for a peer can go on: its socket, or a further one
	 * of a flow that is in force, has a peer now or is closed. Not called under the lock.
	 */
	boolean isReady(ManagedFlow flow) {
		try {
			List<QosSocket> waiting = this.monitor.get(() -> {
				FlowExtras extras = flow.extrasIfAny();
				if (flow.sessionFlow() == null || extras == null) {
					return List.of(flow.socket());
				}
				return extras.members.stream()
					.filter((member) -> member.waitsForPeer)
					.map((member) -> member.socket)
					.toList();
			});
			return waiting.stream().anyMatch((socket) -> socket.isConnected() || !socket.isOpen());
		}
		catch (RuntimeException ex) {
			// An application's own kind of socket. Adding it tells what is wrong.
			return true;
		}
	}

	/**
	 * Tell all who wait until further sockets have joined a flow that has failed or
	 * ended, and forget these.
	 */
	void fail(ManagedFlow flow) {
		FlowExtras extras = flow.extrasIfAny();
		if (extras == null) {
			return;
		}
		QosException reason = flow.endedBecause();
		List<Member> members = List.copyOf(extras.members);
		for (Member member : members) {
			CompletableFuture<QosFlow> future = member.future;
			if (future != null) {
				extras.members.remove(member);
				Questions.failLater(future, flow, reason);
			}
			if (flow.isClosed()) {
				this.problems.over(member);
			}
		}
	}

}
