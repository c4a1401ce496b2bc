package io.github.qos4j;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.DatagramSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;

import org.jspecify.annotations.Nullable;

/**
 * A Java socket as backends see it. It refers to the socket weakly, so that a flow keeps
 * no socket alive. The adaptor of a channel counts as the channel.
 */
public final class QosSocket extends WeakReference<Object> {

	private final boolean stream;

	private QosSocket(Object socket, boolean stream) {
		super(socket);
		this.stream = stream;
	}

	static QosSocket of(Socket socket) {
		Assert.notNull(socket, "socket");
		SocketChannel channel = socket.getChannel();
		return open(new QosSocket((channel != null) ? channel : socket, true), "socket");
	}

	static QosSocket of(DatagramSocket socket) {
		Assert.notNull(socket, "socket");
		DatagramChannel channel = socket.getChannel();
		return open(new QosSocket((channel != null) ? channel : socket, false), "socket");
	}

	/**
	 * Return a channel as backends see it.
	 * @param channel an open {@link SocketChannel} or {@link DatagramChannel}
	 * @return the socket
	 * @throws IllegalArgumentException if the channel is null, closed, or of another kind
	 */
	public static QosSocket of(NetworkChannel channel) {
		Assert.notNull(channel, "channel");
		boolean stream = channel instanceof SocketChannel;
		if (!stream && !(channel instanceof DatagramChannel)) {
			throw new IllegalArgumentException(
					"'channel' must be a SocketChannel or a DatagramChannel but was a " + channel.getClass().getName());
		}
		// Unix domain sockets have no TCP_NODELAY; their addresses tell nothing before
		// they are bound or connected.
		if (stream && !channel.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
			throw new IllegalArgumentException("'channel' must be an internet socket but was a Unix domain socket");
		}
		return open(new QosSocket(channel, stream), "channel");
	}

	private static QosSocket open(QosSocket socket, String name) {
		if (!socket.isOpen()) {
			throw new IllegalArgumentException("'" + name + "' must be open");
		}
		return socket;
	}

	/**
	 * Return the Java socket.
	 * @return a {@link Socket}, {@link DatagramSocket}, {@link SocketChannel} or
	 * {@link DatagramChannel}, or {@code null} once it has been collected
	 */
	@Override
	public @Nullable Object get() {
		return super.get();
	}

	/**
	 * Return whether this is a TCP socket.
	 * @return {@code true} for TCP, {@code false} for UDP
	 */
	public boolean isStream() {
		return this.stream;
	}

	/**
	 * Return whether the socket exists and is open.
	 * @return whether it is open
	 */
	public boolean isOpen() {
		Object socket = get();
		if (socket instanceof Channel channel) {
			return channel.isOpen();
		}
		if (socket instanceof Socket tcp) {
			return !tcp.isClosed();
		}
		return socket instanceof DatagramSocket udp && !udp.isClosed();
	}

	/**
	 * Return whether the socket is connected to a peer.
	 * @return whether it is connected
	 */
	public boolean isConnected() {
		return remoteAddress() != null;
	}

	/**
	 * Return the peer's address.
	 * @return the address, or {@code null} while the socket is not connected
	 */
	public @Nullable SocketAddress remoteAddress() {
		try {
			Object socket = get();
			if (socket instanceof SocketChannel channel) {
				return channel.getRemoteAddress();
			}
			if (socket instanceof DatagramChannel channel) {
				return channel.getRemoteAddress();
			}
			if (socket instanceof Socket tcp) {
				return tcp.getRemoteSocketAddress();
			}
			return (socket instanceof DatagramSocket udp) ? udp.getRemoteSocketAddress() : null;
		}
		catch (IOException ex) {
			// Closed meanwhile.
			return null;
		}
	}

	private @Nullable SocketAddress localAddress() {
		try {
			Object socket = get();
			if (socket instanceof NetworkChannel channel) {
				return channel.getLocalAddress();
			}
			if (socket instanceof Socket tcp) {
				return tcp.getLocalSocketAddress();
			}
			return (socket instanceof DatagramSocket udp) ? udp.getLocalSocketAddress() : null;
		}
		catch (IOException ex) {
			return null;
		}
	}

	/**
	 * Return the socket in words, {@code udp /127.0.0.1:5004 -> /127.0.0.1:40000} for
	 * example.
	 */
	@Override
	public String toString() {
		SocketAddress local = localAddress();
		SocketAddress remote = remoteAddress();
		return (this.stream ? "tcp " : "udp ") + ((local != null) ? local : "unbound")
				+ ((remote != null) ? " -> " + remote : "");
	}

}
