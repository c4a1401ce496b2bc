package io.github.qos4j;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Sends single datagrams through a UDP socket, each with a class of its own: for one
 * socket that talks to many peers, where a flow would mark everything alike. The marks
 * and options of the socket itself are not touched. Where the system cannot do that
 * (everywhere but on Linux), datagrams are sent all the same and {@link #marking} says
 * that they are unmarked.
 * <p>
 * Senders are thread-safe, and there may be several for a socket. They never wait for
 * room in the socket's buffer, except where they cannot mark and the socket is in
 * blocking mode. A sender needs not be closed; it is of no use once its socket is.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/ip.7.html">IP_TOS in ip(7)</a>
 */
public interface QosDatagramSender {

	/**
	 * Send a datagram. Like any other send it binds a socket that is not bound yet.
	 * @param datagram its data, what remains in the buffer. If it was sent, nothing
	 * remains
	 * @param destination where to send it; if the socket is connected, its peer
	 * @param options what it asks for. A rate makes no difference to a single datagram,
	 * nor does {@link QosFlowOptions#adaptive}
	 * @return whether it was sent; if not, there is no room in the socket's buffer and
	 * the datagram is as before
	 * @throws IllegalArgumentException if an argument is null, or if the destination is
	 * unresolved, has no port, is not the peer that the socket is connected to, or is an
	 * IPv6 address and the socket is for IPv4 alone
	 * @throws java.nio.channels.ClosedChannelException if the socket is closed
	 * @throws java.net.PortUnreachableException if the peer that the socket is connected
	 * to has refused an earlier datagram
	 * @throws IOException if the datagram cannot be sent, for example because it is too
	 * long or because there is no route
	 */
	boolean send(ByteBuffer datagram, InetSocketAddress destination, QosFlowOptions options) throws IOException;

	/**
	 * Send a datagram by its traffic type alone.
	 * @param datagram its data, what remains in the buffer
	 * @param destination where to send it
	 * @param trafficType the traffic type
	 * @return whether it was sent
	 * @throws IOException if it cannot be sent
	 * @see #send(ByteBuffer, InetSocketAddress, QosFlowOptions)
	 */
	default boolean send(ByteBuffer datagram, InetSocketAddress destination, TrafficType trafficType)
			throws IOException {
		return send(datagram, destination, QosFlowOptions.of(trafficType));
	}

	/**
	 * Return the marking of datagrams that are sent with some options.
	 * @param options what they ask for
	 * @return the marking; without {@link Marking#applied} where they are sent unmarked
	 * @throws IllegalArgumentException if the options are null
	 */
	Marking marking(QosFlowOptions options);

}
