package io.github.qos4j.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Opens handles and sockets.
 */
final class Handles {

	static final InetSocketAddress DISCARD = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

	private Handles() {
	}

	/**
	 * Return a handle for socket options that is open.
	 */
	static QosHandle open() {
		return open(QosHandle.builder());
	}

	/**
	 * Return the handle of a builder, for socket options and open.
	 */
	static QosHandle open(QosHandle.Builder builder) {
		QosHandle handle = builder.backend("socket").build();
		handle.awaitOpen(Duration.ofSeconds(30));
		return handle;
	}

	/**
	 * Return connected UDP sockets.
	 */
	static List<DatagramChannel> sockets(int number, ProtocolFamily family) throws IOException {
		List<DatagramChannel> sockets = new ArrayList<>(number);
		for (int i = 0; i < number; i++) {
			sockets.add(DatagramChannel.open(family).connect(DISCARD));
		}
		return sockets;
	}

	/**
	 * Return a connected UDP socket over IPv4.
	 */
	static DatagramChannel socket() throws IOException {
		return sockets(1, StandardProtocolFamily.INET).get(0);
	}

	/**
	 * Return a bound UDP socket that nobody reads.
	 */
	static DatagramChannel receiver() throws IOException {
		return DatagramChannel.open(StandardProtocolFamily.INET).bind(new InetSocketAddress("127.0.0.1", 0));
	}

	/**
	 * Add and close flows of a socket, one after the other.
	 */
	static void cycle(QosHandle handle, DatagramChannel socket, int times) {
		for (int i = 0; i < times; i++) {
			handle.addFlow(socket, TrafficType.VOICE).close();
		}
	}

	/**
	 * Fail unless a flow marks: one that does nothing would be the fastest.
	 */
	static void requireMark(QosFlow flow) {
		Marking marking = flow.marking();
		if (!marking.requested().equals(marking.applied())) {
			throw new IllegalStateException("Marked wrongly: " + marking);
		}
	}

}
