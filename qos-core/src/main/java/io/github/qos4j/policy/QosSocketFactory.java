package io.github.qos4j.policy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;

import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;

/**
 * Creates sockets that are marked by policies: by one that is chosen by its name, or by
 * those that match. For libraries that take a socket factory, or the name of its class.
 * Sockets are marked right before they connect, so that on Linux and macOS the first
 * packet is marked; on Windows they are once they are connected.
 * <p>
 * Thread-safe. Marking never fails a connection and waits for nothing: a socket that
 * cannot be marked is used unmarked, and the reason is logged.
 *
 * @see QosSSLSocketFactory
 */
public class QosSocketFactory extends SocketFactory {

	private final SocketMarking marking;

	/**
	 * Create a factory that marks by the policies that match, with the marker that
	 * {@link PolicyMarker#getDefault()} returns when a socket connects, if there is one.
	 */
	public QosSocketFactory() {
		this(SocketMarking.byDefault(null));
	}

	/**
	 * Create a factory that marks by one policy, with the marker that
	 * {@link PolicyMarker#getDefault()} returns when a socket connects. Where that has no
	 * policy of this name, sockets are not marked, and a warning is logged.
	 * @param policy the name of the policy; {@code null} or blank for those that match,
	 * since drivers have no argument to give when none is configured
	 */
	public QosSocketFactory(@Nullable String policy) {
		this(SocketMarking.byDefault(policy));
	}

	/**
	 * Create a factory.
	 * @param marker marks the sockets
	 * @param policy the name of the policy, or {@code null} for those that match
	 * @throws IllegalArgumentException if the marker is null, or if it has no policy of
	 * that name
	 */
	public QosSocketFactory(PolicyMarker marker, @Nullable String policy) {
		this(SocketMarking.by(marker, policy));
	}

	QosSocketFactory(SocketMarking marking) {
		this.marking = marking;
	}

	/**
	 * Return a factory that marks by the policies that match. JNDI's LDAP provider calls
	 * this by reflection.
	 * @return the factory
	 */
	public static SocketFactory getDefault() {
		return new QosSocketFactory();
	}

	@Override
	public Socket createSocket() throws IOException {
		return new MarkedSocket(this::mark);
	}

	@Override
	public Socket createSocket(@Nullable String host, int port) throws IOException {
		return connect(null, address(host, port));
	}

	@Override
	public Socket createSocket(@Nullable String host, int port, @Nullable InetAddress localHost, int localPort)
			throws IOException {
		return connect(new InetSocketAddress(localHost, localPort), address(host, port));
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return connect(null, new InetSocketAddress(host, port));
	}

	@Override
	public Socket createSocket(InetAddress host, int port, @Nullable InetAddress localHost, int localPort)
			throws IOException {
		return connect(new InetSocketAddress(localHost, localPort), new InetSocketAddress(host, port));
	}

	/**
	 * Mark a socket of this factory. Called right before it connects.
	 * @param socket the socket, which may be closed
	 * @param remote the peer, or {@code null} if the socket is being connected to none
	 */
	protected void mark(Socket socket, @Nullable SocketAddress remote) {
		this.marking.mark(socket, remote);
	}

	private static InetSocketAddress address(@Nullable String host, int port) {
		// Without a host the JDK's own factory takes this machine as well.
		return (host != null) ? new InetSocketAddress(host, port)
				: new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
	}

	private Socket connect(@Nullable InetSocketAddress local, InetSocketAddress remote) throws IOException {
		Socket socket = createSocket();
		try {
			if (local != null) {
				socket.bind(local);
			}
			socket.connect(remote);
			return socket;
		}
		catch (IOException | RuntimeException ex) {
			socket.close();
			throw ex;
		}
	}

}
