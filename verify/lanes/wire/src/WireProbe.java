import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * Does with sockets what it is told, so that a packet capture can judge it. Each line of
 * input is one cell: number, kind of socket, family, steps. Each line of output is the
 * cell's result as JSON.
 * <p>
 * Steps: {@code connect}; {@code add:FLOW:TYPE[:DSCP][@BACKEND]}; {@code close:FLOW};
 * {@code send:PHASE}, whose packets carry the cell's number and the phase;
 * {@code tls:PHASE}, the TLS handshake; {@code jdk:TOS}, the JDK's own option. What a TLS
 * socket sends cannot be read, so a datagram with the same text announces it.
 */
public final class WireProbe {

	private static final int MESSAGES = 3;

	private static final Map<String, QosHandle> handles = new LinkedHashMap<>();

	private WireProbe() {
	}

	public static void main(String[] args) throws IOException {
		String backend = args[0];
		BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		for (String line = input.readLine(); line != null; line = input.readLine()) {
			System.out.println(new Cell(line.split(" "), backend).run());
		}
		handles.values().forEach(QosHandle::close);
	}

	/**
	 * Return the handle of a backend. Nobody waits for it to open: that the first packet
	 * is marked all the same is part of what is proved.
	 */
	private static QosHandle handle(String backend) {
		return handles.computeIfAbsent(backend, (name) -> QosHandle.builder().backend(name).build());
	}

	private static final class Cell {

		private final String[] words;

		private final String backend;

		private final Map<String, QosFlow> flows = new LinkedHashMap<>();

		private final StringJoiner markings = new StringJoiner(",", "{", "}");

		Cell(String[] words, String backend) {
			this.words = words;
			this.backend = backend;
		}

		String run() {
			StringJoiner json = new StringJoiner(",", "{", "}");
			json.add("\"cell\":" + this.words[0]);
			try (Peer peer = Peer.open(this.words[1], this.words[2]);
					Local local = open(this.words[1], this.words[2], peer)) {
				for (int i = 3; i < this.words.length; i++) {
					step(this.words[i], local, peer);
				}
				json.add("\"local\":" + local.port());
				json.add("\"peer\":" + local.peerPort(peer));
			}
			catch (Exception ex) {
				json.add("\"error\":\"" + ex.toString().replaceAll("[\"\\\\\\p{Cntrl}]", "'") + "\"");
			}
			return json.add("\"flows\":" + this.markings).toString();
		}

		private void step(String step, Local local, Peer peer) throws IOException {
			String[] parts = step.split("[:@]");
			switch (parts[0]) {
				case "connect" -> local.connect(peer.address());
				case "send" -> {
					for (int i = 0; i < MESSAGES; i++) {
						local.exchange(text(parts[1], i), peer.address());
					}
				}
				case "tls" -> ((TlsLocal) local).handshake(text(parts[1], 0));
				case "add" -> add(parts, step.contains("@"), local);
				case "close" -> this.flows.get(parts[1]).close();
				case "jdk" -> local.setTrafficClass(Integer.parseInt(parts[1]));
				default -> throw new IllegalArgumentException(step);
			}
		}

		private String text(String phase, int message) {
			return "cell " + this.words[0] + " " + phase + " " + message + ";";
		}

		private void add(String[] parts, boolean namesBackend, Local local) {
			int options = parts.length - (namesBackend ? 1 : 0);
			QosHandle handle = handle(namesBackend ? parts[options] : this.backend);
			QosFlow flow = local.add(handle, QosFlowOptions.of(TrafficType.valueOf(parts[2]))
				.withDscp((options > 3) ? Dscp.parse(parts[3]) : null));
			this.flows.put(parts[1], flow);
			Marking marking = flow.marking();
			this.markings.add("\"" + parts[1] + "\":{\"state\":\"" + flow.state() + "\",\"applied\":"
					+ ((marking.applied() != null) ? marking.applied().value() : null) + "}");
		}

	}

	/** Open a socket of a kind. Those that are accepted have the peer for a client. */
	private static Local open(String kind, String family, Peer peer) throws IOException {
		StandardProtocolFamily only = "IPv4".equals(family) ? StandardProtocolFamily.INET : null;
		return switch (kind) {
			case "Socket" -> new SocketLocal(new Socket());
			case "SocketChannel" -> new ChannelLocal((only != null) ? SocketChannel.open(only) : SocketChannel.open());
			case "SocketChannel.socket()" ->
				new SocketLocal(((only != null) ? SocketChannel.open(only) : SocketChannel.open()).socket());
			case "ServerSocket.accept()" -> {
				try (ServerSocket server = new ServerSocket()) {
					server.bind(loopback(family));
					peer.connectTo(server.getLocalSocketAddress());
					yield new SocketLocal(server.accept());
				}
			}
			case "ServerSocketChannel.accept()" -> {
				try (ServerSocketChannel server = ServerSocketChannel.open()) {
					server.bind(loopback(family));
					peer.connectTo(server.getLocalAddress());
					yield new ChannelLocal(server.accept());
				}
			}
			case "SSLSocket" -> new TlsLocal(SSLSocketFactory.getDefault().createSocket());
			case "SSLSocket_over_Socket" -> {
				Socket below = new Socket();
				below.connect(peer.address());
				yield new TlsLocal(layered(below));
			}
			case "SSLSocket_over_SocketChannel" -> new TlsLocal(layered(SocketChannel.open(peer.address()).socket()));
			case "DatagramSocket" -> new DatagramLocal(new DatagramSocket());
			case "MulticastSocket" -> new DatagramLocal(new MulticastSocket());
			case "DatagramChannel" ->
				new DatagramChannelLocal((only != null) ? DatagramChannel.open(only) : DatagramChannel.open());
			case "DatagramChannel.socket()" ->
				new DatagramLocal(((only != null) ? DatagramChannel.open(only) : DatagramChannel.open()).socket());
			default -> throw new IllegalArgumentException(kind);
		};
	}

	private static Socket layered(Socket below) throws IOException {
		SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
		return factory.createSocket(below, "localhost", below.getPort(), true);
	}

	private static InetSocketAddress loopback(String family) throws IOException {
		return new InetSocketAddress(InetAddress.getByName("IPv6".equals(family) ? "::1" : "127.0.0.1"), 0);
	}

	/**
	 * The socket under test.
	 */
	private interface Local extends Closeable {

		void connect(SocketAddress peer) throws IOException;

		/** Send a message and wait until the peer has sent it back. */
		void exchange(String message, SocketAddress peer) throws IOException;

		QosFlow add(QosHandle handle, QosFlowOptions options);

		void setTrafficClass(int value) throws IOException;

		int port() throws IOException;

		default int peerPort(Peer peer) throws IOException {
			return peer.address().getPort();
		}

	}

	private record SocketLocal(Socket socket) implements Local {

		@Override
		public void connect(SocketAddress peer) throws IOException {
			this.socket.connect(peer);
		}

		@Override
		public void exchange(String message, SocketAddress peer) throws IOException {
			byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
			this.socket.getOutputStream().write(bytes);
			requireEcho(bytes, this.socket.getInputStream().readNBytes(bytes.length));
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.socket, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.socket.setTrafficClass(value);
		}

		@Override
		public int port() {
			return this.socket.getLocalPort();
		}

		@Override
		public int peerPort(Peer peer) {
			return this.socket.getPort();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

	private record TlsLocal(SocketLocal plain) implements Local {

		TlsLocal(Socket socket) {
			this(new SocketLocal(socket));
		}

		void handshake(String message) throws IOException {
			announce(message);
			((SSLSocket) this.plain.socket()).startHandshake();
		}

		@Override
		public void connect(SocketAddress peer) throws IOException {
			this.plain.connect(peer);
		}

		@Override
		public void exchange(String message, SocketAddress peer) throws IOException {
			announce(message);
			this.plain.exchange(message, peer);
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return this.plain.add(handle, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.plain.setTrafficClass(value);
		}

		@Override
		public int port() {
			return this.plain.port();
		}

		@Override
		public int peerPort(Peer peer) {
			return this.plain.peerPort(peer);
		}

		@Override
		public void close() throws IOException {
			this.plain.close();
		}

		/** Send a datagram, and go on when it has passed the capture. */
		private static void announce(String message) throws IOException {
			byte[] bytes = ("next: " + message).getBytes(StandardCharsets.US_ASCII);
			try (DatagramSocket socket = new DatagramSocket(loopback("IPv4"))) {
				socket.send(new DatagramPacket(bytes, bytes.length, socket.getLocalSocketAddress()));
				socket.receive(new DatagramPacket(bytes, bytes.length));
			}
		}

	}

	private record ChannelLocal(SocketChannel channel) implements Local {

		@Override
		public void connect(SocketAddress peer) throws IOException {
			this.channel.connect(peer);
		}

		@Override
		public void exchange(String message, SocketAddress peer) throws IOException {
			ByteBuffer bytes = StandardCharsets.US_ASCII.encode(message);
			ByteBuffer echo = ByteBuffer.allocate(bytes.remaining());
			while (bytes.hasRemaining()) {
				this.channel.write(bytes);
			}
			while (echo.hasRemaining() && this.channel.read(echo) >= 0) {
				// Until all of it is there.
			}
			requireEcho(message.getBytes(StandardCharsets.US_ASCII), echo.array());
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.channel, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.channel.setOption(StandardSocketOptions.IP_TOS, value);
		}

		@Override
		public int port() throws IOException {
			return ((InetSocketAddress) this.channel.getLocalAddress()).getPort();
		}

		@Override
		public int peerPort(Peer peer) throws IOException {
			return ((InetSocketAddress) this.channel.getRemoteAddress()).getPort();
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

	private record DatagramLocal(DatagramSocket socket) implements Local {

		@Override
		public void connect(SocketAddress peer) throws IOException {
			this.socket.connect(peer);
		}

		@Override
		public void exchange(String message, SocketAddress peer) throws IOException {
			byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
			this.socket.send(new DatagramPacket(bytes, bytes.length, peer));
			byte[] echo = new byte[bytes.length];
			this.socket.receive(new DatagramPacket(echo, echo.length));
			requireEcho(bytes, echo);
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.socket, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.socket.setTrafficClass(value);
		}

		@Override
		public int port() {
			return this.socket.getLocalPort();
		}

		@Override
		public void close() {
			this.socket.close();
		}

	}

	private record DatagramChannelLocal(DatagramChannel channel) implements Local {

		@Override
		public void connect(SocketAddress peer) throws IOException {
			this.channel.connect(peer);
		}

		@Override
		public void exchange(String message, SocketAddress peer) throws IOException {
			ByteBuffer bytes = StandardCharsets.US_ASCII.encode(message);
			ByteBuffer echo = ByteBuffer.allocate(bytes.remaining());
			if (this.channel.isConnected()) {
				this.channel.write(bytes);
			}
			else {
				this.channel.send(bytes, peer);
			}
			this.channel.receive(echo);
			requireEcho(message.getBytes(StandardCharsets.US_ASCII), echo.array());
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return handle.addFlow(this.channel, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			this.channel.setOption(StandardSocketOptions.IP_TOS, value);
		}

		@Override
		public int port() throws IOException {
			return ((InetSocketAddress) this.channel.getLocalAddress()).getPort();
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

	private static void requireEcho(byte[] sent, byte[] echo) throws IOException {
		if (!java.util.Arrays.equals(sent, echo)) {
			throw new IOException("The peer did not send the message back");
		}
	}

	/**
	 * The other end, which sends back what it receives: a server, or a client of the
	 * socket under test.
	 */
	private record Peer(Closeable socket, InetSocketAddress address) implements Closeable {

		static Peer open(String kind, String family) throws IOException {
			if (kind.startsWith("Datagram") || kind.startsWith("Multicast")) {
				DatagramSocket socket = new DatagramSocket(loopback(family));
				start(() -> echo(socket));
				return new Peer(socket, (InetSocketAddress) socket.getLocalSocketAddress());
			}
			ServerSocket server = kind.startsWith("SSL") ? SSLServerSocketFactory.getDefault().createServerSocket()
					: new ServerSocket();
			server.bind(loopback(family));
			start(() -> {
				try (Socket socket = server.accept()) {
					echo(socket);
				}
			});
			return new Peer(server, (InetSocketAddress) server.getLocalSocketAddress());
		}

		void connectTo(SocketAddress server) throws IOException {
			Socket client = new Socket();
			client.connect(server);
			start(() -> {
				try (client) {
					echo(client);
				}
			});
		}

		private static void echo(DatagramSocket socket) throws IOException {
			byte[] bytes = new byte[1500];
			while (true) {
				DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
				socket.receive(packet);
				socket.send(packet);
			}
		}

		private static void echo(Socket socket) throws IOException {
			byte[] bytes = new byte[1500];
			for (int count = socket.getInputStream().read(bytes); count >= 0; count = socket.getInputStream()
				.read(bytes)) {
				socket.getOutputStream().write(bytes, 0, count);
			}
		}

		private static void start(Task task) {
			Thread thread = new Thread(() -> {
				try {
					task.run();
				}
				catch (IOException ex) {
					// The cell is over and has closed the socket.
				}
			});
			thread.setDaemon(true);
			thread.start();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

	@FunctionalInterface
	private interface Task {

		void run() throws IOException;

	}

}
