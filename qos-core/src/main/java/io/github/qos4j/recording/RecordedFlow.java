package io.github.qos4j.recording;

import java.net.SocketAddress;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

/**
 * What an application has asked for with a flow, as it was when {@link RecordingBackend}
 * was asked. Immutable.
 *
 * @param sockets the sockets of the flow, in the order in which they came
 * @param requests what was asked for: the options that the flow was added with, and one
 * more for each change
 * @param dscp the code point that the latest options come to
 * @param open whether the flow was in force, or was closed
 */
public record RecordedFlow(List<RecordedSocket> sockets, List<QosFlowOptions> requests, Dscp dscp, boolean open) {

	/**
	 * Create a record.
	 * @param sockets the sockets, at least one
	 * @param requests the options, at least one
	 * @param dscp the code point
	 * @param open whether the flow is in force
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
	 * A socket of a flow. Its addresses are those that were last known while the flow and
	 * the socket were open; one that was connected after the flow was added has its peer
	 * all the same.
	 *
	 * @param stream whether it is a TCP socket, else it is a UDP socket
	 * @param listener whether it is a server socket
	 * @param localAddress the address that it was bound to, or {@code null}
	 * @param remoteAddress the peer that was named, or else that it was connected to, or
	 * {@code null}
	 */
	public record RecordedSocket(boolean stream, boolean listener, @Nullable SocketAddress localAddress,
			@Nullable SocketAddress remoteAddress) {

	}

}
