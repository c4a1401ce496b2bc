package io.github.qos4j.boot.test.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;

import com.sun.net.httpserver.HttpServer;
import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.boot.web.QosTraffic;
import io.github.qos4j.policy.PolicyMarker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link AutoConfigureTestQos} with an application as users write it: a server,
 * a client and a socket of its own.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "qos.backend=none", "qos.server.policy=audio-video" })
@AutoConfigureTestQos
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MarkedApplicationTests {

	private static final HttpServer UPSTREAM = upstream();

	@Autowired
	private RecordedFlows flows;

	@LocalServerPort
	private int port;

	@DynamicPropertySource
	static void policies(DynamicPropertyRegistry registry) {
		registry.add("qos.policies.upstream.remote-port", () -> UPSTREAM.getAddress().getPort());
		registry.add("qos.policies.upstream.dscp", () -> "AF41");
		registry.add("qos.policies.upstream.rate", () -> "2Mbps");
	}

	@AfterAll
	static void stop() {
		UPSTREAM.stop(0);
	}

	@Test
	@Order(1)
	void whatHappenedAtTheStartIsThereForTheFirstTest() {
		assertThat(this.flows).hasMarked(TrafficType.BACKGROUND).toPort(9).closed();
	}

	@Test
	@Order(2)
	void andIsForgottenForTheNext() {
		assertThat(this.flows).hasNotMarked(TrafficType.BACKGROUND);
	}

	@Test
	@Order(3)
	void serverSocketIsMarkedAndStaysSo() {
		assertThat(this.flows).hasMarked(TrafficType.AUDIO_VIDEO).ofServerSockets().fromPort(this.port).inForce();
	}

	@Test
	@Order(4)
	void serverSocketIsStillMarked() {
		serverSocketIsMarkedAndStaysSo();
	}

	@Test
	void connectionOfAClientIsMarkedByItsPolicy(@Autowired RestClient client) {
		assertThat(client.get().uri("/").retrieve().body(String.class)).isEqualTo("hello");
		assertThat(this.flows).hasMarked(TrafficType.AUDIO_VIDEO)
			.to("localhost", UPSTREAM.getAddress().getPort())
			.withDscp(Dscp.parse("AF41"))
			.withRate(FlowRate.of(2_000_000))
			.overTcp();
	}

	@Test
	void requestIsMarkedByItsAnnotation() {
		int server = this.port;
		RestClient.create("http://127.0.0.1:" + server).get().uri("/report").retrieve().body(String.class);
		assertThat(this.flows).hasMarked(TrafficType.EXCELLENT_EFFORT).fromPort(server);
	}

	@Test
	void socketOfAServiceIsMarkedUntilItsCallIsOver(@Autowired Calls calls) throws IOException {
		calls.call(new InetSocketAddress("127.0.0.1", 5060));
		assertThat(this.flows).hasMarked(TrafficType.VOICE).to("127.0.0.1", 5060).overUdp().closed();
		assertThat(this.flows.marked(TrafficType.VOICE).inForce()).isEmpty();
	}

	@Test
	void backendOfTheTestIsTakenBeforeThatOfTheApplication(@Autowired QosHandle qos) {
		assertThat(qos.status().backend()).isEqualTo("recording");
	}

	@Test
	void socketFactoriesOfDriversUseTheContextOfTheTest(@Autowired PolicyMarker marker) {
		assertThat(PolicyMarker.getDefault()).containsSame(marker);
	}

	private static HttpServer upstream() {
		try {
			HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			server.createContext("/", (exchange) -> {
				byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
				exchange.getResponseHeaders().add("Connection", "close");
				exchange.sendResponseHeaders(200, body.length);
				exchange.getResponseBody().write(body);
				exchange.close();
			});
			server.start();
			return server;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ Calls.class, Reports.class })
	static class Application {

		@Bean
		RestClient client(RestClient.Builder builder) {
			return builder.baseUrl("http://localhost:" + UPSTREAM.getAddress().getPort()).build();
		}

	}

	static class Calls {

		private final QosHandle qos;

		Calls(QosHandle qos) throws IOException {
			this.qos = qos;
			call(new InetSocketAddress("127.0.0.1", 9), TrafficType.BACKGROUND);
		}

		void call(SocketAddress peer) throws IOException {
			call(peer, TrafficType.VOICE);
		}

		private void call(SocketAddress peer, TrafficType type) throws IOException {
			try (DatagramChannel channel = DatagramChannel.open(); QosFlow flow = this.qos.addFlow(channel, type)) {
				channel.connect(peer);
				channel.write(ByteBuffer.allocate(1));
			}
		}

	}

	@RestController
	static class Reports {

		@GetMapping("/report")
		@QosTraffic(TrafficType.EXCELLENT_EFFORT)
		String report() {
			return "report";
		}

	}

}
