package io.github.qos4j.boot.endpoint;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.endpoint.ActuatorApplication.Answer;
import io.github.qos4j.policy.PolicyMarker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosEndpointWebExtension} with servers that run.
 */
@Timeout(180)
class QosEndpointWebExtensionTests {

	private static final String[] POLICIES = { "qos.policies.media.dscp=AF41", "qos.policies.media.rate=2Mbps",
			"qos.policies.media.remote-address=media.example.org,10.20.0.0/16",
			"qos.policies.media.remote-port=5004,16384-32767", "qos.policies.media.protocol=udp",
			"qos.policies.export.traffic-type=background", "qos.policies.export.path=/export/**" };

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void showsHandlesPoliciesAndFlows(WebApplicationType type) throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(type,
				with(POLICIES, "management.endpoint.qos.show-values=always"));
				DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
				ServerSocket listener = new ServerSocket()) {
			QosFlow voice = add(application, socket, TrafficType.VOICE);
			QosFlow media = application.bean(PolicyMarker.class).mark(QosSocket.of(listener), "media");
			Answer qos = application.get("");
			assertThat(qos.status()).isEqualTo(200);
			assertThat(qos.json()).containsOnlyKeys("handles", "policies", "probe").containsEntry("probe", null);
			assertThat(qos.<Map<String, Object>>at("handles", "qosHandle"))
				.containsOnlyKeys("name", "state", "since", "version", "paused", "reason", "nextTry", "hanging",
						"backend", "service", "flows", "error")
				.containsEntry("name", "qosHandle")
				.containsEntry("state", "OPEN")
				.containsEntry("version", "1.0")
				.containsEntry("paused", false)
				.containsEntry("hanging", 0)
				.containsEntry("error", null)
				.containsEntry("backend", Map.of("name", "recording", "refused", List.of()))
				.containsEntry("service", Map.of("name", "none", "state", "NOT_NEEDED"))
				.containsEntry("flows", Map.of("active", 2, "pending", 0, "failed", 0));
			assertThat(qos.<Map<String, Object>>at("policies", "0")).containsAllEntriesOf(policy(qos, "export"))
				.containsEntry("trafficType", "background")
				.containsEntry("matches", "path /export/**")
				.containsEntry("builtIn", false)
				.containsEntry("rate", null);
			assertThat(policy(qos, "media")).containsEntry("dscp", Map.of("value", 34, "name", "AF41"))
				.containsEntry("rate", 2_000_000)
				.containsEntry("matches",
						"remote address media.example.org, 10.20.0.0/16; "
								+ "remote port 5004, 16384-32767; protocol udp")
				.containsEntry("flows", Map.of("active", 1, "pending", 0, "failed", 0));
			assertThat(policy(qos, "voice")).containsEntry("builtIn", true).containsEntry("matches", null);
			assertThat(application.get("/policies").json()).containsEntry("policies", qos.at("policies"));
			assertThat(application.get("/policies/Media").json()).isEqualTo(policy(qos, "media"));
			assertThat(application.get("/probe").json()).containsOnlyKeys("probe").containsEntry("probe", null);
			Answer flows = application.get("/flows");
			assertThat(flows.json()).containsOnlyKeys("page", "size", "total", "flows")
				.containsEntry("page", 0)
				.containsEntry("size", 100)
				.containsEntry("total", 2);
			assertThat(flows.<Map<String, Object>>at("flows", "0")).containsEntry("id", (int) media.id())
				.containsEntry("kind", "listener")
				.containsEntry("policy", "media")
				.containsEntry("rate", 2_000_000);
			assertThat(flows.<Map<String, Object>>at("flows", "1"))
				.containsOnlyKeys("id", "handle", "protocol", "kind", "local", "remote", "state", "reason",
						"trafficType", "policy", "requested", "applied", "inForce", "note", "rate")
				.containsEntry("id", (int) voice.id())
				.containsEntry("handle", "qosHandle")
				.containsEntry("protocol", "udp")
				.containsEntry("kind", "datagram")
				.containsEntry("local", "127.0.0.1:" + socket.getLocalPort())
				.containsEntry("remote", null)
				.containsEntry("state", "ACTIVE")
				.containsEntry("reason", null)
				.containsEntry("trafficType", "voice")
				.containsEntry("policy", null)
				.containsEntry("requested", Map.of("value", 56, "name", "CS7"))
				.containsEntry("applied", Map.of("value", 56, "name", "CS7"))
				.containsEntry("inForce", true)
				.containsEntry("note", "recorded, not applied")
				.containsEntry("rate", null);
			assertThat(application.get("/flows/" + voice.id()).<Map<String, Object>>at("path")).containsOnlyKeys(
					"measurement", "roundTripMicros", "bottleneckBitsPerSecond", "availableBitsPerSecond",
					"deliveryBitsPerSecond", "pacingBitsPerSecond", "retransmissions");
			assertThat(ids(application.get("/flows?type=Voice&state=active&handle=qosHandle")))
				.containsExactly(voice.id());
			assertThat(ids(application.get("/flows?policy=MEDIA"))).containsExactly(media.id());
			assertThat(ids(application.get("/flows?size=1&page=1"))).containsExactly(voice.id());
			assertThat(ids(application.get("/flows?state=failed"))).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void cannotBeChangedByDefaultAndSaysWhatIsWrong(WebApplicationType type) throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(type, POLICIES);
				DatagramSocket socket = new DatagramSocket()) {
			QosFlow flow = add(application, socket, TrafficType.VOICE);
			for (String path : List.of("/pause", "/resume", "/reopen", "/probe", "/flows/" + flow.id(),
					"/policies/media")) {
				assertThat(application.post(path, "{\"trafficType\": \"background\"}").status()).as(path)
					.isIn(404, 405);
			}
			assertThat(application.bean(QosHandle.class).status().paused()).isFalse();
			assertThat(flow.options().trafficType()).isEqualTo(TrafficType.VOICE);
			assertRefused(application.get("/nothing"), 404, "There is no 'nothing' here but flows, policies, probe.");
			assertRefused(application.get("/nothing/1"), 404, "There is no 'nothing' here but flows, policies.");
			assertRefused(application.get("/flows/" + Long.MAX_VALUE), 404, "There is no open flow with the id");
			assertRefused(application.get("/flows/first"), 400, "must be a number but was 'first'");
			assertRefused(application.get("/policies/nobody"), 404, "Policy must be one of export, media, best-effort");
			assertRefused(application.get("/flows?policy=nobody"), 404, "Policy must be one of export, media");
			assertRefused(application.get("/flows?handle=nobody"), 404, "Handle must be one of qosHandle but was");
			assertRefused(application.get("/flows?size=1001"), 400,
					"Size must be a number from 1 to 1000 but was '1001'.");
			assertRefused(application.get("/flows?size=0"), 400, "Size must be a number from 1 to 1000");
			assertRefused(application.get("/flows?page=-1"), 400, "Page must be a number from 0 but was '-1'.");
			assertRefused(application.get("/flows?page=two"), 400, "Page must be a number from 0 but was 'two'.");
			assertRefused(application.get("/flows?state=closed"), 400,
					"State must be one of pending, active, failed but");
			assertRefused(application.get("/flows?type=voise"), 400, "Did you mean 'voice'?");
			assertRefused(application.get("/flows?peer=127"), 400, "management.endpoint.qos.show-values");
		}
	}

	@Test
	void hidesAddressesByDefault() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET, POLICIES);
				DatagramSocket socket = connected()) {
			QosFlow flow = add(application, socket, TrafficType.VOICE);
			assertThat(application.get("/flows/" + flow.id()).json()).containsEntry("local", "******")
				.containsEntry("remote", "******");
			assertThat(policy(application.get(""), "media")).containsEntry("matches",
					"remote address ******; remote port 5004, 16384-32767; protocol udp");
			for (String path : List.of("", "/flows", "/flows/" + flow.id(), "/policies")) {
				assertThat(application.get(path).body()).doesNotContain("127.0.0.1", "10.20", "example.org");
			}
		}
	}

	@Test
	void functionsHideAddressesThatAreShown() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET, Sanitizing.class,
				"management.endpoint.qos.show-values=always"); DatagramSocket socket = connected()) {
			QosFlow flow = add(application, socket, TrafficType.VOICE);
			assertThat(application.get("/flows/" + flow.id()).json())
				.containsEntry("local", "127.0.0.1:" + socket.getLocalPort())
				.containsEntry("remote", "******");
			assertThat(ids(application.get("/flows?peer=127"))).isEmpty();
		}
	}

	@Test
	void doesNotRunOnEventLoops() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.REACTIVE, Watching.class,
				"management.endpoint.qos.show-values=always"); DatagramSocket socket = connected()) {
			add(application, socket, TrafficType.VOICE);
			assertThat(application.get("/flows").status()).isEqualTo(200);
			assertThat(application.bean(Watching.class).onEventLoop).isNotEmpty().containsOnly(false);
		}
	}

	@Test
	void choosesFlowsByTheirPeer() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET,
				"management.endpoint.qos.show-values=always");
				DatagramSocket first = connected();
				DatagramSocket second = connected();
				DatagramSocket none = new DatagramSocket()) {
			QosFlow flow = add(application, first, TrafficType.VOICE);
			QosFlow other = add(application, second, TrafficType.VOICE);
			add(application, none, TrafficType.VOICE);
			assertThat(ids(application.get("/flows?peer=127.0.0.1"))).containsExactly(other.id(), flow.id());
			assertThat(ids(application.get("/flows?peer=192.0.2"))).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
	void changesFlowsPoliciesAndHandlesWhereThatIsAllowed(WebApplicationType type) throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(type,
				with(POLICIES, "management.endpoint.qos.access=unrestricted"));
				DatagramSocket socket = connected();
				DatagramSocket followed = connected()) {
			QosFlow flow = add(application, socket, TrafficType.VOICE);
			QosFlow media = application.bean(PolicyMarker.class).mark(QosSocket.of(followed), "media");
			QosHandle handle = application.bean(QosHandle.class);
			assertThat(application.post("/pause", "{\"handle\": \"qosHandle\"}")
				.<Boolean>at("handles", "qosHandle", "paused")).isTrue();
			assertThat(handle.status().paused()).isTrue();
			assertThat(application.post("/resume", "{}").<Boolean>at("handles", "qosHandle", "paused")).isFalse();
			assertThat(handle.status().paused()).isFalse();
			assertThat(application.post("/reopen", "{}").status()).isEqualTo(200);
			assertRefused(application.post("/pause", "{\"handle\": \"nobody\"}"), 404,
					"Handle must be one of qosHandle");
			assertRefused(application.post("/stop", "{}"), 404, "pause, resume, reopen, probe");
			flow.awaitActive(Duration.ofSeconds(30));
			Answer changed = application.post("/flows/" + flow.id(), "{\"trafficType\": \"audio-video\"}");
			assertThat(changed.json()).containsEntry("trafficType", "audio-video")
				.containsEntry("requested", Map.of("value", 40, "name", "CS5"));
			assertThat(flow.options().trafficType()).isEqualTo(TrafficType.AUDIO_VIDEO);
			assertRefused(application.post("/flows/" + flow.id(), "{}"), 400, "Give the new 'trafficType'.");
			assertRefused(application.post("/flows/" + flow.id(), "{\"trafficType\": \"EF\"}"), 400,
					"Traffic type must be one of best-effort, background");
			assertRefused(application.post("/flows/" + Long.MAX_VALUE, "{\"trafficType\": \"voice\"}"), 404,
					"no open flow");
			assertThat(application.post("/policies/media", "{\"dscp\": \"EF\", \"rate\": \"500kbps\"}").json())
				.containsEntry("dscp", Map.of("value", 46, "name", "EF"))
				.containsEntry("trafficType", "audio-video")
				.containsEntry("rate", 500_000)
				.containsEntry("builtIn", false);
			assertThat(media.options())
				.isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO).withDscp(Dscp.EF).withRate(FlowRate.of(500_000)));
			application.post("/policies/media", "{\"dscp\": \"none\", \"rate\": \"none\", \"trafficType\": \"voice\"}");
			assertThat(media.options()).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
			assertRefused(application.post("/policies/media", "{\"dscp\": \"AF99\"}"), 400,
					"DSCP must be a number from 0 to 63 without leading zeros, or one of");
			assertRefused(application.post("/policies/media", "{\"rate\": \"fast\"}"), 400, "Rate must be a number");
			assertRefused(application.post("/policies/media", "{\"trafficType\": \"voise\"}"), 400,
					"Did you mean 'voice'?");
			assertRefused(application.post("/policies/media", "{}"), 400, "Give at least one of");
			assertRefused(application.post("/policies/nobody", "{\"rate\": \"1Mbps\"}"), 404, "Policy must be one of");
			assertThat(media.options()).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
			assertRefused(application.post("/probe", "{\"peer\": \"nobody\"}"), 400, "Peer must be the host and port");
			Answer probe = application.post("/probe", "{}");
			assertThat(probe.<String>at("probe", "peer")).isEqualTo("loopback");
			assertThat(application.get("/probe").json()).isEqualTo(probe.json());
			assertThat(application.get("").<Object>at("probe")).isEqualTo(probe.at("probe"));
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void showsWhatTheSocketHasWhileMarkingIsPausedAndAfterwards() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET, "qos.backend=socket",
				"management.endpoint.qos.access=unrestricted");
				Socket socket = new Socket("127.0.0.1", application.port())) {
			QosFlow flow = application.bean(QosHandle.class).addFlow(socket, TrafficType.VOICE);
			flow.awaitActive(Duration.ofSeconds(30));
			Map<String, Object> voice = Map.of("value", 56, "name", "CS7");
			Answer marked = application.get("/flows/" + flow.id());
			assertThat(marked.json()).containsEntry("kind", "connection")
				.containsEntry("applied", voice)
				.containsEntry("inForce", true);
			assertThat(marked.<String>at("path", "measurement")).isEqualTo("MEASURED");
			assertThat(marked.<Integer>at("path", "roundTripMicros")).isPositive();
			application.post("/pause", "{}");
			assertThat(application.get("/flows/" + flow.id()).json()).containsEntry("state", "PENDING")
				.containsEntry("requested", voice)
				.containsEntry("applied", null)
				.containsEntry("inForce", false);
			application.post("/resume", "{}");
			flow.awaitActive(Duration.ofSeconds(30));
			assertThat(application.post("/flows/" + flow.id(), "{\"trafficType\": \"background\"}").json())
				.containsEntry("applied", Map.of("value", 8, "name", "CS1"))
				.containsEntry("inForce", true);
		}
	}

	@Test
	void propertiesRuleAgainOnceTheyChange() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET,
				with(POLICIES, "management.endpoint.qos.access=unrestricted")); DatagramSocket socket = connected()) {
			QosFlow media = application.bean(PolicyMarker.class).mark(QosSocket.of(socket), "media");
			application.post("/policies/media", "{\"dscp\": \"EF\"}");
			assertThat(policy(application.post("/policies/voice", "{\"rate\": \"1Mbps\"}"))).containsEntry("builtIn",
					false);
			assertThat(media.options().dscp()).isEqualTo(Dscp.EF);
			TestPropertyValues.of("qos.policies.media.rate=3Mbps").applyTo(application.context());
			application.context().publishEvent(new EnvironmentChangeEvent(application.context()));
			assertThat(media.options().dscp()).isEqualTo(Dscp.of(34));
			assertThat(media.options().rate()).isEqualTo(FlowRate.of(3_000_000));
			assertThat(policy(application.get("/policies/voice"))).containsEntry("builtIn", true)
				.containsEntry("rate", null);
		}
	}

	@Test
	void closedHandleCannotBeChanged() throws Exception {
		try (ActuatorApplication application = ActuatorApplication.run(WebApplicationType.SERVLET,
				"management.endpoint.qos.access=unrestricted")) {
			application.bean(QosHandle.class).close();
			assertThat(application.get("").<String>at("handles", "qosHandle", "state")).isEqualTo("CLOSED");
			assertRefused(application.post("/reopen", "{}"), 409, "closed");
		}
	}

	private static DatagramSocket connected() throws IOException {
		DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
		socket.connect(new InetSocketAddress("127.0.0.1", 9));
		return socket;
	}

	private static QosFlow add(ActuatorApplication application, DatagramSocket socket, TrafficType type) {
		return application.bean(QosHandle.class).addFlow(socket, type);
	}

	private static void assertRefused(Answer answer, int status, String message) {
		assertThat(answer.status()).as(answer.body()).isEqualTo(status);
		assertThat(answer.<String>at("message")).contains(message);
	}

	private static List<Long> ids(Answer flows) {
		return flows.<List<Map<String, Object>>>at("flows")
			.stream()
			.map((flow) -> ((Number) flow.get("id")).longValue())
			.toList();
	}

	private static Map<String, Object> policy(Answer qos, String name) {
		return qos.<List<Map<String, Object>>>at("policies")
			.stream()
			.filter((policy) -> name.equals(policy.get("name")))
			.findFirst()
			.orElseThrow();
	}

	private static Map<String, Object> policy(Answer answer) {
		return answer.json();
	}

	private static String[] with(String[] properties, String more) {
		return Stream.concat(Arrays.stream(properties), Stream.of(more)).toArray(String[]::new);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Sanitizing {

		@Bean
		SanitizingFunction hidesPeers() {
			return SanitizingFunction.sanitizeValue().ifKeyContains("remote");
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Watching {

		private final List<Boolean> onEventLoop = new CopyOnWriteArrayList<>();

		@Bean
		SanitizingFunction watches() {
			return (data) -> {
				this.onEventLoop.add(Schedulers.isInNonBlockingThread());
				return data;
			};
		}

	}

}
