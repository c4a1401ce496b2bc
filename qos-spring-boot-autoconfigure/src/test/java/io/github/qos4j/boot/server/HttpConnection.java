package io.github.qos4j.boot.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Locale;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

import org.mockito.Mockito;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One connection to a server, for one request after the other.
 */
public final class HttpConnection implements AutoCloseable {

	private final Socket socket;

	private final BufferedReader reader;

	private HttpConnection(Socket socket) throws IOException {
		this.socket = socket;
		this.socket.setSoTimeout(20_000);
		this.reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
	}

	public static HttpConnection to(int port) throws IOException {
		return to("127.0.0.1", port);
	}

	public static HttpConnection to(String address, int port) throws IOException {
		return new HttpConnection(new Socket(InetAddress.getByName(address), port));
	}

	public static HttpConnection overTls(int port) throws Exception {
		return new HttpConnection(trustingAll().getSocketFactory().createSocket("127.0.0.1", port));
	}

	/**
	 * Return a context for servers with certificates of their own.
	 */
	public static SSLContext trustingAll() throws Exception {
		X509ExtendedTrustManager all = Mockito.mock(X509ExtendedTrustManager.class);
		Mockito.when(all.getAcceptedIssuers()).thenReturn(new X509Certificate[0]);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, new TrustManager[] { all }, null);
		return context;
	}

	/**
	 * Create a key store, with the password {@code changeit}.
	 */
	public static Path keyStoreIn(Path directory) throws Exception {
		Path store = directory.resolve("server.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "server", "-keyalg", "EC", "-storetype", "PKCS12", "-storepass", "changeit",
				"-dname", "CN=localhost", "-keystore", store.toString())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		assertThat(keytool.waitFor()).isZero();
		return store;
	}

	public int port() {
		return this.socket.getLocalPort();
	}

	/**
	 * Send a request, and return the body of its answer.
	 */
	public String get(String path) throws IOException {
		this.socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		this.socket.getOutputStream().flush();
		int length = -1;
		for (String line = this.reader.readLine(); !line.isEmpty(); line = this.reader.readLine()) {
			if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
				length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
			}
		}
		assertThat(length).as("length of the answer").isNotNegative();
		char[] body = new char[length];
		int read = 0;
		while (read < length) {
			read += this.reader.read(body, read, length - read);
		}
		return new String(body);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
