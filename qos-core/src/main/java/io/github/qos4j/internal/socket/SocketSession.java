package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;
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
		return this.sockets.add(socket, options.trafficType(), dscp);
	}

	@Override
	public void remove(SessionFlow flow) {
		this.sockets.remove((SocketFlow) flow);
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
