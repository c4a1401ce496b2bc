package clients;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.StringJoiner;

import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLServerSocketFactory;

/**
 * What clients talk to where no server of its own is needed. Prints the port of each as
 * JSON, and runs until it is killed.
 */
public final class Peers {

	/** Version 10, a server that knows nothing but the native password. */
	private static final String MYSQL_GREETING = "0a" + hex("8.0.0\0") + "01000000" + "4142434445464748" + "00"
			+ "0082" + "08" + "0200" + "0800" + "15" + "00".repeat(10) + "4142434445464748494a4b4c" + "00"
			+ hex("mysql_native_password\0");

	/** The bind with the number that each client sends first has succeeded. */
	private static final String LDAP_BOUND = "300c02010161070a010004000400";

	private Peers() {
	}

	public static void main(String[] args) throws Exception {
		ServerSocketFactory plain = ServerSocketFactory.getDefault();
		StringJoiner ports = new StringJoiner(", ", "{", "}");
		for (String name : new String[] { "http", "other", "named" }) {
			ports.add(listen(name, plain, Peers::http));
		}
		ports.add(listen("https", SSLServerSocketFactory.getDefault(), Peers::http));
		ports.add(listen("mysql", plain, Peers::mysql));
		ports.add(listen("ldap", plain, Peers::ldap));
		System.out.println(ports);
		System.in.read();
	}

	private static String listen(String name, ServerSocketFactory factory, Talk talk) throws IOException {
		ServerSocket listener = factory.createServerSocket();
		// All addresses, IPv4 and IPv6.
		listener.bind(new InetSocketAddress(0));
		new Thread(() -> accept(listener, talk), name).start();
		return "\"" + name + "\": " + listener.getLocalPort();
	}

	private static void accept(ServerSocket listener, Talk talk) {
		while (true) {
			try {
				Socket connection = listener.accept();
				new Thread(() -> serve(connection, talk)).start();
			}
			catch (IOException ex) {
				ex.printStackTrace();
			}
		}
	}

	private static void serve(Socket connection, Talk talk) {
		try (connection) {
			talk.with(connection);
		}
		catch (IOException ex) {
			ex.printStackTrace();
		}
	}

	/**
	 * Answer one request and close, so that each request has a connection of its own, or
	 * any number of those for what is to be kept.
	 */
	private static void http(Socket connection) throws IOException {
		String request = request(connection.getInputStream());
		while (!request.isEmpty()) {
			boolean keep = request.contains("/keep");
			String answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
					+ (keep ? "" : "Connection: close\r\n") + "\r\ndone";
			connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
			connection.getOutputStream().flush();
			request = keep ? request(connection.getInputStream()) : "";
		}
	}

	private static String request(InputStream input) throws IOException {
		StringBuilder request = new StringBuilder();
		for (int next = input.read(); next >= 0; next = input.read()) {
			request.append((char) next);
			if (request.toString().endsWith("\r\n\r\n")) {
				return request.toString();
			}
		}
		return "";
	}

	/**
	 * Greet, and close once the client has said who it is.
	 */
	private static void mysql(Socket connection) throws IOException {
		byte[] greeting = HexFormat.of().parseHex(MYSQL_GREETING);
		byte[] header = { (byte) greeting.length, 0, 0, 0 };
		connection.getOutputStream().write(header);
		connection.getOutputStream().write(greeting);
		connection.getInputStream().read();
	}

	private static void ldap(Socket connection) throws IOException {
		if (connection.getInputStream().read(new byte[1024]) > 0) {
			connection.getOutputStream().write(HexFormat.of().parseHex(LDAP_BOUND));
			connection.getInputStream().read();
		}
	}

	private static String hex(String text) {
		return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
	}

	/**
	 * What is said on a connection.
	 */
	private interface Talk {

		void with(Socket connection) throws IOException;

	}

}
