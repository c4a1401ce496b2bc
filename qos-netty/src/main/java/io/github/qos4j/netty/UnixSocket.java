package io.github.qos4j.netty;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import io.github.qos4j.NativeSocket;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.UnixChannel;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a channel of epoll, io_uring or kqueue.
 */
final class UnixSocket implements NativeSocket {

	private final UnixChannel channel;

	private final Kind kind;

	UnixSocket(UnixChannel channel, Kind kind) {
		this.channel = channel;
		this.kind = kind;
	}

	@Override
	public int descriptor() {
		return this.channel.fd().intValue();
	}

	@Override
	public boolean isOpen() {
		return this.channel.isOpen() && this.channel.fd().isOpen();
	}

	/**
	 * Only the event loop closes a channel, unless that lingers: then a thread that may
	 * wait does.
	 */
	@Override
	public boolean isConfined() {
		return this.channel.isRegistered() && this.channel.eventLoop().inEventLoop() && !isLingering();
	}

	private boolean isLingering() {
		try {
			return this.channel instanceof SocketChannel stream && stream.config().getSoLinger() > 0;
		}
		catch (ChannelException ex) {
			// It is being closed.
			return true;
		}
	}

	@Override
	public Kind kind() {
		return this.kind;
	}

	@Override
	public @Nullable InetSocketAddress localAddress() {
		return inet(this.channel.localAddress());
	}

	@Override
	public @Nullable InetSocketAddress remoteAddress() {
		return inet(this.channel.remoteAddress());
	}

	private static @Nullable InetSocketAddress inet(@Nullable SocketAddress address) {
		return (address instanceof InetSocketAddress inet) ? inet : null;
	}

	@Override
	public String toString() {
		return this.channel.toString();
	}

}
