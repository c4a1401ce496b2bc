package io.github.qos4j.netty;

import java.nio.channels.NetworkChannel;
import java.util.function.Supplier;

import io.github.qos4j.QosSocket;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.AbstractNioChannel;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sockets of channels: those of NIO, which are Java's, and those of epoll,
 * io_uring and kqueue, which are not. Thread-safe; does not block.
 */
public final class NettySockets {

	/** Who has no native transport may not have its common classes either. */
	private static final boolean UNIX = isPresent("io.netty.channel.unix.UnixChannel");

	private NettySockets() {
	}

	/**
	 * Return the socket of a channel. A channel within a connection, such as an HTTP/2
	 * stream, has that of its connection.
	 * @param channel the channel
	 * @return the socket, the same for each call as far as flows are concerned, or
	 * {@code null} if the channel is closed or has no internet socket
	 * @throws IllegalArgumentException if the channel is null
	 */
	public static @Nullable QosSocket of(Channel channel) {
		if (channel == null) {
			throw new IllegalArgumentException("'channel' must not be null");
		}
		Channel transport = transport(channel);
		return (transport != null) ? socket(transport) : null;
	}

	/**
	 * Return the channel that has the socket of a channel, or {@code null} if none has.
	 */
	static @Nullable Channel transport(Channel channel) {
		Channel candidate = channel;
		while (candidate != null && !hasSocket(candidate)) {
			Channel parent = candidate.parent();
			// That of an accepted connection is its listener, which is another socket.
			candidate = (parent instanceof ServerChannel) ? null : parent;
		}
		return candidate;
	}

	private static boolean hasSocket(Channel channel) {
		return channel instanceof AbstractNioChannel || UNIX && UnixSockets.hasSocket(channel);
	}

	private static @Nullable QosSocket socket(Channel channel) {
		if (channel instanceof AbstractNioChannel nio) {
			return (nio.unsafe().ch() instanceof NetworkChannel network) ? orNull(() -> QosSocket.of(network)) : null;
		}
		return orNull(() -> QosSocket.of(UnixSockets.of(channel)));
	}

	private static @Nullable QosSocket orNull(Supplier<QosSocket> socket) {
		try {
			return socket.get();
		}
		catch (IllegalArgumentException ex) {
			// Closed, or a Unix domain socket.
			return null;
		}
	}

	private static boolean isPresent(String className) {
		try {
			Class.forName(className, false, NettySockets.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

}
