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
 * @param requests the options of the flow: those it was added with, followed by each
 * change
 * @param dscp the code point that results from the latest options
 * @param open {@code true} if the flow was in force, {@code false} if it was closed
 */
public record RecordedFlow(List<RecordedSocket> sockets, List<QosFlowOptions> requests, Dscp dscp, boolean open) {

	/**
	 * Create a snapshot.
	 * @param sockets the sockets, at least one
	 * @param requests the options, at least one
	 * @param dscp the resulting code point
	 * @param open whether the flow is in force
	 * @throws NullPointerException if a list is null or contains null
	 */
	public RecordedFlow {
		sockets = List.copyOf(sockets);
		requests = List.copyOf(requests);
	}

	/**
	 * Return the first socket.
	 * @return the socket
	 */
	public RecordedSocket socket() {
		return this.sockets.get(0);
	}

	/**
	 * Return the latest options.
	 * @return the options
	 */
	public QosFlowOptions options() {
		return this.requests.get(this.requests.size() - 1);
	}

	/**
	 * Return the latest traffic type.
	 * @return the traffic type
	 */
	public TrafficType trafficType() {
		return options().trafficType();
	}

	/**
	 * A socket of a flow, with the last addresses known while flow and socket were open.
	 * A socket that was connected after its flow was added therefore has its peer.
	 *
	 * @param stream {@code true} for a TCP socket, {@code false} for a UDP socket
	 * @param listener whether it is a server socket
	 * @param localAddress the address that it was bound to, or {@code null}
	 * @param remoteAddress the peer named with {@link io.github.qos4j.QosSocket#to}, or
	 * else the one that it was connected to; {@code null} if there was none
	 */
	public record RecordedSocket(boolean stream, boolean listener, @Nullable SocketAddress localAddress,
			@Nullable SocketAddress remoteAddress) {

	}

}
