package io.github.qos4j.spi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.TrafficType;

/**
 * Sends single datagrams through one UDP socket, each with marks of its own. Offered by a
 * {@link QosBackend}; applications have {@link QosDatagramSender}. Thread-safe; holds
 * nothing that has to be released.
 */
@FunctionalInterface
public interface DatagramOutput {

	/**
	 * Send a datagram. Never waits.
	 * @param datagram its data, what remains in the buffer. If it was sent, nothing
	 * remains
	 * @param destination where to send it, resolved and with a port; if the socket is
	 * connected, its peer
	 * @param type its traffic type
	 * @param dscp its code point
	 * @return whether it was sent; if not, there is no room in the socket's buffer
	 * @throws IOException if it cannot be sent
	 * @throws QosException if the system refuses to mark it; it was not sent then
	 */
	boolean send(ByteBuffer datagram, InetSocketAddress destination, TrafficType type, Dscp dscp) throws IOException;

}
