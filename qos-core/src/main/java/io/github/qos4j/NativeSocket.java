package io.github.qos4j;

import java.net.InetSocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * A socket that has a descriptor and no Java socket around it: that of a Netty channel on
 * epoll or io_uring, for example. Wrap it with {@link QosSocket#of(NativeSocket)}. The
 * library that owns the socket implements this.
 * <p>
 * There must be one object for each socket, kept by whoever owns the socket for as long
 * as it is open: flows refer to it weakly and tell sockets apart by identity.
 * <p>
 * Methods are called by any thread, must not block and must not throw.
 */
public interface NativeSocket {

	/**
	 * Return the descriptor. The system may have closed it already, and may have given
	 * its number to another file since.
	 * @return the descriptor's number
	 */
	int descriptor();

	/**
	 * Return whether the socket is open.
	 * @return {@code false} once it is being closed
	 */
	boolean isOpen();

	/**
	 * Return whether the calling thread keeps the socket from being closed, because
	 * nobody else closes it: as a channel's event loop does. From other threads a
	 * descriptor is used with more care, which takes a little longer, and on macOS not at
	 * all.
	 * @return {@code true} if the descriptor stays valid until the caller returns
	 */
	boolean isConfined();

	/**
	 * Return what kind of socket this is.
	 * @return the kind
	 */
	Kind kind();

	/**
	 * Return the local address.
	 * @return the address, or {@code null} if the socket is not bound
	 */
	@Nullable InetSocketAddress localAddress();

	/**
	 * Return the address of the peer.
	 * @return the address, or {@code null} if the socket is not connected
	 */
	@Nullable InetSocketAddress remoteAddress();

	/**
	 * Kinds of sockets.
	 */
	enum Kind {

		/**
		 * A TCP connection, established or not.
		 */
		STREAM,

		/**
		 * A TCP socket that accepts connections.
		 */
		LISTENER,

		/**
		 * A UDP socket.
		 */
		DATAGRAM

	}

}
