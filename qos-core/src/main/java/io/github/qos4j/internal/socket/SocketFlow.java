package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow on a socket, and its place among the flows on the same one.
 */
final class SocketFlow implements SessionFlow {

	final MarkedSocket socket;

	final Dscp dscp;

	final byte priority;

	private final MarkedSockets sockets;

	@Nullable SocketFlow older;

	@Nullable SocketFlow newer;

	SocketFlow(MarkedSockets sockets, MarkedSocket socket, Dscp dscp, byte priority) {
		this.sockets = sockets;
		this.socket = socket;
		this.dscp = dscp;
		this.priority = priority;
	}

	@Override
	public Marking marking() {
		return this.sockets.marking(this);
	}

}
