package io.github.qos4j.spi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.TrafficType;

/**
 * Sends individually marked datagrams through one UDP socket. Provided by a
 * {@link QosBackend}; applications use {@link QosDatagramSender}. Thread-safe; holds no
 * resources that have to be released.
 */
@FunctionalInterface
public interface DatagramOutput {

	/**
	 * Send a datagram. Does not block.
	 * @param datagram the data: the remaining bytes of the buffer. They are consumed if
	 * the datagram is sent.
	 * @param destination the destination, resolved and with a port; for a connected
	 * socket, its peer
	 * @param type the traffic type
	 * @param dscp the code point
	 * @return {@code true} if the datagram was sent, {@code false} if the socket's buffer
	 * is full
	 * @throws IllegalArgumentException if the destination is an IPv6 address and the
	 * socket is IPv4-only
	 * @throws IOException if the datagram cannot be sent
	 * @throws QosException if the system refuses to mark the datagram, which was not sent
	 * then
	 */
	boolean send(ByteBuffer datagram, InetSocketAddress destination, TrafficType type, Dscp dscp) throws IOException;

}
