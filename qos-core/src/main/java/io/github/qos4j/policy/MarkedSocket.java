package io.github.qos4j.policy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;

/**
 * A socket that is marked right before it connects, so that where the system can, its
 * first packet is marked as well.
 */
final class MarkedSocket extends Socket {

	private final QosSocketFactory factory;

	MarkedSocket(QosSocketFactory factory) {
		this.factory = factory;
	}

	@Override
	public void connect(SocketAddress endpoint, int timeout) throws IOException {
		if (!isConnected()) {
			this.factory.mark(this, endpoint);
		}
		super.connect(endpoint, timeout);
	}

}
