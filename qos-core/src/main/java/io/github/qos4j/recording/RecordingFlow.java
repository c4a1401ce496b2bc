package io.github.qos4j.recording;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.recording.RecordedFlow.RecordedMark;
import io.github.qos4j.recording.RecordedFlow.RecordedSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow that is being recorded.
 */
final class RecordingFlow implements SessionFlow {

	private static final int MOST = 1_000;

	private final Deque<Member> sockets = new ArrayDeque<>(1);

	private RecordedMark mark;

	private boolean open = true;

	RecordingFlow(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		this.mark = new RecordedMark(options, dscp);
		this.sockets.add(new Member(socket, this.mark));
	}

	synchronized void join(QosSocket socket) {
		if (this.sockets.stream().noneMatch((member) -> member.isFor(socket))) {
			add(this.sockets, new Member(socket, this.mark));
		}
	}

	synchronized void change(QosFlowOptions options, Dscp dscp) {
		this.mark = new RecordedMark(options, dscp);
		this.sockets.forEach((member) -> add(member.marks, this.mark));
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
	 * Forget what is over.
	 * @return {@code false} if that is all of this flow
	 */
	synchronized boolean forgetPast() {
		// Asked once: a socket may close at any time.
		List<Member> left = this.sockets.stream().filter((member) -> member.socket.isOpen()).toList();
		if (!this.open || left.isEmpty()) {
			return false;
		}
		this.sockets.retainAll(left);
		for (Member member : left) {
			member.marks.clear();
			member.marks.add(this.mark);
		}
		return true;
	}

	private boolean isOpen() {
		return this.open && this.sockets.stream().anyMatch((member) -> member.socket.isOpen());
	}

	/**
	 * Return a snapshot of the flow.
	 */
	synchronized RecordedFlow toRecord() {
		if (this.open) {
			this.sockets.forEach(Member::look);
		}
		return new RecordedFlow(this.sockets.stream().map(Member::toRecord).toList(), isOpen());
	}

	/**
	 * Return what the sockets are marked with at present.
	 */
	synchronized RecordedMark mark() {
		return this.mark;
	}

	@Override
	public synchronized Marking marking() {
		return new Marking(this.mark.dscp(), this.mark.dscp(), "recorded, not applied");
	}

	/**
	 * A socket with its last known addresses.
	 */
	private static final class Member {

		private final QosSocket socket;

		private final Deque<RecordedMark> marks = new ArrayDeque<>(1);

		private @Nullable SocketAddress localAddress;

		private @Nullable SocketAddress remoteAddress;

		Member(QosSocket socket, RecordedMark mark) {
			this.socket = socket;
			this.marks.add(mark);
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
				this.remoteAddress = (this.remoteAddress != null) ? this.remoteAddress : peerOfClosed();
				return;
			}
			SocketAddress local = this.socket.localAddress();
			SocketAddress peer = this.socket.destination();
			SocketAddress remote = (peer != null) ? peer : this.socket.remoteAddress();
			this.localAddress = (local != null) ? local : this.localAddress;
			this.remoteAddress = (remote != null) ? remote : this.remoteAddress;
		}

		/**
		 * Return the peer that a socket was connected to before it was closed. Channels
		 * no longer tell, the sockets of the JDK do.
		 */
		private @Nullable SocketAddress peerOfClosed() {
			Object known = this.socket.get();
			if (known instanceof SocketChannel channel) {
				known = channel.socket();
			}
			else if (known instanceof DatagramChannel channel) {
				known = channel.socket();
			}
			if (known instanceof Socket tcp) {
				return address(tcp.getInetAddress(), tcp.getPort());
			}
			return (known instanceof DatagramSocket udp) ? address(udp.getInetAddress(), udp.getPort()) : null;
		}

		private static @Nullable SocketAddress address(@Nullable InetAddress address, int port) {
			return (address != null && port > 0) ? new InetSocketAddress(address, port) : null;
		}

		RecordedSocket toRecord() {
			return new RecordedSocket(this.socket.isStream(), this.socket.isListener(), this.localAddress,
					this.remoteAddress, List.copyOf(this.marks));
		}

	}

}
