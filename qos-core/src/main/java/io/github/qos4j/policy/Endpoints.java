package io.github.qos4j.policy;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * The two ends of a connection, as far as they are known: what policies are matched
 * against. Immutable.
 *
 * @param protocol the protocol
 * @param local the local address, or {@code null} if it is not known
 * @param remote the peer's address, or {@code null} if it is not known. If it was made
 * from a host name, policies for that name match, resolved or not.
 */
public record Endpoints(TransportProtocol protocol, @Nullable InetSocketAddress local,
		@Nullable InetSocketAddress remote) {

	/**
	 * Create endpoints.
	 * @param protocol the protocol
	 * @param local the local address, or {@code null}
	 * @param remote the peer's address, or {@code null}
	 * @throws IllegalArgumentException if the protocol is null
	 */
	public Endpoints {
		Assert.notNull(protocol, "protocol");
	}

	/**
	 * Return the endpoints of a socket.
	 * @param socket the socket
	 * @return its endpoints at this time
	 * @throws IllegalArgumentException if the socket is null
	 */
	public static Endpoints of(QosSocket socket) {
		return of(socket, Assert.notNull(socket, "socket").remoteAddress());
	}

	/**
	 * Return the endpoints of a socket that is about to be connected.
	 * @param socket the socket
	 * @param remote the address that it will be connected to; anything but an
	 * {@link InetSocketAddress} counts as not known
	 * @return the endpoints
	 * @throws IllegalArgumentException if the socket is null
	 */
	public static Endpoints of(QosSocket socket, @Nullable SocketAddress remote) {
		TransportProtocol protocol = Assert.notNull(socket, "socket").isStream() ? TransportProtocol.TCP
				: TransportProtocol.UDP;
		return new Endpoints(protocol, inet(socket.localAddress()), inet(remote));
	}

	private static @Nullable InetSocketAddress inet(@Nullable SocketAddress address) {
		return (address instanceof InetSocketAddress inet) ? inet : null;
	}

}
