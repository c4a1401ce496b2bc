package io.github.qos4j.boot.client.rabbit;

import java.net.Socket;

import javax.net.ssl.SSLSocket;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.SocketConfigurator;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.client.ClientSocketFactory;

/**
 * Marks the connections of RabbitMQ's client: right before they connect, or with TLS once
 * the handshake is done, since the sockets of TLS come from another factory and are shown
 * before their peer is known. A plain socket factory of the user is left alone. Where the
 * client is told to use NIO or Netty it creates no sockets, and these connections are not
 * marked.
 */
public final class RabbitMarking {

	private final ClientMarker marker;

	/**
	 * Create what marks connections.
	 * @param marker marks clients
	 */
	public RabbitMarking(ClientMarker marker) {
		this.marker = marker;
	}

	/**
	 * Have the connections of a factory marked.
	 * @param factory the factory, with all other settings made
	 */
	public void customize(ConnectionFactory factory) {
		if (factory.isSSL()) {
			SocketConfigurator configurator = factory.getSocketConfigurator();
			factory.setSocketConfigurator(
					(configurator != null) ? configurator.andThen(this::markLater) : this::markLater);
		}
		else if (factory.getSocketFactory() == null) {
			factory.setSocketFactory(new ClientSocketFactory(this.marker));
		}
	}

	private void markLater(Socket socket) {
		if (socket instanceof SSLSocket secure) {
			secure.addHandshakeCompletedListener((event) -> this.marker.mark(secure, secure.getRemoteSocketAddress()));
		}
	}

}
