package io.github.qos4j.bench;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Measures sending on a marked socket against sending on one that is not. Prints, in
 * microseconds, the mean, the median and the 99th percentile of a call: of an unmarked
 * socket, of another one, and of a marked one. Arguments: those of {@link Rounds}, and
 * calls in a turn.
 */
public final class MarkedSends {

	private static final int SIZE = 1024;

	private MarkedSends() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		int times = Integer.parseInt(arguments[3]);
		try (QosHandle handle = Handles.open();
				DatagramChannel receiver = Handles.receiver();
				ServerSocketChannel server = ServerSocketChannel.open()
					.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
			List<DatagramChannel> udp = new ArrayList<>();
			List<SocketChannel> tcp = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				udp.add(DatagramChannel.open().connect(receiver.getLocalAddress()));
				tcp.add(SocketChannel.open(server.getLocalAddress()));
				read(server.accept());
			}
			run("UDP", rounds, times, handle, udp);
			run("TCP", rounds, times, handle, tcp);
		}
	}

	private static void read(SocketChannel channel) {
		Thread reader = new Thread(() -> {
			ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
			try {
				while (channel.read(buffer.clear()) >= 0) {
					// On to the next.
				}
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
		reader.setDaemon(true);
		reader.start();
	}

	private static <C extends ByteChannel & NetworkChannel> void run(String name, Rounds rounds, int times,
			QosHandle handle, List<C> channels) throws Exception {
		Handles.requireMark(handle.addFlow(channels.get(2), TrafficType.VOICE));
		rounds.run(name, () -> send(channels.get(0), times), () -> send(channels.get(1), times),
				() -> send(channels.get(2), times));
	}

	private static double[] send(ByteChannel channel, int times) throws Exception {
		ByteBuffer data = ByteBuffer.allocateDirect(SIZE);
		long[] nanos = new long[times];
		long start = System.nanoTime();
		long last = start;
		for (int i = 0; i < times; i++) {
			channel.write(data.clear());
			long now = System.nanoTime();
			nanos[i] = now - last;
			last = now;
		}
		Arrays.sort(nanos);
		return new double[] { (last - start) / 1e3 / times, nanos[times / 2] / 1e3, nanos[times * 99 / 100] / 1e3 };
	}

}
