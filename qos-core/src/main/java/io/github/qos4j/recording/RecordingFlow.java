package io.github.qos4j.recording;

import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.recording.RecordedFlow.RecordedSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow that is being recorded.
 */
final class RecordingFlow implements SessionFlow {

	private static final int MOST = 1_000;

	private final Deque<Member> sockets = new ArrayDeque<>(1);

	private final Deque<QosFlowOptions> requests = new ArrayDeque<>(1);

	private Dscp dscp;

	private boolean open = true;

	RecordingFlow(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		this.sockets.add(new Member(socket));
		this.requests.add(options);
		this.dscp = dscp;
	}

	synchronized void join(QosSocket socket) {
		if (this.sockets.stream().noneMatch((member) -> member.isFor(socket))) {
			add(this.sockets, new Member(socket));
		}
	}

	synchronized void change(QosFlowOptions options, Dscp newDscp) {
		add(this.requests, options);
		this.dscp = newDscp;
	}

	private static <T> void add(Deque<T> items, T item) {
		if (items.size() == MOST) {
			items.removeFirst();
		}
		items.addLast(item);
	}

	synchronized void close() {
		this.open = false;
		// For the last time: from now on the socket may be used for something else.
		this.sockets.forEach(Member::look);
	}

	/**
	 * Return a snapshot of the flow.
	 */
	synchronized RecordedFlow toRecord() {
		if (this.open) {
			this.sockets.forEach(Member::look);
		}
		return new RecordedFlow(this.sockets.stream().map(Member::toRecord).toList(), List.copyOf(this.requests),
				this.dscp, this.open);
	}

	@Override
	public synchronized Marking marking() {
		return new Marking(this.dscp, this.dscp, "recorded, not applied");
	}

	/**
	 * A socket with its last known addresses.
	 */
	private static final class Member {

		private final QosSocket socket;

		private @Nullable SocketAddress localAddress;

		private @Nullable SocketAddress remoteAddress;

		Member(QosSocket socket) {
			this.socket = socket;
			look();
		}

		boolean isFor(QosSocket other) {
			SocketAddress peer = this.socket.destination();
			return this.socket.get() == other.get()
					&& ((peer != null) ? peer.equals(other.destination()) : other.destination() == null);
		}

		/**
		 * Update the addresses: they may appear only when the socket is connected, and
		 * disappear when it is closed.
		 */
		void look() {
			if (!this.socket.isOpen()) {
				return;
			}
			SocketAddress local = this.socket.localAddress();
			SocketAddress peer = this.socket.destination();
			SocketAddress remote = (peer != null) ? peer : this.socket.remoteAddress();
			this.localAddress = (local != null) ? local : this.localAddress;
			this.remoteAddress = (remote != null) ? remote : this.remoteAddress;
		}

		RecordedSocket toRecord() {
			return new RecordedSocket(this.socket.isStream(), this.socket.isListener(), this.localAddress,
					this.remoteAddress);
		}

	}

}
