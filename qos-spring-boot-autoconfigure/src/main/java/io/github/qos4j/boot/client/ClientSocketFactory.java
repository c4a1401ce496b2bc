package io.github.qos4j.boot.client;

import java.net.Socket;
import java.net.SocketAddress;

import io.github.qos4j.policy.QosSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Creates sockets that a {@link ClientMarker} marks right before they connect. For
 * clients that take a socket factory.
 */
public final class ClientSocketFactory extends QosSocketFactory {

	private final ClientMarker marker;

	/**
	 * Create a factory.
	 * @param marker marks the sockets
	 */
	public ClientSocketFactory(ClientMarker marker) {
		super(marker.marker(), null);
		this.marker = marker;
	}

	@Override
	protected void mark(Socket socket, @Nullable SocketAddress remote) {
		this.marker.mark(socket, remote);
	}

}
