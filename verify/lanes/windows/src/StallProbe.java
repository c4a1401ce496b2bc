import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Measures sockets while the call that adds them to a flow hangs, and without a flow. Tells the stand-in what to do,
 * and prints one line per socket and case, with milliseconds: the median and the longest round trip, how long its close
 * took, and for TCP when the peer saw the end. The last lines are about another handle, and about closing one that
 * hangs.
 */
public final class StallProbe {

	private static final int ROUND_TRIPS = 200;

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

	/** In the log, of calls for the flows here. */
	private static final String VOICE = "\"type\":4,";

	private StallProbe() {
	}

	public static void main(String[] args) throws Exception {
		Path control = Path.of(System.getenv("QWAVE_CONTROL"));
		try (Echo echo = new Echo()) {
			List<Kind> kinds = List.of(new Kind("SocketChannel, blocking", () -> tcpChannel(echo, true)),
					new Kind("SocketChannel, non-blocking", () -> tcpChannel(echo, false)),
					new Kind("Socket", () -> socket(echo)),
					new Kind("DatagramChannel, blocking", () -> udpChannel(echo, true)),
					new Kind("DatagramChannel, non-blocking", () -> udpChannel(echo, false)),
					new Kind("DatagramSocket", () -> datagramSocket(echo)));
			for (Kind kind : kinds) {
				// The first round trips load classes.
				measure(kind.open.call(), echo);
				print(kind, "free", measure(kind.open.call(), echo));
			}
			List<QosHandle> hanging = new ArrayList<>();
			List<Link> links = new ArrayList<>();
			for (Kind kind : kinds) {
				QosHandle handle = QosHandle.builder().name(kind.name).backend("qwave").closeTimeout(CLOSE_TIMEOUT).build();
				// Which takes a flow of its own.
				handle.awaitOpen(SOON);
				Link link = kind.open.call();
				Files.writeString(control, "hang QOSAddSocketToFlow 30000\n");
				QosFlow flow = link.addTo(handle);
				awaitHanging(hanging.size() + 1);
				Files.writeString(control, "");
				hanging.add(handle);
				links.add(link);
				require(flow.state() == FlowState.PENDING, kind.name + " is " + flow.state());
			}
			for (int i = 0; i < kinds.size(); i++) {
				print(kinds.get(i), "hanging", measure(links.get(i), echo));
			}
			otherHandle(echo);
			long start = System.nanoTime();
			hanging.get(0).close();
			System.out.println("close of a hanging handle;" + millis(System.nanoTime() - start) + ";of "
					+ CLOSE_TIMEOUT.toMillis());
		}
		System.out.println("end");
		System.out.flush();
		// Five handles are not closed and six calls hang: the program ends all the same.
	}

	private static void otherHandle(Echo echo) throws Exception {
		long start = System.nanoTime();
		try (Link link = udpChannel(echo, true);
				QosHandle handle = QosHandle.builder().name("other").backend("qwave").build();
				QosFlow flow = link.addTo(handle)) {
			flow.awaitActive(SOON);
			System.out.println("flow on another handle;" + millis(System.nanoTime() - start));
		}
	}

	private static void awaitHanging(int count) throws Exception {
		Path log = Path.of(System.getenv("QWAVE_LOG"));
		long end = System.nanoTime() + SOON.toNanos();
		while (Files.readString(log).lines().filter((line) -> line.contains("\"begin\"") && line.contains("QOSAdd")
				&& line.contains(VOICE)).count() < count) {
			require(System.nanoTime() < end, "no call hangs");
			Thread.sleep(5);
		}
	}

	private static void print(Kind kind, String state, long[] nanos) {
		StringBuilder line = new StringBuilder(kind.name + ";" + state);
		for (long value : nanos) {
			line.append(";").append((value < 0) ? "-" : millis(value));
		}
		System.out.println(line);
	}

	private static String millis(long nanos) {
		return String.format(java.util.Locale.ROOT, "%.3f", nanos / 1e6);
	}

	private static void require(boolean condition, String problem) {
		if (!condition) {
			throw new IllegalStateException(problem);
		}
	}

	/**
	 * Return median and longest round trip, the time of close, and when the peer saw it.
	 */
	private static long[] measure(Link link, Echo echo) throws Exception {
		long[] trips = new long[ROUND_TRIPS];
		for (int i = 0; i < ROUND_TRIPS; i++) {
			long start = System.nanoTime();
			link.roundTrip();
			trips[i] = System.nanoTime() - start;
		}
		Arrays.sort(trips);
		CompletableFuture<Long> seen = link.isStream() ? echo.end(link.localPort()) : null;
		long start = System.nanoTime();
		link.close();
		long closed = System.nanoTime() - start;
		long end = -1;
		if (seen != null) {
			try {
				end = seen.get(2, TimeUnit.SECONDS) - start;
			}
			catch (java.util.concurrent.TimeoutException ex) {
				end = TimeUnit.SECONDS.toNanos(9999);
			}
		}
		return new long[] { trips[ROUND_TRIPS / 2], trips[ROUND_TRIPS - 1], closed, end };
	}

	private static Link tcpChannel(Echo echo, boolean blocking) throws IOException {
		SocketChannel channel = SocketChannel.open(echo.tcp());
		channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
		channel.configureBlocking(blocking);
		return new ChannelLink(channel, channel, port(channel.getLocalAddress()), true) {

			@Override
			QosFlow addTo(QosHandle handle) {
				return handle.addFlow(channel, TrafficType.VOICE);
			}

		};
	}

	private static Link udpChannel(Echo echo, boolean blocking) throws IOException {
		DatagramChannel channel = DatagramChannel.open().connect(echo.udp());
		channel.configureBlocking(blocking);
		return new ChannelLink(channel, channel, port(channel.getLocalAddress()), false) {

			@Override
			QosFlow addTo(QosHandle handle) {
				return handle.addFlow(channel, TrafficType.VOICE);
			}

		};
	}

	private static Link socket(Echo echo) throws IOException {
		Socket socket = new Socket();
		socket.connect(echo.tcp());
		socket.setTcpNoDelay(true);
		return new Link(socket.getLocalPort(), true) {

			@Override
			QosFlow addTo(QosHandle handle) {
				return handle.addFlow(socket, TrafficType.VOICE);
			}

			@Override
			void roundTrip() throws IOException {
				socket.getOutputStream().write(1);
				require(socket.getInputStream().read() == 1, "no answer");
			}

			@Override
			public void close() throws IOException {
				socket.close();
			}

		};
	}

	private static Link datagramSocket(Echo echo) throws IOException {
		DatagramSocket socket = new DatagramSocket();
		socket.connect(echo.udp());
		return new Link(socket.getLocalPort(), false) {

			@Override
			QosFlow addTo(QosHandle handle) {
				return handle.addFlow(socket, TrafficType.VOICE);
			}

			@Override
			void roundTrip() throws IOException {
				socket.send(new DatagramPacket(new byte[1], 1));
				socket.receive(new DatagramPacket(new byte[1], 1));
			}

			@Override
			public void close() {
				socket.close();
			}

		};
	}

	private static int port(SocketAddress address) {
		return ((InetSocketAddress) address).getPort();
	}

	private interface Opening {

		Link call() throws IOException;

	}

	private record Kind(String name, Opening open) {

	}

	/**
	 * A socket that is connected to the echo.
	 */
	private abstract static class Link implements AutoCloseable {

		private final int localPort;

		private final boolean stream;

		Link(int localPort, boolean stream) {
			this.localPort = localPort;
			this.stream = stream;
		}

		int localPort() {
			return this.localPort;
		}

		boolean isStream() {
			return this.stream;
		}

		abstract QosFlow addTo(QosHandle handle);

		abstract void roundTrip() throws IOException;

		@Override
		public abstract void close() throws IOException;

	}

	private abstract static class ChannelLink extends Link {

		private final java.nio.channels.ByteChannel channel;

		private final java.nio.channels.SelectableChannel closing;

		private final ByteBuffer buffer = ByteBuffer.allocate(1);

		ChannelLink(java.nio.channels.ByteChannel channel, java.nio.channels.SelectableChannel closing, int localPort,
				boolean stream) {
			super(localPort, stream);
			this.channel = channel;
			this.closing = closing;
		}

		@Override
		void roundTrip() throws IOException {
			require(this.channel.write(this.buffer.clear()) == 1, "not sent");
			this.buffer.clear();
			while (this.channel.read(this.buffer) == 0) {
				Thread.onSpinWait();
			}
		}

		@Override
		public void close() throws IOException {
			this.closing.close();
		}

	}

	/**
	 * Sends back what it gets, and notes when a connection ends.
	 */
	private static final class Echo implements AutoCloseable {

		private final ServerSocket tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

		private final DatagramSocket udp = new DatagramSocket(0, InetAddress.getLoopbackAddress());

		private final java.util.Map<Integer, CompletableFuture<Long>> ends = new java.util.concurrent.ConcurrentHashMap<>();

		Echo() throws IOException {
			start(this::serveUdp);
			start(() -> {
				while (true) {
					Socket accepted = this.tcp.accept();
					accepted.setTcpNoDelay(true);
					start(() -> serveTcp(accepted));
				}
			});
		}

		InetSocketAddress tcp() {
			return (InetSocketAddress) this.tcp.getLocalSocketAddress();
		}

		InetSocketAddress udp() {
			return (InetSocketAddress) this.udp.getLocalSocketAddress();
		}

		CompletableFuture<Long> end(int port) {
			return this.ends.computeIfAbsent(port, (key) -> new CompletableFuture<>());
		}

		private void serveTcp(Socket socket) throws IOException {
			try (socket; InputStream input = socket.getInputStream()) {
				for (int value = input.read(); value >= 0; value = input.read()) {
					// What a channel sends is 0 or 1, a socket sends 1.
					socket.getOutputStream().write(value);
				}
			}
			finally {
				end(socket.getPort()).complete(System.nanoTime());
			}
		}

		private void serveUdp() throws IOException {
			DatagramPacket packet = new DatagramPacket(new byte[16], 16);
			while (true) {
				packet.setLength(16);
				this.udp.receive(packet);
				this.udp.send(packet);
			}
		}

		private static void start(Task task) {
			Thread thread = new Thread(() -> {
				try {
					task.run();
				}
				catch (IOException ex) {
					// The end of the program, or of a connection.
				}
			});
			thread.setDaemon(true);
			thread.start();
		}

		@Override
		public void close() throws IOException {
			this.tcp.close();
			this.udp.close();
		}

		private interface Task {

			void run() throws IOException;

		}

	}

}
