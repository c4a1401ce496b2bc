package io.github.qos4j.sample;

import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * Somebody on loopback who takes messages.
 */
interface LocalPeer extends Closeable {

	int MESSAGE_SIZE = 160;

	int TIMEOUT_MILLIS = 10_000;

	static LocalPeer open(Protocol protocol, String host) throws IOException {
		return (protocol == Protocol.UDP) ? new UdpPeer(host) : new TcpPeer(host);
	}

	int port();

	/**
	 * Wait for the next message.
	 * @return its sequence number, or -1 if the sender has closed the connection
	 */
	long receive() throws IOException;

	class UdpPeer implements LocalPeer {

		private final DatagramSocket socket;

		UdpPeer(String host) throws IOException {
			this.socket = new DatagramSocket(0, InetAddress.getByName(host));
			this.socket.setSoTimeout(TIMEOUT_MILLIS);
		}

		@Override
		public int port() {
			return this.socket.getLocalPort();
		}

		@Override
		public long receive() throws IOException {
			DatagramPacket packet = new DatagramPacket(new byte[MESSAGE_SIZE], MESSAGE_SIZE);
			this.socket.receive(packet);
			return ByteBuffer.wrap(packet.getData()).getLong();
		}

		@Override
		public void close() {
			this.socket.close();
		}

	}

	class TcpPeer implements LocalPeer {

		private final ServerSocket listener;

		private Socket socket;

		TcpPeer(String host) throws IOException {
			this.listener = new ServerSocket();
			this.listener.bind(new InetSocketAddress(host, 0));
			this.listener.setSoTimeout(TIMEOUT_MILLIS);
		}

		@Override
		public int port() {
			return this.listener.getLocalPort();
		}

		@Override
		public long receive() throws IOException {
			if (this.socket == null) {
				this.socket = this.listener.accept();
				this.socket.setSoTimeout(TIMEOUT_MILLIS);
			}
			byte[] message = this.socket.getInputStream().readNBytes(MESSAGE_SIZE);
			return (message.length == MESSAGE_SIZE) ? ByteBuffer.wrap(message).getLong() : -1;
		}

		@Override
		public void close() throws IOException {
			this.listener.close();
			if (this.socket != null) {
				this.socket.close();
			}
		}

	}

}
