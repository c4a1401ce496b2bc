package io.github.qos4j.bench;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;

/**
 * Measures sending single datagrams with a mark of their own against sending them by the
 * JDK. Prints the microseconds of the JDK, of the JDK again, and of the sender. The
 * receiver does not read, so all but its first datagrams are dropped: a reader would take
 * turns with the sender as the machine likes. Arguments: those of {@link Rounds}, and
 * datagrams in a turn.
 */
public final class SenderCost {

	/** Twenty milliseconds of voice, with its header. */
	private static final int SIZE = 172;

	private static final int WARM_UP = 50_000;

	private SenderCost() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int times = Integer.parseInt(arguments[3]);
		try (QosHandle handle = Handles.open(); DatagramChannel receiver = Handles.receiver()) {
			InetSocketAddress peer = (InetSocketAddress) receiver.getLocalAddress();
			ByteBuffer direct = ByteBuffer.allocateDirect(SIZE);
			ByteBuffer heap = ByteBuffer.allocate(SIZE);
			channel("channel, IPv4, direct buffer", rounds, times, handle, StandardProtocolFamily.INET, direct, peer);
			channel("channel, IPv4, heap buffer", rounds, times, handle, StandardProtocolFamily.INET, heap, peer);
			channel("channel, dual stack, heap buffer", rounds, times, handle, StandardProtocolFamily.INET6, heap,
					peer);
			DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
			DatagramPacket packet = new DatagramPacket(heap.array(), SIZE, peer);
			run("DatagramSocket", rounds, times, handle.datagramSender(QosSocket.of(socket)), heap, peer, (number) -> {
				for (int i = 0; i < number; i++) {
					socket.send(packet);
				}
			});
		}
	}

	private static void channel(String name, Rounds rounds, int times, QosHandle handle, ProtocolFamily family,
			ByteBuffer datagram, InetSocketAddress peer) throws Exception {
		DatagramChannel channel = DatagramChannel.open(family);
		run(name, rounds, times, handle.datagramSender(QosSocket.of(channel)), datagram, peer, (number) -> {
			for (int i = 0; i < number; i++) {
				channel.send(datagram.clear(), peer);
			}
		});
	}

	private static void run(String name, Rounds rounds, int times, QosDatagramSender sender, ByteBuffer datagram,
			InetSocketAddress peer, Rounds.Work byJdk) throws Exception {
		Rounds.Work bySender = (number) -> {
			for (int i = 0; i < number; i++) {
				sender.send(datagram.clear(), peer, TrafficType.VOICE);
			}
		};
		byJdk.run(WARM_UP);
		bySender.run(WARM_UP);
		Rounds.Turn jdk = Rounds.timed(times, byJdk);
		rounds.run(name, jdk, jdk, Rounds.timed(times, bySender));
		if (!sender.marking(QosFlowOptions.of(TrafficType.VOICE)).isApplied()) {
			throw new IllegalStateException(name + " was not marked");
		}
	}

}
