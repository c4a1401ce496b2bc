package io.github.qos4j.spi;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;

import io.github.qos4j.Dscp;
import io.github.qos4j.probe.QosProbe;
import io.github.qos4j.probe.QosResponder;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket that reports the mark with which each datagram arrives. Provided by a
 * {@link QosBackend}; applications use {@link QosProbe} and {@link QosResponder}. Not
 * thread-safe, except that {@link #close()} may be called by any thread and ends a
 * {@link #receive(ByteBuffer, Duration)} in progress.
 */
public interface ProbeSocket extends Closeable {

	/**
	 * Return the local address of this socket.
	 * @return the address and port
	 */
	InetSocketAddress localAddress();

	/**
	 * Send a datagram, marked in the same way as flows. Does not block: if the socket's
	 * buffer is full, the datagram is lost.
	 * @param datagram the data: the remaining bytes of the buffer
	 * @param destination the destination
	 * @param dscp the code point
	 * @throws IOException if the datagram cannot be sent
	 */
	void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException;

	/**
	 * Wait for a datagram. Blocks.
	 * @param datagram receives the data; what does not fit is discarded
	 * @param timeout the longest time to wait
	 * @return where the datagram came from and how it was marked, or {@code null} if none
	 * arrived in time
	 * @throws java.io.InterruptedIOException if the thread is interrupted before a
	 * datagram arrives (its interrupt flag stays set)
	 * @throws IOException if receiving fails or this socket is closed
	 */
	@Nullable Arrival receive(ByteBuffer datagram, Duration timeout) throws IOException;

	/**
	 * Sender and mark of a received datagram.
	 *
	 * @param source the sender's address and port
	 * @param tos the IPv4 TOS byte or IPv6 traffic class of the datagram, 0 to 255, or
	 * {@link #UNKNOWN_TOS} if the system did not report it
	 */
	record Arrival(InetSocketAddress source, int tos) {

		/**
		 * The system did not report the TOS byte.
		 */
		public static final int UNKNOWN_TOS = -1;

	}

}
