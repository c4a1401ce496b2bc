package io.github.qos4j.boot.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;

import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Creates sockets that a {@link ClientMarker} marks right before they connect. For
 * clients that take a socket factory.
 */
public final class ClientSocketFactory extends SocketFactory {

	private final ClientMarker marker;

	/**
	 * Create a factory.
	 * @param marker marks the sockets
	 */
	public ClientSocketFactory(ClientMarker marker) {
		this.marker = marker;
	}

	@Override
	public Socket createSocket() {
		return new ClientSocket(this.marker);
	}

	@Override
	public Socket createSocket(String host, int port) throws IOException {
		return connect(null, new InetSocketAddress(host, port));
	}

	@Override
	public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
		return connect(new InetSocketAddress(localHost, localPort), new InetSocketAddress(host, port));
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return connect(null, new InetSocketAddress(host, port));
	}

	@Override
	public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
		return connect(new InetSocketAddress(localHost, localPort), new InetSocketAddress(host, port));
	}

	private Socket connect(@Nullable SocketAddress local, SocketAddress remote) throws IOException {
		Socket socket = createSocket();
		try {
			socket.bind(local);
			socket.connect(remote);
			return socket;
		}
		catch (IOException | RuntimeException ex) {
			socket.close();
			throw ex;
		}
	}

	/**
	 * A socket that is marked right before it connects.
	 */
	private static final class ClientSocket extends Socket {

		private final ClientMarker marker;

		ClientSocket(ClientMarker marker) {
			this.marker = marker;
		}

		@Override
		public void connect(SocketAddress endpoint, int timeout) throws IOException {
			if (!isConnected() && !isClosed()) {
				this.marker.mark(this, endpoint);
			}
			super.connect(endpoint, timeout);
		}

	}

}
