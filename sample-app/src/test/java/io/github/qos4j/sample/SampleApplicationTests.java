package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.github.qos4j.FlowState;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.assertj.RestTestClientResponse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the whole application, over HTTP and with real sockets.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureRestTestClient
@ExtendWith(OutputCaptureExtension.class)
class SampleApplicationTests {

	private static final ParameterizedTypeReference<List<FlowView>> FLOWS = new ParameterizedTypeReference<>() {
	};

	private static final Pattern LOADS = Pattern
		.compile("(?:(?:href|src)=\"|from \"|import \")([\\w./-]+\\.(?:css|js|svg))\"");

	@Autowired
	private RestTestClient client;

	private final List<String> opened = new ArrayList<>();

	@AfterEach
	void closeFlows() {
		this.opened.forEach((id) -> this.client.delete().uri("/api/flows/{id}", id).exchange());
	}

	@Test
	void healthHasQos() {
		RestTestClientResponse health = get("/actuator/health");
		assertThat(health).bodyJson().extractingPath("$.components.qos.details.flows.active").asNumber().isNotNull();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void healthOnLinuxTellsOfSocketOptions() {
		RestTestClientResponse health = get("/actuator/health");
		assertThat(health).hasStatusOk();
		assertThat(health).bodyJson().extractingPath("$.status").isEqualTo("UP");
		assertThat(health).bodyJson().extractingPath("$.components.qos.status").isEqualTo("UP");
		assertThat(health).bodyJson().extractingPath("$.components.qos.details.backend").isEqualTo("socket");
		assertThat(health).bodyJson().extractingPath("$.components.qos.details.service.state").isEqualTo("not needed");
	}

	@Test
	void startsWithVoiceToItsOwnEcho() {
		FlowView first = flow("1");
		assertThat(first.protocol()).isEqualTo(Protocol.UDP);
		assertThat(first.host()).isEqualTo("127.0.0.1");
		assertThat(first.trafficType()).isEqualTo(TrafficType.VOICE);
		assertThat(first.sending()).isTrue();
		assertThat(get("/api/echo")).bodyJson().extractingPath("$[0].port").isEqualTo(first.port());
		await().untilAsserted(() -> assertThat(flow("1").sent()).isGreaterThan(first.sent()));
	}

	@Test
	void startsWithBulkTrafficBesideIt() {
		FlowView second = flow("2");
		assertThat(second.protocol()).isEqualTo(Protocol.TCP);
		assertThat(second.trafficType()).isEqualTo(TrafficType.BACKGROUND);
		assertThat(second.sending()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "UDP, 127.0.0.1", "TCP, 127.0.0.1", "UDP, ::1", "TCP, ::1", "TCP, [::1]" })
	void postSendsMessages(Protocol protocol, String host) throws IOException {
		assumeAvailable(host);
		try (LocalPeer peer = LocalPeer.open(protocol, host)) {
			FlowView flow = open(protocol, host, peer.port(), "VOICE");
			assertThat(flow.protocol()).isEqualTo(protocol);
			assertThat(flow.host()).isEqualTo(host);
			assertThat(flow.port()).isEqualTo(peer.port());
			assertThat(flow.localAddress()).startsWith(host.contains(":") ? "[" : "127.0.0.1:");
			assertThat(flow.sending()).isTrue();
			for (long expected = 0; expected < 5; expected++) {
				assertThat(peer.receive()).isEqualTo(expected);
			}
			await().untilAsserted(() -> assertThat(flow(flow.id()).sent()).isGreaterThanOrEqualTo(5));
		}
	}

	@ParameterizedTest
	@CsvSource({ "UDP, 127.0.0.1", "TCP, 127.0.0.1", "UDP, ::1", "TCP, ::1" })
	@EnabledOnOs(OS.LINUX)
	void postOnLinuxMarksAtOnce(Protocol protocol, String host) throws IOException {
		assumeAvailable(host);
		try (LocalPeer peer = LocalPeer.open(protocol, host)) {
			FlowView flow = open(protocol, host, peer.port(), "voice");
			assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
			assertThat(flow.requestedDscp()).isEqualTo(56);
			assertThat(flow.dscp()).isEqualTo(56);
			assertThat(flow.reason()).isNull();
		}
	}

	@ParameterizedTest
	@CsvSource({ "audio-video, AUDIO_VIDEO", "Audio_Video, AUDIO_VIDEO", "' control ', CONTROL",
			"best-effort, BEST_EFFORT" })
	void postTakesTrafficTypeInAnyCase(String text, TrafficType expected) throws IOException {
		try (LocalPeer peer = LocalPeer.open(Protocol.UDP, "127.0.0.1")) {
			assertThat(open(Protocol.UDP, "127.0.0.1", peer.port(), text).trafficType()).isEqualTo(expected);
		}
	}

	@Test
	void postAnswersWithLocation() throws IOException {
		try (LocalPeer peer = LocalPeer.open(Protocol.UDP, "127.0.0.1")) {
			FlowView flow = open(Protocol.UDP, "localhost", peer.port(), "BACKGROUND");
			assertThat(this.client.get().uri("/api/flows").exchange().returnResult(FLOWS).getResponseBody())
				.extracting(FlowView::id)
				.contains(flow.id());
		}
	}

	@ParameterizedTest
	@EnumSource(Protocol.class)
	void deleteTakesTheMarkAwayAndSocketGoesOn(Protocol protocol) throws IOException {
		try (LocalPeer peer = LocalPeer.open(protocol, "127.0.0.1")) {
			FlowView open = open(protocol, "127.0.0.1", peer.port(), "VOICE");
			FlowView closed = delete(open.id());
			assertThat(closed.state()).isEqualTo(FlowState.CLOSED);
			assertThat(closed.dscp()).isNull();
			assertThat(closed.sending()).isTrue();
			await().untilAsserted(() -> assertThat(flow(open.id()).sent()).isGreaterThan(closed.sent() + 5));
			assertThat(delete(open.id()).sending()).isTrue();
			await().untilAsserted(() -> assertThat(get("/api/flows/" + open.id())).hasStatus(HttpStatus.NOT_FOUND));
		}
	}

	@Test
	void tcpFlowEndsWhenPeerGoesAway() throws IOException {
		LocalPeer peer = LocalPeer.open(Protocol.TCP, "127.0.0.1");
		FlowView open = open(Protocol.TCP, "127.0.0.1", peer.port(), "VOICE");
		peer.receive();
		peer.close();
		await().until(() -> !flow(open.id()).sending());
		FlowView ended = flow(open.id());
		assertThat(ended.state()).isEqualTo(FlowState.CLOSED);
		assertThat(ended.reason()).isNotBlank();
		delete(open.id());
		await().untilAsserted(() -> assertThat(get("/api/flows/" + open.id())).hasStatus(HttpStatus.NOT_FOUND));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"', value = {
	// @formatter:off
			"protocol    | sctp          | 'protocol' must be one of udp, tcp but was 'sctp'",
			"protocol    |               | 'protocol' must be one of udp, tcp but is missing",
			"host        | \"  \"        | 'host' must be a name, an IPv4 address or an IPv6 address but was '  '",
			"host        |               | 'host' must be a name, an IPv4 address or an IPv6 address but is missing",
			"host        | not.invalid   | 'host' must be a name that can be resolved or an address but was 'not.invalid'",
			"host        | 1:2:3         | 'host' must be a name that can be resolved or an address but was '1:2:3'",
			"port        | 0             | 'port' must be a number from 1 to 65535 but was '0'",
			"port        | 65536         | 'port' must be a number from 1 to 65535 but was '65536'",
			"port        | -1            | 'port' must be a number from 1 to 65535 but was '-1'",
			"port        |               | 'port' must be a number from 1 to 65535 but is missing",
			"port        | http          | 'port' has a wrong value: the request must be JSON like {\"protocol\"",
			"port        | 99999999999   | 'port' has a wrong value: the request must be JSON like {\"protocol\"",
			"trafficType | video         | 'trafficType' must be one of BEST_EFFORT, BACKGROUND, EXCELLENT_EFFORT, AUDIO_VIDEO, VOICE, CONTROL but was 'video'",
			"trafficType |               | 'trafficType' must be one of BEST_EFFORT, BACKGROUND, EXCELLENT_EFFORT, AUDIO_VIDEO, VOICE, CONTROL but is missing",
	// @formatter:on
	})
	void postWithWrongFieldIsBadRequest(String field, String value, String detail, CapturedOutput output) {
		Map<String, Object> request = request(Protocol.UDP, "127.0.0.1", 5004, "VOICE");
		request.put(field, value);
		assertProblem(post(request), HttpStatus.BAD_REQUEST, detail);
		assertThat(output).doesNotContain("\tat ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "null", "[]", "{", "\"udp\"", "{\"port\": 5004.5}", "{\"host\": {}}" })
	void postOfOtherThanJsonObjectIsBadRequest(String body, CapturedOutput output) {
		assertProblem(post(body), HttpStatus.BAD_REQUEST, "the request must be JSON like {");
		assertThat(output).doesNotContain("\tat ");
	}

	@Test
	void postToClosedTcpPortIsBadGateway(CapturedOutput output) throws IOException {
		int port;
		try (ServerSocket socket = new ServerSocket(0)) {
			port = socket.getLocalPort();
		}
		assertProblem(post(request(Protocol.TCP, "127.0.0.1", port, "VOICE")), HttpStatus.BAD_GATEWAY,
				"'host' 127.0.0.1 cannot be reached on tcp port " + port + ": ");
		assertThat(output).doesNotContain("\tat ");
	}

	@Test
	@EnabledOnOs(OS.LINUX) // where a listener whose queue is full does not answer
	void postToSilentPeerIsGatewayTimeout() throws IOException {
		List<SocketChannel> queued = new ArrayList<>();
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			for (int i = 0; i < 4; i++) {
				SocketChannel channel = SocketChannel.open();
				channel.configureBlocking(false);
				channel.connect(new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort()));
				queued.add(channel);
			}
			assertProblem(post(request(Protocol.TCP, "127.0.0.1", socket.getLocalPort(), "VOICE")),
					HttpStatus.GATEWAY_TIMEOUT, "no answer within 2000 ms");
		}
		finally {
			for (SocketChannel channel : queued) {
				channel.close();
			}
		}
	}

	@Test
	void unknownFlowIsNotFound() {
		assertProblem(get("/api/flows/4711"), HttpStatus.NOT_FOUND, "There is no flow '4711'");
		assertProblem(RestTestClientResponse.from(this.client.delete().uri("/api/flows/none").exchange()),
				HttpStatus.NOT_FOUND, "There is no flow 'none'");
	}

	@Test
	void pageTellsWhatThereIs() {
		assertThat(get("/")).hasStatusOk()
			.hasContentTypeCompatibleWith(MediaType.TEXT_HTML)
			.bodyText()
			.contains("POST /api/flows", "GET /api/flows", "DELETE /api/flows/{id}", "GET /api/echo",
					"GET /actuator/health", "GET /actuator/qos/flows", "POST /actuator/qos/pause", "curl");
	}

	@Test
	void whatThePageLoadsIsHere() {
		List<String> left = new ArrayList<>(List.of("/index.html"));
		Set<String> loaded = new LinkedHashSet<>();
		while (!left.isEmpty()) {
			String path = left.remove(0);
			if (loaded.add(path)) {
				assertThat(get(path)).as(path).hasStatusOk();
				String text = this.client.get().uri(path).exchange().returnResult(String.class).getResponseBody();
				LOADS.matcher(text)
					.results()
					.map((match) -> URI.create(path).resolve(match.group(1)).toString())
					.forEach(left::add);
			}
		}
		assertThat(loaded).contains("/css/flows.css", "/effect.svg", "/js/main.js", "/js/http.js")
			.allMatch((path) -> path.startsWith("/"));
	}

	@Test
	void flowIsChangedByTheEndpoint() throws IOException {
		try (LocalPeer peer = LocalPeer.open(Protocol.UDP, "127.0.0.1")) {
			FlowView flow = open(Protocol.UDP, "127.0.0.1", peer.port(), "VOICE");
			RestTestClientResponse changed = RestTestClientResponse.from(this.client.post()
				.uri("/actuator/qos/flows/{id}", flow.flow())
				.contentType(MediaType.APPLICATION_JSON)
				.body("{\"trafficType\": \"background\"}")
				.exchange());
			assertThat(changed).hasStatusOk()
				.bodyJson()
				.extractingPath("$.remote")
				.isEqualTo("127.0.0.1:" + peer.port());
			await().untilAsserted(() -> assertThat(flow(flow.id()).trafficType()).isEqualTo(TrafficType.BACKGROUND));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/recording/lose", "/actuator/qos/pause" })
	void onlyJsonIsTakenWhichAPageFromElsewhereMayNotSend(String path) {
		assertThat(RestTestClientResponse
			.from(this.client.post().uri(path).contentType(MediaType.TEXT_PLAIN).body("{}").exchange()))
			.hasStatus(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
		assertThat(RestTestClientResponse.from(this.client.post().uri(path).exchange()))
			.hasStatus(HttpStatus.UNSUPPORTED_MEDIA_TYPE);
	}

	@Test
	void onlyTheRecordingBackendCanBeLost() {
		assertProblem(RestTestClientResponse.from(this.client.post()
			.uri("/api/recording/lose")
			.contentType(MediaType.APPLICATION_JSON)
			.body("{}")
			.exchange()), HttpStatus.NOT_FOUND, "start with --qos.backend=recording");
	}

	private static void assumeAvailable(String host) throws IOException {
		String address = host.replace("[", "").replace("]", "");
		assumeThat(NetworkInterface.getByInetAddress(InetAddress.getByName(address))).isNotNull();
	}

	private static void assertProblem(RestTestClientResponse response, HttpStatus status, String detail) {
		assertThat(response).hasStatus(status).hasContentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(response).bodyJson().extractingPath("$.status").isEqualTo(status.value());
		assertThat(response).bodyJson().extractingPath("$.detail").asString().contains(detail);
	}

	private static Map<String, Object> request(Protocol protocol, String host, int port, String trafficType) {
		Map<String, Object> request = new LinkedHashMap<>();
		request.put("protocol", protocol.name());
		request.put("host", host);
		request.put("port", port);
		request.put("trafficType", trafficType);
		return request;
	}

	private FlowView open(Protocol protocol, String host, int port, String trafficType) {
		var result = this.client.post()
			.uri("/api/flows")
			.contentType(MediaType.APPLICATION_JSON)
			.body(request(protocol, host, port, trafficType))
			.exchange()
			.returnResult(FlowView.class);
		FlowView flow = result.getResponseBody();
		assertThat(result.getStatus()).isEqualTo(HttpStatus.CREATED);
		assertThat(result.getResponseHeaders().getLocation()).hasPath("/api/flows/" + flow.id());
		this.opened.add(flow.id());
		return flow;
	}

	private RestTestClientResponse post(Object body) {
		return RestTestClientResponse
			.from(this.client.post().uri("/api/flows").contentType(MediaType.APPLICATION_JSON).body(body).exchange());
	}

	private RestTestClientResponse get(String path) {
		return RestTestClientResponse.from(this.client.get().uri(path).exchange());
	}

	private FlowView flow(String id) {
		return this.client.get().uri("/api/flows/{id}", id).exchange().returnResult(FlowView.class).getResponseBody();
	}

	private FlowView delete(String id) {
		return this.client.delete()
			.uri("/api/flows/{id}", id)
			.exchange()
			.returnResult(FlowView.class)
			.getResponseBody();
	}

}
