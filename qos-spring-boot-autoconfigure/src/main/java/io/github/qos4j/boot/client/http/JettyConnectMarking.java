package io.github.qos4j.boot.client.http;

import java.net.SocketAddress;
import java.nio.channels.SocketChannel;

import io.github.qos4j.boot.client.ClientMarker;
import org.eclipse.jetty.io.ClientConnector;

/**
 * Marks the connections of Jetty's client just before they are connected, by their host
 * name, address and port. Behind a proxy the peer is the proxy.
 */
public final class JettyConnectMarking implements ClientConnector.ConnectListener {

	private final ClientMarker marker;

	/**
	 * Create a listener.
	 * @param marker marks clients
	 */
	public JettyConnectMarking(ClientMarker marker) {
		this.marker = marker;
	}

	@Override
	public void onConnectBegin(SocketChannel channel, SocketAddress address) {
		this.marker.mark(channel, address);
	}

}
