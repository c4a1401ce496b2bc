package io.github.qos4j;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Wraps a socket or channel, optionally with a peer for an unconnected UDP socket. The
 * socket is weakly referenced, so a flow does not keep it alive. A socket adaptor of a
 * channel is treated as the channel itself. Immutable and thread-safe. Methods that query
 * the socket may have to wait while another thread is closing it.
 */
public final class QosSocket {

	private final Wrapped socket;

	private QosSocket(Wrapped socket) {
		this.socket = socket;
	}

	/**
	 * Wrap a TCP socket.
	 * @param socket an open socket, connected or not
	 * @return the wrapped socket
	 * @throws IllegalArgumentException if the socket is null or closed
	 */
	public static QosSocket of(Socket socket) {
		Assert.notNull(socket, "socket");
		SocketChannel channel = socket.getChannel();
		return open((channel != null) ? channel : socket, Kind.STREAM, "socket");
	}

	/**
	 * Wrap a UDP socket.
	 * @param socket an open socket, connected or not
	 * @return the wrapped socket
	 * @throws IllegalArgumentException if the socket is null or closed
	 */
	public static QosSocket of(DatagramSocket socket) {
		Assert.notNull(socket, "socket");
		DatagramChannel channel = socket.getChannel();
		return open((channel != null) ? channel : socket, Kind.DATAGRAM, "socket");
	}

	/**
	 * Wrap a server socket.
	 * @param socket an open socket, bound or not
	 * @return the wrapped socket
	 * @throws IllegalArgumentException if the socket is null or closed
	 */
	public static QosSocket of(ServerSocket socket) {
		Assert.notNull(socket, "socket");
		ServerSocketChannel channel = socket.getChannel();
		return open((channel != null) ? channel : socket, Kind.LISTENER, "socket");
	}

	/**
	 * Wrap a channel.
	 * @param channel an open {@link SocketChannel}, {@link DatagramChannel} or
	 * {@link AsynchronousSocketChannel}, or a server socket channel
	 * @return the wrapped channel
	 * @throws IllegalArgumentException if the channel is null, closed, a Unix domain
	 * socket or of another kind
	 */
	public static QosSocket of(NetworkChannel channel) {
		Assert.notNull(channel, "channel");
		Kind kind = kindOf(channel);
		// Unix domain sockets lack these; their addresses tell nothing before they are
		// bound or connected.
		if (kind == Kind.STREAM && !channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)
				|| kind == Kind.LISTENER && !channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEADDR)) {
			throw new IllegalArgumentException("'channel' must be an internet socket but was a Unix domain socket");
		}
		return open(channel, kind, "channel");
	}

	/**
	 * Wrap a socket that is no Java socket.
	 * @param socket an open socket
	 * @return the wrapped socket
	 * @throws IllegalArgumentException if the socket is null or closed
	 */
	public static QosSocket of(NativeSocket socket) {
		Kind kind = switch (Assert.notNull(socket, "socket").kind()) {
			case STREAM -> Kind.STREAM;
			case LISTENER -> Kind.LISTENER;
			case DATAGRAM -> Kind.DATAGRAM;
		};
		return open(socket, kind, "socket");
	}

	private static Kind kindOf(NetworkChannel channel) {
		if (channel instanceof SocketChannel || channel instanceof AsynchronousSocketChannel) {
			return Kind.STREAM;
		}
		if (channel instanceof DatagramChannel) {
			return Kind.DATAGRAM;
		}
		if (channel instanceof ServerSocketChannel || channel instanceof AsynchronousServerSocketChannel) {
			return Kind.LISTENER;
		}
		throw new IllegalArgumentException("'channel' must be a SocketChannel, a DatagramChannel, "
				+ "an AsynchronousSocketChannel or a server socket channel but was a " + channel.getClass().getName());
	}

	private static QosSocket open(Object javaSocket, Kind kind, String name) {
		QosSocket socket = new QosSocket(new Wrapped(javaSocket, kind));
		if (!socket.isOpen()) {
			throw new IllegalArgumentException("'" + name + "' must be open");
		}
		return socket;
	}

	/**
	 * Return a copy of this object that names a peer, for a socket that is not connected
	 * to it. With qWAVE only traffic to that peer is marked. Where whole sockets are
	 * marked (Linux, macOS), the peer has no effect.
	 * @param destination the peer's address and port
	 * @return the socket with that peer
	 * @throws IllegalArgumentException if the destination is null, unresolved, has no
	 * port or has an IPv6 scope; if it differs from the peer that the socket is connected
	 * to; if this is a server socket; or if the socket no longer exists
	 */
	public QosSocket to(InetSocketAddress destination) {
		Assert.notNull(destination, "destination");
		if (this.socket.kind == Kind.LISTENER) {
			throw new IllegalArgumentException("'destination' must not be given for a server socket");
		}
		if (destination.isUnresolved()) {
			throw new IllegalArgumentException("'destination' must be resolved but was " + destination);
		}
		if (destination.getPort() == 0) {
			throw new IllegalArgumentException("'destination' must have a port but was " + destination);
		}
		if (destination.getAddress() instanceof Inet6Address address
				&& (address.getScopeId() != 0 || address.getScopedInterface() != null)) {
			throw new IllegalArgumentException("'destination' must not have an IPv6 scope but was " + destination
					+ ": connect the socket to it instead");
		}
		SocketAddress peer = remoteAddress();
		if (peer != null && !peer.equals(destination)) {
			throw new IllegalArgumentException("'destination' must be the peer that the socket is connected to, " + peer
					+ ", but was " + destination);
		}
		Object socket = get();
		if (socket == null) {
			throw new IllegalArgumentException("'socket' must be open");
		}
		return new QosSocket(new WrappedWithDestination(socket, this.socket.kind, destination));
	}

	/**
	 * Return the socket that is wrapped.
	 * @return a {@link Socket}, {@link DatagramSocket}, {@link ServerSocket},
	 * {@link NativeSocket} or a channel that {@link #of(NetworkChannel)} accepts, or
	 * {@code null} if it has been garbage-collected
	 */
	public @Nullable Object get() {
		return this.socket.get();
	}

	/**
	 * Return whether this is a TCP socket, which includes server sockets.
	 * @return {@code true} for TCP, {@code false} for UDP
	 */
	public boolean isStream() {
		return this.socket.kind != Kind.DATAGRAM;
	}

	/**
	 * Return whether this is a server socket. It sends no data itself, but the
	 * connections that it accepts may inherit its marking.
	 * @return {@code true} for a server socket
	 */
	public boolean isListener() {
		return this.socket.kind == Kind.LISTENER;
	}

	/**
	 * Return the peer set with {@link #to}.
	 * @return the address and port, or {@code null} if none was set
	 */
	public @Nullable InetSocketAddress destination() {
		return this.socket.destination();
	}

	/**
	 * Return whether the socket is open.
	 * @return {@code false} if it is closed or has been garbage-collected
	 */
	public boolean isOpen() {
		Object socket = get();
		if (socket instanceof Channel channel) {
			return channel.isOpen();
		}
		if (socket instanceof Socket tcp) {
			return !tcp.isClosed();
		}
		if (socket instanceof ServerSocket server) {
			return !server.isClosed();
		}
		if (socket instanceof NativeSocket other) {
			return other.isOpen();
		}
		return socket instanceof DatagramSocket udp && !udp.isClosed();
	}

	/**
	 * Return whether the socket is connected to a peer.
	 * @return {@code true} if it is connected
	 */
	public boolean isConnected() {
		return remoteAddress() != null;
	}

	/**
	 * Return whether the socket is bound to a local address.
	 * @return {@code true} if it is bound
	 */
	public boolean isBound() {
		Object socket = get();
		if (socket instanceof DatagramSocket udp) {
			return udp.isBound();
		}
		if (socket instanceof Socket tcp) {
			return tcp.isBound();
		}
		return localAddress() != null;
	}

	/**
	 * Return the address of the peer that the socket is connected to.
	 * @return the address, or {@code null} if the socket is not connected
	 */
	public @Nullable SocketAddress remoteAddress() {
		try {
			Object socket = get();
			if (socket instanceof SocketChannel channel) {
				// It has the address from the beginning of a connect that is under way.
				return channel.isConnected() ? channel.getRemoteAddress() : null;
			}
			if (socket instanceof DatagramChannel channel) {
				return channel.getRemoteAddress();
			}
			if (socket instanceof AsynchronousSocketChannel channel) {
				return channel.getRemoteAddress();
			}
			if (socket instanceof Socket tcp) {
				return tcp.getRemoteSocketAddress();
			}
			if (socket instanceof NativeSocket other) {
				return other.remoteAddress();
			}
			return (socket instanceof DatagramSocket udp) ? udp.getRemoteSocketAddress() : null;
		}
		catch (IOException ex) {
			// Closed meanwhile.
			return null;
		}
	}

	/**
	 * Return the local address of the socket.
	 * @return the address, or {@code null} if the socket is not bound
	 */
	public @Nullable SocketAddress localAddress() {
		try {
			Object socket = get();
			if (socket instanceof NetworkChannel channel) {
				return channel.getLocalAddress();
			}
			if (socket instanceof Socket tcp) {
				return tcp.getLocalSocketAddress();
			}
			if (socket instanceof ServerSocket server) {
				return server.getLocalSocketAddress();
			}
			if (socket instanceof NativeSocket other) {
				return other.localAddress();
			}
			return (socket instanceof DatagramSocket udp) ? udp.getLocalSocketAddress() : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * Return a description, for example {@code udp /127.0.0.1:5004 -> /127.0.0.1:40000}.
	 */
	@Override
	public String toString() {
		SocketAddress local = localAddress();
		SocketAddress remote = (this.socket.destination() != null) ? this.socket.destination() : remoteAddress();
		return this.socket.kind.text + ((local != null) ? local : "unbound")
				+ ((remote != null) ? " -> " + remote : "");
	}

	/**
	 * The socket, and what is known of it: one object less for each flow.
	 */
	private static class Wrapped extends WeakReference<Object> {

		private final Kind kind;

		Wrapped(Object socket, Kind kind) {
			super(socket);
			this.kind = kind;
		}

		@Nullable InetSocketAddress destination() {
			return null;
		}

	}

	/**
	 * A socket whose peer is told.
	 */
	private static final class WrappedWithDestination extends Wrapped {

		private final InetSocketAddress destination;

		WrappedWithDestination(Object socket, Kind kind, InetSocketAddress destination) {
			super(socket, kind);
			this.destination = destination;
		}

		@Override
		InetSocketAddress destination() {
			return this.destination;
		}

	}

	/**
	 * Kinds of sockets.
	 */
	private enum Kind {

		STREAM("tcp "),

		LISTENER("tcp listener "),

		DATAGRAM("udp ");

		private final String text;

		Kind(String text) {
			this.text = text;
		}

	}

}
