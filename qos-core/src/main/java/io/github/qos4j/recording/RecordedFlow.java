package io.github.qos4j.recording;

import java.net.SocketAddress;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

/**
 * Snapshot of a flow requested by the application. Immutable.
 *
 * @param sockets the sockets of the flow, in the order in which they were added
 * @param open {@code true} if the flow was in force and one of its sockets open,
 * {@code false} if it was over
 */
public record RecordedFlow(List<RecordedSocket> sockets, boolean open) {

	/**
	 * Create a snapshot.
	 * @param sockets the sockets, at least one
	 * @param open whether the flow is in force
	 * @throws NullPointerException if the list is null or contains null
	 */
	public RecordedFlow {
		sockets = List.copyOf(sockets);
	}

	/**
	 * Return the first socket.
	 * @return the socket
	 */
	public RecordedSocket socket() {
		return this.sockets.get(0);
	}

	/**
	 * Return the marks of the flow: the one it was added with, followed by each change.
	 * @return the marks, at least one
	 */
	public List<RecordedMark> marks() {
		return socket().marks();
	}

	/**
	 * Return the latest mark.
	 * @return the mark
	 */
	public RecordedMark mark() {
		return marks().get(marks().size() - 1);
	}

	/**
	 * Return the latest options.
	 * @return the options
	 */
	public QosFlowOptions options() {
		return mark().options();
	}

	/**
	 * Return the latest traffic type.
	 * @return the traffic type
	 */
	public TrafficType trafficType() {
		return options().trafficType();
	}

	/**
	 * Return the code point that results from the latest options.
	 * @return the code point
	 */
	public Dscp dscp() {
		return mark().dscp();
	}

	/**
	 * A socket of a flow, with the last addresses known while the flow was open. A socket
	 * that was connected after its flow was added therefore has its peer.
	 *
	 * @param stream {@code true} for a TCP socket, {@code false} for a UDP socket
	 * @param listener whether it is a server socket
	 * @param localAddress the address that it was bound to, or {@code null}
	 * @param remoteAddress the peer named with {@link io.github.qos4j.QosSocket#to}, or
	 * else the one that it was connected to; {@code null} if there was none
	 * @param marks what the socket was marked with, the latest last
	 */
	public record RecordedSocket(boolean stream, boolean listener, @Nullable SocketAddress localAddress,
			@Nullable SocketAddress remoteAddress, List<RecordedMark> marks) {

		/**
		 * Create a snapshot of a socket.
		 * @param stream whether it is a TCP socket
		 * @param listener whether it is a server socket
		 * @param localAddress the local address, or {@code null}
		 * @param remoteAddress the peer, or {@code null}
		 * @param marks the marks, at least one
		 * @throws NullPointerException if the list is null or contains null
		 */
		public RecordedSocket {
			marks = List.copyOf(marks);
		}

	}

	/**
	 * What a socket was marked with.
	 *
	 * @param options the options that were asked for
	 * @param dscp the code point that they result in
	 */
	public record RecordedMark(QosFlowOptions options, Dscp dscp) {

	}

}
