package io.github.qos4j.policy;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.function.BiConsumer;

/**
 * A socket that is marked right before it connects, so that where the system can, its
 * first packet is marked as well.
 */
final class MarkedSocket extends Socket {

	private final BiConsumer<Socket, SocketAddress> marking;

	/**
	 * Create a socket.
	 * @param marking marks it when it is about to connect to a peer
	 */
	MarkedSocket(BiConsumer<Socket, SocketAddress> marking) {
		this.marking = marking;
	}

	@Override
	public void connect(SocketAddress endpoint, int timeout) throws IOException {
		if (!isConnected()) {
			this.marking.accept(this, endpoint);
		}
		super.connect(endpoint, timeout);
	}

}
