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
 * A UDP socket that tells with which mark a datagram has arrived. Offered by a
 * {@link QosBackend}; applications have {@link QosProbe} and {@link QosResponder}. Used
 * by one thread, but {@link #close()} may be called by any and ends a
 * {@link #receive(ByteBuffer, Duration)} that waits.
 */
public interface ProbeSocket extends Closeable {

	/**
	 * Return the address to which the socket is bound.
	 * @return the address and port
	 */
	InetSocketAddress localAddress();

	/**
	 * Send a datagram, marked as flows mark. Never waits: where there is no room in the
	 * socket's buffer it is lost.
	 * @param datagram its data, what remains in the buffer
	 * @param destination where to send it
	 * @param dscp its code point
	 * @throws IOException if it cannot be sent
	 */
	void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException;

	/**
	 * Wait for a datagram.
	 * @param datagram receives its data, as much as there is room for
	 * @param timeout how long to wait at most
	 * @return where it came from, or {@code null} if none has arrived in time
	 * @throws java.io.InterruptedIOException if the thread is interrupted before a
	 * datagram has arrived (its interrupt flag stays set)
	 * @throws IOException if receiving fails or this socket is closed
	 */
	@Nullable Arrival receive(ByteBuffer datagram, Duration timeout) throws IOException;

	/**
	 * How a datagram has arrived.
	 *
	 * @param source who has sent it
	 * @param tos the TOS byte of IPv4 or the traffic class of IPv6 with which it has
	 * arrived, 0 to 255, or {@link #UNKNOWN_TOS} if the system did not tell
	 */
	record Arrival(InetSocketAddress source, int tos) {

		/** An unknown TOS. */
		public static final int UNKNOWN_TOS = -1;

	}

}
