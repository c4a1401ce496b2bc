package io.github.qos4j;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * Sends individually marked datagrams through a UDP socket. Use it for a socket that
 * talks to many peers, where a flow would give all packets the same mark. The options of
 * the socket itself are not changed. Only Linux can mark single datagrams; elsewhere they
 * are sent unmarked, and {@link #marking} says so. So it does while the marking of the
 * handle is paused.
 * <p>
 * Thread-safe; a socket may have several senders. Sending does not wait for space in the
 * socket's buffer, unless datagrams are sent unmarked and the socket is in blocking mode.
 * A sender need not be closed; it becomes useless once its socket is closed.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/ip.7.html">IP_TOS in ip(7)</a>
 */
public interface QosDatagramSender {

	/**
	 * Send a datagram. Binds the socket first if it is not bound, as any send does.
	 * @param datagram the data: the remaining bytes of the buffer. They are consumed if
	 * the datagram is sent.
	 * @param destination the destination; for a connected socket, its peer
	 * @param options the traffic type or DSCP of this datagram. The rate and qWAVE
	 * options are ignored.
	 * @return {@code true} if the datagram was sent, {@code false} if the socket's buffer
	 * is full; the datagram is left unchanged then
	 * @throws IllegalArgumentException if an argument is null, or if the destination is
	 * unresolved, has no port, is not the peer of a connected socket, or is an IPv6
	 * address and the socket is IPv4-only
	 * @throws java.nio.channels.ClosedChannelException if the socket is closed (a
	 * {@link java.net.DatagramSocket} that sends unmarked throws a
	 * {@link java.net.SocketException} instead)
	 * @throws java.net.PortUnreachableException if the peer of a connected socket has
	 * refused an earlier datagram
	 * @throws IOException if the datagram cannot be sent, for example because it is too
	 * long or there is no route
	 */
	boolean send(ByteBuffer datagram, InetSocketAddress destination, QosFlowOptions options) throws IOException;

	/**
	 * Send a datagram marked for a traffic type.
	 * @param datagram the data: the remaining bytes of the buffer
	 * @param destination the destination
	 * @param trafficType the traffic type
	 * @return {@code true} if the datagram was sent, {@code false} if the socket's buffer
	 * is full
	 * @throws IllegalArgumentException as for the other method
	 * @throws IOException if the datagram cannot be sent
	 * @see #send(ByteBuffer, InetSocketAddress, QosFlowOptions)
	 */
	default boolean send(ByteBuffer datagram, InetSocketAddress destination, TrafficType trafficType)
			throws IOException {
		return send(datagram, destination, QosFlowOptions.of(trafficType));
	}

	/**
	 * Return how datagrams with these options are marked. Does not block.
	 * @param options the options
	 * @return the marking; {@link Marking#applied} is {@code null} if datagrams are sent
	 * unmarked
	 * @throws IllegalArgumentException if the options are null
	 */
	Marking marking(QosFlowOptions options);

}
