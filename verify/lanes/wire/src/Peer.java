import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;

import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocketFactory;

/**
 * The other end, which sends back what it receives: a server, or a client of the socket
 * under test. Its address is null where that is never reached.
 */
record Peer(Closeable socket, InetSocketAddress address, boolean isEncrypted) implements Closeable {

	private static final String GROUP = "239.255.77.1";

	static Peer open(String kind, String family) throws IOException {
		boolean encrypted = kind.startsWith("SSL");
		if (kind.startsWith("Unix")) {
			return new Peer(() -> {
			}, null, encrypted);
		}
		if (kind.endsWith("_to_group")) {
			MulticastSocket socket = new MulticastSocket(0);
			InetSocketAddress group = new InetSocketAddress(GROUP, socket.getLocalPort());
			socket.joinGroup(group, loopbackInterface());
			start(() -> echo(socket));
			return new Peer(socket, group, encrypted);
		}
		if (kind.startsWith("Datagram") || kind.startsWith("Multicast")) {
			DatagramSocket socket = new DatagramSocket(loopback(family));
			start(() -> echo(socket));
			return new Peer(socket, (InetSocketAddress) socket.getLocalSocketAddress(), encrypted);
		}
		ServerSocket server = encrypted ? SSLServerSocketFactory.getDefault().createServerSocket()
				: new ServerSocket();
		server.bind(loopback(family));
		start(() -> {
			try (Socket socket = server.accept()) {
				echo(socket);
			}
		});
		return new Peer(server, (InetSocketAddress) server.getLocalSocketAddress(), encrypted);
	}

	static InetSocketAddress loopback(String family) throws IOException {
		return new InetSocketAddress(InetAddress.getByName("IPv6".equals(family) ? "::1" : "127.0.0.1"), 0);
	}

	static NetworkInterface loopbackInterface() throws IOException {
		return NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
	}

	void connectTo(InetSocketAddress server) throws IOException {
		Socket client = this.isEncrypted ? SSLSocketFactory.getDefault().createSocket() : new Socket();
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

	@FunctionalInterface
	private interface Task {

		void run() throws IOException;

	}

}
