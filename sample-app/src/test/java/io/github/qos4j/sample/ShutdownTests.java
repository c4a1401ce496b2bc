package io.github.qos4j.sample;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.stream.Stream;

import io.github.qos4j.HandleState;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application that has ended leaves nothing behind.
 */
class ShutdownTests {

	@Test
	void everythingIsClosed() throws IOException {
		try (LocalPeer peer = LocalPeer.open(Protocol.TCP, "127.0.0.1")) {
			ConfigurableApplicationContext context = SpringApplication.run(SampleApplication.class, "--server.port=0");
			QosHandle qos = context.getBean(QosHandle.class);
			int echoPort = context.getBean(EchoServer.class).addresses().get(0).port();
			context.getBean(FlowService.class)
				.open(new FlowSpec(Protocol.TCP, "127.0.0.1", peer.port(), TrafficType.VOICE));
			assertThat(peer.receive()).isZero();
			Instant start = Instant.now();
			context.close();
			assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(5));
			assertThat(qos.state()).isEqualTo(HandleState.CLOSED);
			assertThat(qos.flows()).isEmpty();
			assertEnds(peer);
			new DatagramSocket(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), echoPort)).close();
		}
	}

	@Test
	void openPageDoesNotHoldUpTheEnd() throws IOException, InterruptedException {
		ConfigurableApplicationContext context = SpringApplication.run(SampleApplication.class, "--server.port=0");
		URI hints = URI
			.create("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/api/hints");
		HttpResponse<Stream<String>> page = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(hints).build(), BodyHandlers.ofLines());
		Iterator<String> lines = page.body().iterator();
		assertThat(lines.next()).isEqualTo("data:look");
		Instant start = Instant.now();
		context.close();
		assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(5));
		lines.forEachRemaining((line) -> assertThat(line).isIn("", "data:look"));
	}

	private static void assertEnds(LocalPeer peer) throws IOException {
		long last = 0;
		for (long message = peer.receive(); message != -1; message = peer.receive()) {
			assertThat(message).isEqualTo(++last);
		}
	}

}
