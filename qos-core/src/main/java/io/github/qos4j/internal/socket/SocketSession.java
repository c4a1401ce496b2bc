package io.github.qos4j.internal.socket;

import java.util.OptionalLong;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.SessionFlow;

/**
 * A session that holds nothing: what it marks is known to the process.
 *
 * @param sockets the marked sockets of the process
 */
record SocketSession(MarkedSockets sockets) implements QosSession {

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		return this.sockets.add(socket, options, dscp);
	}

	@Override
	public void remove(SessionFlow flow) {
		this.sockets.remove((SocketFlow) flow);
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
		this.sockets.join((SocketFlow) flow, socket);
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		this.sockets.change((SocketFlow) flow, options, dscp);
	}

	@Override
	public FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
		return this.sockets.fundamentals((SocketFlow) flow);
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		return this.sockets.packetPriority((SocketFlow) flow);
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		return this.sockets.outgoingRate((SocketFlow) flow);
	}

	@Override
	public void close(Iterable<SessionFlow> flows) {
		RuntimeException failure = null;
		for (SessionFlow flow : flows) {
			try {
				remove(flow);
			}
			catch (RuntimeException ex) {
				// The others are still to be restored.
				failure = (failure != null) ? failure : ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
