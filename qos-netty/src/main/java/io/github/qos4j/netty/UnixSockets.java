package io.github.qos4j.netty;

import io.github.qos4j.NativeSocket;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;

/**
 * The sockets of native transports. Apart from {@link NettySockets}, since their classes
 * may be absent.
 */
final class UnixSockets {

	/** Flows tell sockets apart by identity, so a channel keeps its own. */
	private static final AttributeKey<NativeSocket> SOCKET = AttributeKey.valueOf(UnixSockets.class, "socket");

	private UnixSockets() {
	}

	/**
	 * Return whether a channel has an internet socket of a native transport.
	 */
	static boolean hasSocket(Channel channel) {
		return channel instanceof UnixChannel && (channel instanceof SocketChannel
				|| channel instanceof ServerSocketChannel || channel instanceof DatagramChannel);
	}

	/**
	 * Return the socket of a channel that has one.
	 */
	static NativeSocket of(Channel channel) {
		Attribute<NativeSocket> attribute = channel.attr(SOCKET);
		NativeSocket known = attribute.get();
		if (known != null) {
			return known;
		}
		NativeSocket created = new UnixSocket((UnixChannel) channel, kind(channel));
		NativeSocket other = attribute.setIfAbsent(created);
		return (other != null) ? other : created;
	}

	private static NativeSocket.Kind kind(Channel channel) {
		if (channel instanceof ServerSocketChannel) {
			return NativeSocket.Kind.LISTENER;
		}
		return (channel instanceof DatagramChannel) ? NativeSocket.Kind.DATAGRAM : NativeSocket.Kind.STREAM;
	}

}
