package io.github.qos4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Measures requests per second of three Tomcats in one JVM, in turns: two whose listener
 * alone is marked, so that their ratio tells the noise, and one that marks each
 * connection as well. Prints the three rates, for each way to connect. Arguments: those
 * of {@link Rounds}, and milliseconds of a turn.
 */
public final class ServerThroughput {

	private static final int CLIENTS = 4;

	private ServerThroughput() {
	}

	public static void main(String[] arguments) throws Exception {
		Rounds rounds = new Rounds(arguments);
		long turn = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(arguments[3]));
		List<ConfigurableApplicationContext> servers = List.of(server(false), server(false), server(true));
		ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
		for (boolean keepAlive : new boolean[] { true, false }) {
			rounds.run(keepAlive ? "kept alive" : "one request each", servers.stream().map((server) -> {
				int port = Integer.parseInt(server.getEnvironment().getRequiredProperty("local.server.port"));
				return (Rounds.Turn) () -> new double[] { measure(clients, port, keepAlive, turn) };
			}).toArray(Rounds.Turn[]::new));
		}
		clients.shutdown();
		servers.forEach(ConfigurableApplicationContext::close);
	}

	private static ConfigurableApplicationContext server(boolean each) {
		return new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "logging.level.root=warn", "spring.main.banner-mode=off",
					"server.tomcat.max-keep-alive-requests=-1", "qos.server.policy=voice",
					"qos.server.each-connection=" + each)
			.run();
	}

	private static double measure(ExecutorService clients, int port, boolean keepAlive, long turn) throws Exception {
		long start = System.nanoTime();
		long end = start + turn;
		List<Callable<Long>> work = Collections.nCopies(CLIENTS,
				() -> keepAlive ? keptAlive(port, end) : oneRequestEach(port, end));
		long requests = 0;
		for (Future<Long> done : clients.invokeAll(work)) {
			requests += done.get();
		}
		return requests * 1e9 / (System.nanoTime() - start);
	}

	private static long keptAlive(int port, long end) throws IOException {
		byte[] request = request("keep-alive");
		byte[] buffer = new byte[8192];
		long requests = 0;
		try (Socket socket = connect(port)) {
			InputStream in = socket.getInputStream();
			while (System.nanoTime() < end) {
				socket.getOutputStream().write(request);
				// A small answer comes in one piece.
				if (in.read(buffer) < 0) {
					throw new IOException("The server has closed the connection");
				}
				requests++;
			}
		}
		return requests;
	}

	private static long oneRequestEach(int port, long end) throws IOException {
		byte[] request = request("close");
		byte[] buffer = new byte[8192];
		long requests = 0;
		while (System.nanoTime() < end) {
			try (Socket socket = connect(port)) {
				socket.getOutputStream().write(request);
				InputStream in = socket.getInputStream();
				int read = 0;
				for (int part = in.read(buffer); part >= 0; part = in.read(buffer)) {
					read += part;
				}
				if (read == 0) {
					throw new IOException("The server has not answered");
				}
			}
			requests++;
		}
		return requests;
	}

	private static Socket connect(int port) throws IOException {
		Socket socket = new Socket("127.0.0.1", port);
		socket.setTcpNoDelay(true);
		return socket;
	}

	private static byte[] request(String connection) {
		return ("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection + "\r\n\r\n")
			.getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * A small application.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@RestController
	public static class Application {

		@GetMapping("/")
		public String answer() {
			return "ok";
		}

	}

}
