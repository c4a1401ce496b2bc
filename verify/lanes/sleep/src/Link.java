import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;

/**
 * A socket that is connected to a peer which sends back what it gets. One thread sends, another one receives: each
 * message has to come back, whole and in order.
 */
final class Link {

	static final int KINDS = 4;

	private static final int SIZE = 32;

	private final int number;

	private final Endpoint endpoint;

	private final int localPort;

	private final int peerPort;

	private volatile int sent;

	private volatile int received;

	private volatile boolean closed;

	private Link(int number, Endpoint endpoint, SocketAddress local, InetSocketAddress peer) {
		this.number = number;
		this.endpoint = endpoint;
		this.localPort = ((InetSocketAddress) local).getPort();
		this.peerPort = peer.getPort();
	}

	/**
	 * Connect a socket whose kind depends on its number.
	 */
	static Link open(int number, InetSocketAddress udp, InetSocketAddress tcp) throws IOException {
		switch (number % KINDS) {
			case 0 -> {
				DatagramChannel channel = DatagramChannel.open().connect(udp);
				return new Link(number, new DatagramChannelEndpoint(channel), channel.getLocalAddress(), udp);
			}
			case 1 -> {
				SocketChannel channel = SocketChannel.open(tcp);
				channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
				return new Link(number, new SocketChannelEndpoint(channel), channel.getLocalAddress(), tcp);
			}
			case 2 -> {
				DatagramSocket socket = new DatagramSocket();
				socket.connect(udp);
				return new Link(number, new DatagramSocketEndpoint(socket), socket.getLocalSocketAddress(), udp);
			}
			default -> {
				Socket socket = new Socket();
				socket.connect(tcp);
				socket.setTcpNoDelay(true);
				return new Link(number, new SocketEndpoint(socket), socket.getLocalSocketAddress(), tcp);
			}
		}
	}

	int number() {
		return this.number;
	}

	String kind() {
		return this.endpoint.getClass().getSimpleName().replace("Endpoint", "");
	}

	boolean isStream() {
		return this.endpoint instanceof SocketChannelEndpoint || this.endpoint instanceof SocketEndpoint;
	}

	int localPort() {
		return this.localPort;
	}

	int peerPort() {
		return this.peerPort;
	}

	int sent() {
		return this.sent;
	}

	int received() {
		return this.received;
	}

	QosFlow addTo(QosHandle handle, TrafficType type) {
		return this.endpoint.addTo(handle, type);
	}

	void send() {
		try {
			this.endpoint.send(ByteBuffer.allocate(SIZE).putInt(this.number).putInt(this.sent).array());
			this.sent++;
		}
		catch (IOException | RuntimeException ex) {
			report("cannot send message " + this.sent + ": " + ex);
		}
	}

	void receiveAll() {
		try {
			byte[] message = new byte[SIZE];
			while (true) {
				this.endpoint.receive(message);
				ByteBuffer content = ByteBuffer.wrap(message);
				int from = content.getInt();
				int sequence = content.getInt();
				if (from != this.number || sequence != this.received) {
					report("got message " + sequence + " of " + from + " instead of " + this.received);
				}
				this.received = sequence + 1;
			}
		}
		catch (IOException | RuntimeException ex) {
			report("cannot receive message " + this.received + ": " + ex);
		}
	}

	private void report(String problem) {
		if (!this.closed) {
			System.out.println("error " + this.number + " " + kind() + " " + problem);
		}
	}

	void awaitEchoes(Duration timeout) throws InterruptedException {
		long end = System.nanoTime() + timeout.toNanos();
		while (this.received < this.sent && System.nanoTime() < end) {
			Thread.sleep(1);
		}
	}

	void close() throws IOException {
		this.closed = true;
		this.endpoint.close();
	}

	/**
	 * What differs between kinds of sockets.
	 */
	private interface Endpoint extends Closeable {

		QosFlow addTo(QosHandle handle, TrafficType type);

		void send(byte[] message) throws IOException;

		/**
		 * Fill a message.
		 */
		void receive(byte[] message) throws IOException;

	}

	private record DatagramChannelEndpoint(DatagramChannel channel) implements Endpoint {

		@Override
		public QosFlow addTo(QosHandle handle, TrafficType type) {
			return handle.addFlow(this.channel, type);
		}

		@Override
		public void send(byte[] message) throws IOException {
			this.channel.write(ByteBuffer.wrap(message));
		}

		@Override
		public void receive(byte[] message) throws IOException {
			this.channel.read(ByteBuffer.wrap(message));
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

	private record SocketChannelEndpoint(SocketChannel channel) implements Endpoint {

		@Override
		public QosFlow addTo(QosHandle handle, TrafficType type) {
			return handle.addFlow(this.channel, type);
		}

		@Override
		public void send(byte[] message) throws IOException {
			ByteBuffer buffer = ByteBuffer.wrap(message);
			while (buffer.hasRemaining()) {
				this.channel.write(buffer);
			}
		}

		@Override
		public void receive(byte[] message) throws IOException {
			ByteBuffer buffer = ByteBuffer.wrap(message);
			while (buffer.hasRemaining()) {
				if (this.channel.read(buffer) < 0) {
					throw new EOFException();
				}
			}
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

	private record DatagramSocketEndpoint(DatagramSocket socket) implements Endpoint {

		@Override
		public QosFlow addTo(QosHandle handle, TrafficType type) {
			return handle.addFlow(this.socket, type);
		}

		@Override
		public void send(byte[] message) throws IOException {
			this.socket.send(new DatagramPacket(message, message.length));
		}

		@Override
		public void receive(byte[] message) throws IOException {
			this.socket.receive(new DatagramPacket(message, message.length));
		}

		@Override
		public void close() {
			this.socket.close();
		}

	}

	private record SocketEndpoint(Socket socket) implements Endpoint {

		@Override
		public QosFlow addTo(QosHandle handle, TrafficType type) {
			return handle.addFlow(this.socket, type);
		}

		@Override
		public void send(byte[] message) throws IOException {
			this.socket.getOutputStream().write(message);
		}

		@Override
		public void receive(byte[] message) throws IOException {
			if (this.socket.getInputStream().readNBytes(message, 0, message.length) < message.length) {
				throw new EOFException();
			}
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
