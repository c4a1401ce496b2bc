import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;

/**
 * The socket under test. A step that its kind does not have is refused.
 */
interface Local extends Closeable {

	/**
	 * Open a socket of a kind. Where that is a listener, flows are added for it, and data
	 * is sent by what it accepts.
	 */
	static Local open(String kind, String family, Peer peer) throws IOException {
		Listener listener = listener(kind.replace(".accept()", ""), family);
		if (listener != null) {
			return new Server(listener, !kind.endsWith(".accept()"), family, peer);
		}
		StandardProtocolFamily only = "IPv4".equals(family) ? StandardProtocolFamily.INET : null;
		return switch (kind) {
			case "Socket" -> new Client(new Connection.OfSocket(new Socket()), peer);
			case "SocketChannel" -> new Client(new Connection.OfChannel(channel(only)), peer);
			case "SocketChannel.socket()" -> new Client(new Connection.OfSocket(channel(only).socket()), peer);
			case "SSLSocket" ->
				new Client(new Connection.OfSocket(SSLSocketFactory.getDefault().createSocket()), peer);
			case "SSLSocket_over_Socket" -> new Client(new Connection.Layered(new Socket()), peer);
			case "SSLSocket_over_SocketChannel" -> new Client(new Connection.Layered(channel(only).socket()), peer);
			case "AsynchronousSocketChannel" ->
				new Client(new Connection.OfAsynchronousChannel(AsynchronousSocketChannel.open()), peer);
			case "DatagramSocket" -> new Datagrams(new DatagramSocket(), peer);
			case "MulticastSocket", "MulticastSocket_to_group" -> new Datagrams(multicastSocket(peer), peer);
			case "DatagramChannel" -> new DatagramsOfChannel(datagramChannel(only), peer);
			case "DatagramChannel.socket()" -> new Datagrams(datagramChannel(only).socket(), peer);
			case "Unix_SocketChannel" ->
				new Client(new Connection.OfChannel(SocketChannel.open(StandardProtocolFamily.UNIX)), peer);
			default -> throw new IllegalArgumentException(kind);
		};
	}

	private static Listener listener(String kind, String family) throws IOException {
		StandardProtocolFamily only = "IPv4".equals(family) ? StandardProtocolFamily.INET : null;
		return switch (kind) {
			case "ServerSocket" -> new Listener.OfSocket(new ServerSocket());
			case "ServerSocketChannel" -> new Listener.OfChannel(serverChannel(only));
			case "ServerSocketChannel.socket()" -> new Listener.OfSocket(serverChannel(only).socket());
			case "AsynchronousServerSocketChannel" ->
				new Listener.OfAsynchronousChannel(AsynchronousServerSocketChannel.open());
			case "Unix_ServerSocketChannel" ->
				new Listener.OfChannel(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
			case "SSLServerSocket" ->
				new Listener.OfSocket(SSLServerSocketFactory.getDefault().createServerSocket());
			default -> null;
		};
	}

	private static SocketChannel channel(StandardProtocolFamily only) throws IOException {
		return (only != null) ? SocketChannel.open(only) : SocketChannel.open();
	}

	private static ServerSocketChannel serverChannel(StandardProtocolFamily only) throws IOException {
		return (only != null) ? ServerSocketChannel.open(only) : ServerSocketChannel.open();
	}

	private static DatagramChannel datagramChannel(StandardProtocolFamily only) throws IOException {
		return (only != null) ? DatagramChannel.open(only) : DatagramChannel.open();
	}

	private static MulticastSocket multicastSocket(Peer peer) throws IOException {
		MulticastSocket socket = new MulticastSocket();
		if (peer.address().getAddress().isMulticastAddress()) {
			socket.setNetworkInterface(Peer.loopbackInterface());
			socket.joinGroup(peer.address(), Peer.loopbackInterface());
		}
		return socket;
	}

	default void connect() throws IOException {
		throw new IllegalStateException();
	}

	default void listen() throws IOException {
		throw new IllegalStateException();
	}

	default void accept() throws IOException {
		throw new IllegalStateException();
	}

	default void handshake(String message) throws IOException {
		throw new IllegalStateException();
	}

	/** Send a message and wait until the peer has sent it back. */
	void exchange(String message) throws IOException;

	/** Do so with a datagram that has marks of its own. */
	default void exchangeSingle(String message, QosHandle handle, QosFlowOptions options) throws IOException {
		throw new IllegalStateException();
	}

	QosFlow add(QosHandle handle, QosFlowOptions options);

	void setTrafficClass(int value) throws IOException;

	/** Return the own port and the peer's of each connection, or of what stands for one. */
	List<List<Integer>> connections() throws IOException;

	/**
	 * TCP: what clients and servers have in common once connected.
	 */
	abstract class Stream implements Local {

		abstract Connection connection();

		private boolean isEncrypted() {
			return connection() instanceof Connection.OfSocket plain && plain.socket instanceof SSLSocket;
		}

		@Override
		public void handshake(String message) throws IOException {
			announce(message);
			((SSLSocket) ((Connection.OfSocket) connection()).socket).startHandshake();
		}

		@Override
		public void exchange(String message) throws IOException {
			if (isEncrypted()) {
				announce(message);
			}
			byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
			connection().output().write(bytes);
			requireEcho(bytes, connection().input().readNBytes(bytes.length));
		}

		/** Send a datagram, and go on when it has passed the capture. */
		private static void announce(String message) throws IOException {
			byte[] bytes = ("next: " + message).getBytes(StandardCharsets.US_ASCII);
			try (DatagramSocket socket = new DatagramSocket(Peer.loopback("IPv4"))) {
				socket.send(new DatagramPacket(bytes, bytes.length, socket.getLocalSocketAddress()));
				socket.receive(new DatagramPacket(bytes, bytes.length));
			}
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return connection().add(handle, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			connection().setTrafficClass(value);
		}

		static List<Integer> ports(Connection connection) throws IOException {
			return List.of(connection.local().getPort(), connection.remote().getPort());
		}

	}

	/**
	 * A socket that connects to the peer.
	 */
	final class Client extends Stream {

		private final Connection connection;

		private final Peer peer;

		Client(Connection connection, Peer peer) {
			this.connection = connection;
			this.peer = peer;
		}

		@Override
		Connection connection() {
			return this.connection;
		}

		@Override
		public void connect() throws IOException {
			this.connection.connect(this.peer.address());
		}

		@Override
		public List<List<Integer>> connections() throws IOException {
			return (this.peer.address() != null) ? List.of(ports(this.connection)) : List.of();
		}

		@Override
		public void close() throws IOException {
			this.connection.close();
		}

	}

	/**
	 * A socket to which the peer connects.
	 */
	final class Server extends Stream {

		private final Listener listener;

		private final boolean isListenerMarked;

		private final String family;

		private final Peer peer;

		private final List<List<Integer>> connections = new ArrayList<>();

		private Connection accepted;

		Server(Listener listener, boolean isListenerMarked, String family, Peer peer) {
			this.listener = listener;
			this.isListenerMarked = isListenerMarked;
			this.family = family;
			this.peer = peer;
		}

		@Override
		Connection connection() {
			return this.accepted;
		}

		@Override
		public void listen() throws IOException {
			this.listener.bind(Peer.loopback(this.family));
		}

		@Override
		public void accept() throws IOException {
			if (this.accepted != null) {
				this.accepted.close();
			}
			this.peer.connectTo(this.listener.address());
			this.accepted = this.listener.accept();
			this.connections.add(ports(this.accepted));
		}

		@Override
		public QosFlow add(QosHandle handle, QosFlowOptions options) {
			return this.isListenerMarked ? this.listener.add(handle, options) : super.add(handle, options);
		}

		@Override
		public void setTrafficClass(int value) throws IOException {
			if (this.isListenerMarked) {
				this.listener.setTrafficClass(value);
			}
			else {
				super.setTrafficClass(value);
			}
		}

		@Override
		public List<List<Integer>> connections() {
			return this.connections;
		}

		@Override
		public void close() throws IOException {
			try (this.listener) {
				if (this.accepted != null) {
					this.accepted.close();
				}
			}
		}

	}

	/**
	 * A {@link DatagramSocket} or {@link MulticastSocket}.
	 */
	record Datagrams(DatagramSocket socket, Peer peer) implements Local {

		@Override
		public void connect() throws IOException {
			this.socket.connect(this.peer.address());
		}

		@Override
		public void exchange(String message) throws IOException {
			byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
			this.socket.send(new DatagramPacket(bytes, bytes.length, this.peer.address()));
			requireEcho(bytes);
		}

		@Override
		public void exchangeSingle(String message, QosHandle handle, QosFlowOptions options) throws IOException {
			byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
			handle.datagramSender(QosSocket.of(this.socket)).send(ByteBuffer.wrap(bytes), this.peer.address(), options);
			requireEcho(bytes);
		}

		private void requireEcho(byte[] bytes) throws IOException {
			byte[] echo = new byte[bytes.length];
			this.socket.receive(new DatagramPacket(echo, echo.length));
			Local.requireEcho(bytes, echo);
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
		public List<List<Integer>> connections() {
			return List.of(List.of(this.socket.getLocalPort(), this.peer.address().getPort()));
		}

		@Override
		public void close() {
			this.socket.close();
		}

	}

	/**
	 * A {@link DatagramChannel}.
	 */
	record DatagramsOfChannel(DatagramChannel channel, Peer peer) implements Local {

		@Override
		public void connect() throws IOException {
			this.channel.connect(this.peer.address());
		}

		@Override
		public void exchange(String message) throws IOException {
			ByteBuffer bytes = StandardCharsets.US_ASCII.encode(message);
			if (this.channel.isConnected()) {
				this.channel.write(bytes);
			}
			else {
				this.channel.send(bytes, this.peer.address());
			}
			requireEcho(message.getBytes(StandardCharsets.US_ASCII));
		}

		@Override
		public void exchangeSingle(String message, QosHandle handle, QosFlowOptions options) throws IOException {
			handle.datagramSender(QosSocket.of(this.channel))
				.send(StandardCharsets.US_ASCII.encode(message), this.peer.address(), options);
			requireEcho(message.getBytes(StandardCharsets.US_ASCII));
		}

		private void requireEcho(byte[] bytes) throws IOException {
			ByteBuffer echo = ByteBuffer.allocate(bytes.length);
			this.channel.receive(echo);
			Local.requireEcho(bytes, echo.array());
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
		public List<List<Integer>> connections() throws IOException {
			int port = ((InetSocketAddress) this.channel.getLocalAddress()).getPort();
			return List.of(List.of(port, this.peer.address().getPort()));
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

	private static void requireEcho(byte[] sent, byte[] echo) throws IOException {
		if (!Arrays.equals(sent, echo)) {
			throw new IOException("The peer did not send the message back");
		}
	}

}
