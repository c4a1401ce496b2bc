package io.github.qos4j.boot.autoconfigure.policy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.TestHandles;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.TransportProtocol;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.web.util.pattern.PathPattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosPolicyAutoConfiguration}: what becomes of policies in properties.
 */
class QosPolicyAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosRecordingAutoConfiguration.class, QosAutoConfiguration.class,
				QosPolicyAutoConfiguration.class))
		.withPropertyValues("qos.backend=recording");

	@Test
	void withoutPoliciesKnowsTrafficTypesAlone() {
		this.runner.run((context) -> {
			QosPolicies policies = context.getBean(PolicyMarker.class).policies();
			assertThat(policies).isSameAs(QosPolicies.none());
			assertThat(PolicyMarker.getDefault()).containsSame(context.getBean(PolicyMarker.class));
			assertThat(context.getBean(RequestPolicies.class).isEmpty()).isTrue();
		});
	}

	@Test
	void readsWhatPolicySays() {
		assertThat(options("media", "qos.policies.media.traffic-type=Audio_Video", "qos.policies.media.rate=2Mbps"))
			.isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO).withRate(FlowRate.of(2_000_000)));
		assertThat(options("media", "qos.policies.media.traffic-type=audiovideo", "qos.policies.media.dscp=af41"))
			.isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO).withDscp(Dscp.of(34)));
	}

	@Test
	void codePointAloneBringsItsTrafficType() {
		assertThat(options("calls", "qos.policies.calls.dscp=EF"))
			.isEqualTo(QosFlowOptions.of(TrafficType.VOICE).withDscp(Dscp.EF));
	}

	@Test
	void policyWithNameOfTrafficTypeHasIt() {
		assertThat(options("voice", "qos.policies.voice.remote-port=5060"))
			.isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		assertThat(options("audio-video", "qos.policies.audioVideo.dscp=AF31"))
			.isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO).withDscp(Dscp.of(26)));
		assertThat(options("voice", "qos.policies.voice.traffic-type=control"))
			.isEqualTo(QosFlowOptions.of(TrafficType.CONTROL));
		assertThat(options("voice", "qos.policies.voice.base=background"))
			.isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
	}

	@Test
	void baseGivesWhatIsNotSaid() {
		String[] base = { "qos.policies.a.dscp=AF41", "qos.policies.a.rate=64000", "qos.policies.a.remote-port=1",
				"qos.policies.b.base=A" };
		QosFlowOptions of = QosFlowOptions.of(TrafficType.AUDIO_VIDEO)
			.withDscp(Dscp.of(34))
			.withRate(FlowRate.of(64_000));
		assertThat(options("b", base)).isEqualTo(of);
		assertThat(options("c", and(base, "qos.policies.c.base=b", "qos.policies.c.rate=1Gbps")))
			.isEqualTo(of.withRate(FlowRate.of(1_000_000_000)));
		assertThat(options("c", and(base, "qos.policies.c.base=b", "qos.policies.c.dscp=CS1")))
			.isEqualTo(of.withDscp(Dscp.of(8)).withTrafficType(TrafficType.BACKGROUND));
		assertThat(options("c", "qos.policies.c.base=voice", "qos.policies.c.rate=8000"))
			.isEqualTo(QosFlowOptions.of(TrafficType.VOICE).withRate(FlowRate.of(8_000)));
	}

	@Test
	void ownTrafficTypeEndsInheritedCodePoint() {
		assertThat(options("b", "qos.policies.a.dscp=AF41", "qos.policies.b.base=a",
				"qos.policies.b.traffic-type=background"))
			.isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
	}

	@Test
	void baseGivesNoMatch() {
		this.runner
			.withPropertyValues("qos.policies.a.dscp=EF", "qos.policies.a.remote-port=5060", "qos.policies.b.base=a")
			.run((context) -> assertThat(policies(context.getBean(PolicyMarker.class), "b").match()).isNull());
	}

	@Test
	void readsWhatPolicyMatches() {
		this.runner
			.withPropertyValues("qos.policies.media.dscp=AF41", "qos.policies.media.remote-address=10.0.0.0/8,::1",
					"qos.policies.media.remote-port[0]=16384-32767", "qos.policies.media.remote-port[1]=5004",
					"qos.policies.media.local-port=1000", "qos.policies.media.protocol=UDP")
			.run((context) -> {
				QosPolicies policies = context.getBean(PolicyMarker.class).policies();
				InetSocketAddress local = new InetSocketAddress("127.0.0.1", 1000);
				assertThat(policies
					.match(new Endpoints(TransportProtocol.UDP, local, new InetSocketAddress("10.1.2.3", 16384))))
					.hasValueSatisfying((policy) -> assertThat(policy.name()).isEqualTo("media"));
				assertThat(
						policies.match(new Endpoints(TransportProtocol.UDP, local, new InetSocketAddress("::1", 5004))))
					.isPresent();
				assertThat(
						policies.match(new Endpoints(TransportProtocol.TCP, local, new InetSocketAddress("::1", 5004))))
					.isEmpty();
			});
	}

	@Test
	void policyWithPathIsForRequestsAlone() {
		this.runner
			.withPropertyValues("qos.policies.export.dscp=CS1", "qos.policies.export.path=/export/**,/reports/{id}",
					"qos.policies.export.local-port=9000", "qos.policies.live.dscp=EF",
					"qos.policies.live.path=/export/live")
			.run((context) -> {
				assertThat(context.getBean(PolicyMarker.class).policies().haveMatches()).isFalse();
				RequestPolicies requests = context.getBean(RequestPolicies.class);
				assertThat(requests.policyFor("/export/live")).isEqualTo("live");
				assertThat(requests.policyFor("/export/all")).as("its port is not known").isNull();
			});
	}

	@Test
	void readsPoliciesFromVariables() {
		assertThat(fromVariables("mymedia",
				Map.of("QOS_POLICIES_MYMEDIA_TRAFFICTYPE", "voice", "QOS_POLICIES_MYMEDIA_RATE", "1Mbps",
						"QOS_POLICIES_MYMEDIA_REMOTEPORT", "5060,5061"))
			.options()).isEqualTo(QosFlowOptions.of(TrafficType.VOICE).withRate(FlowRate.of(1_000_000)));
		assertThat(fromVariables("my-media", Map.of("QOS_POLICIES_MYMEDIA_TRAFFIC_TYPE", "voice")).options())
			.isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
	}

	@Test
	void variableChangesPolicyOfFile() {
		this.runner
			.withInitializer((context) -> context.getEnvironment()
				.getPropertySources()
				.addFirst(variables(Map.of("QOS_POLICIES_MYMEDIA_DSCP", "EF"))))
			.withPropertyValues("qos.policies.my-media.dscp=CS1", "qos.policies.my-media.remote-port=1")
			.run((context) -> {
				QosPolicies policies = context.getBean(PolicyMarker.class).policies();
				assertThat(policies.named("my-media")).hasValueSatisfying((policy) -> {
					assertThat(policy.options().dscp()).isEqualTo(Dscp.EF);
					assertThat(policy.match()).isNotNull();
				});
				assertThat(policies.all()).hasSize(1 + TrafficType.values().length);
			});
	}

	@Test
	void namesOfPoliciesAreTakenInAnyCase() {
		this.runner
			.withPropertyValues("qos.policies.myMedia.dscp=EF", "qos.server.policy=my-media",
					"qos.client.policy=MY_MEDIA", "qos.management.server.policy=Best-Effort")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void marksByPolicy() {
		this.runner.withPropertyValues("qos.policies.media.dscp=AF41", "qos.policies.media.protocol=tcp")
			.run((context) -> {
				try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
						Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
					QosSocket socket = QosSocket.of(client);
					context.getBean(PolicyMarker.class).mark(socket, Endpoints.of(socket), null);
					assertThat(context.getBean(QosHandle.class).flows()).singleElement()
						.satisfies((flow) -> assertThat(flow.options().dscp()).isEqualTo(Dscp.of(34)));
				}
			});
	}

	@Test
	void withoutHandleThereIsNoMarker() {
		this.runner.withPropertyValues("qos.enabled=false", "qos.policies.x.dscp=wrong")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PolicyMarker.class)
				.doesNotHaveBean(RequestPolicies.class));
	}

	@Test
	void ofTwoHandlesThePrimaryOneIsUsed() {
		this.runner.withUserConfiguration(TestHandles.Two.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PolicyMarker.class));
		this.runner.withUserConfiguration(TestHandles.OnePrimary.class)
			.run((context) -> assertThat(context.getBean(PolicyMarker.class).handle().name()).isEqualTo("first"));
	}

	@Test
	void markerOfApplicationWins() {
		this.runner.withUserConfiguration(OwnMarker.class)
			.run((context) -> assertThat(context).hasSingleBean(PolicyMarker.class).hasBean("own"));
	}

	@Test
	void withoutWebLibraryThereAreNoRequests() {
		this.runner.withClassLoader(new FilteredClassLoader(PathPattern.class))
			.withPropertyValues("qos.policies.x.dscp=EF", "qos.policies.x.path=/x")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PolicyMarker.class)
				.doesNotHaveBean(RequestPolicies.class));
	}

	@Test
	void markerIsTheDefaultBeforeOtherBeansAreCreated() {
		this.runner.withUserConfiguration(EagerDriver.class)
			.run((context) -> assertThat(context.getBean(Driver.class).marker())
				.isSameAs(context.getBean(PolicyMarker.class)));
	}

	@Test
	void closedMarkerIsNoLongerTheDefault() {
		PolicyMarker[] marker = new PolicyMarker[1];
		this.runner.run((context) -> marker[0] = context.getBean(PolicyMarker.class));
		assertThat(PolicyMarker.getDefault()).isEmpty();
		this.runner.run((context) -> assertThat(PolicyMarker.getDefault().orElseThrow()).isNotSameAs(marker[0])
			.isSameAs(context.getBean(PolicyMarker.class)));
	}

	@Test
	void whereQosIsDisabledNothingIsMarkedByDefault() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosPolicyAutoConfiguration.class,
					QosDisabledAutoConfiguration.class))
			.withBean(DisabledDriver.class)
			.withPropertyValues("qos.enabled=false")
			.run((context) -> {
				assertThat(context).doesNotHaveBean(QosHandle.class);
				assertThat(context.getBean(DisabledDriver.class).marker).isEmpty();
			});
		this.runner.withConfiguration(AutoConfigurations.of(QosDisabledAutoConfiguration.class))
			.run((context) -> assertThat(PolicyMarker.getDefault()).containsSame(context.getBean(PolicyMarker.class)));
	}

	private QosFlowOptions options(String policy, String... properties) {
		QosFlowOptions[] options = new QosFlowOptions[1];
		this.runner.withPropertyValues(properties)
			.run((context) -> options[0] = policies(context.getBean(PolicyMarker.class), policy).options());
		return options[0];
	}

	private QosPolicy fromVariables(String policy, Map<String, Object> variables) {
		QosPolicy[] found = new QosPolicy[1];
		this.runner
			.withInitializer((context) -> context.getEnvironment().getPropertySources().addFirst(variables(variables)))
			.run((context) -> found[0] = policies(context.getBean(PolicyMarker.class), policy));
		return found[0];
	}

	private static QosPolicy policies(PolicyMarker marker, String policy) {
		return marker.policies().require(policy);
	}

	private static SystemEnvironmentPropertySource variables(Map<String, Object> variables) {
		return new SystemEnvironmentPropertySource(
				"test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables);
	}

	private static String[] and(String[] first, String... second) {
		return Stream.of(first, second).flatMap(Arrays::stream).toArray(String[]::new);
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMarker {

		@Bean
		PolicyMarker own(QosHandle handle) {
			return new PolicyMarker(handle, QosPolicies.none());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EagerDriver {

		@Bean
		Driver driver() {
			return new Driver(PolicyMarker.getDefault().orElseThrow());
		}

	}

	/**
	 * A bean that connects while it is created, where nothing is to be marked.
	 */
	static class DisabledDriver {

		final Optional<PolicyMarker> marker = PolicyMarker.getDefault();

	}

	/**
	 * A bean that connects while it is created.
	 *
	 * @param marker the marker that it finds
	 */
	record Driver(PolicyMarker marker) {

	}

}
