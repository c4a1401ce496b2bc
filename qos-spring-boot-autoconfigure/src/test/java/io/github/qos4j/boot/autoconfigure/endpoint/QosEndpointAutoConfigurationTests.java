package io.github.qos4j.boot.autoconfigure.endpoint;

import java.net.DatagramSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.StubHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.endpoint.PolicyDescriptor;
import io.github.qos4j.boot.endpoint.QosEndpoint;
import io.github.qos4j.boot.endpoint.QosEndpointJmxExtension;
import io.github.qos4j.boot.endpoint.QosEndpointWebExtension;
import io.github.qos4j.boot.endpoint.RequestCriteria;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jmx.JmxEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.jmx.JmxAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link QosEndpointAutoConfiguration}.
 */
@Timeout(60)
class QosEndpointAutoConfigurationTests {

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(QosAutoConfiguration.class,
			QosRecordingAutoConfiguration.class, QosPolicyAutoConfiguration.class, QosEndpointAutoConfiguration.class,
			EndpointAutoConfiguration.class, JmxAutoConfiguration.class, JmxEndpointAutoConfiguration.class);

	private final WebApplicationContextRunner web = new WebApplicationContextRunner()
		.withConfiguration(AUTO_CONFIGURATIONS)
		.withPropertyValues("qos.backend=recording", "management.endpoints.web.exposure.include=qos");

	private final ApplicationContextRunner jmx = new ApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
		.withPropertyValues("qos.backend=recording", "spring.jmx.enabled=true",
				"management.endpoints.jmx.exposure.include=qos");

	@Test
	void isThereWhereItIsExposed() {
		this.web.run((context) -> assertThat(context).hasSingleBean(QosEndpoint.class)
			.hasSingleBean(QosEndpointWebExtension.class)
			.doesNotHaveBean(QosEndpointJmxExtension.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.exposure.include=health", "management.endpoint.qos.access=NONE",
			"qos.enabled=false" })
	void isNotThereOtherwise(String property) {
		this.web.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(QosEndpoint.class)
				.doesNotHaveBean(QosEndpointWebExtension.class)
				.doesNotHaveBean(QosEndpointProperties.class));
	}

	@Test
	void isNotThereWithoutActuator() {
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues("qos.backend=none", "management.endpoints.jmx.exposure.include=*",
					"spring.jmx.enabled=true")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasSingleBean(QosHandle.class).doesNotHaveBean("qosEndpoint"));
	}

	@Test
	void needsNoWebLibrary() {
		this.jmx.withClassLoader(new FilteredClassLoader("org.springframework.web"))
			.run((context) -> assertThat(context).hasSingleBean(QosEndpoint.class));
	}

	@Test
	void backsOffForEndpointOfUser() {
		this.web
			.withBean("own", QosEndpoint.class,
					() -> new QosEndpoint(Map.of(), List.of(), RequestCriteria.NONE, List.of(), Show.NEVER))
			.run((context) -> assertThat(context).hasSingleBean(QosEndpoint.class).hasBean("own"));
	}

	@Test
	void showsEveryHandleByTheNameOfItsBean() {
		this.web.withBean("first", QosHandle.class, StubHandle::new)
			.withBean("second", QosHandle.class, StubHandle::new)
			.run((context) -> {
				QosEndpoint endpoint = context.getBean(QosEndpoint.class);
				assertThat(endpoint.qos().handles()).containsOnlyKeys("first", "second");
				// None of them is the primary one, so nobody marks by policies.
				assertThat(endpoint.qos().policies()).isEmpty();
			});
	}

	@Test
	void showsThePoliciesOfAllMarkers() {
		this.web.withBean("first", PolicyMarker.class, () -> markerOf("media"))
			.withBean("second", PolicyMarker.class, () -> markerOf("backup"))
			.run((context) -> assertThat(context.getBean(QosEndpoint.class).qos().policies())
				.extracting(PolicyDescriptor::name)
				.contains("media", "backup"));
	}

	private static PolicyMarker markerOf(String policy) {
		return new PolicyMarker(new StubHandle(),
				QosPolicies.of(List.of(new QosPolicy(policy, QosFlowOptions.of(TrafficType.VOICE), null))));
	}

	@Test
	void createsNoPrototypes() {
		AtomicInteger created = new AtomicInteger();
		this.web.withBean("single", QosHandle.class, StubHandle::new).withBean("prototype", QosHandle.class, () -> {
			created.incrementAndGet();
			return new StubHandle();
		}, (definition) -> definition.setScope(BeanDefinition.SCOPE_PROTOTYPE)).run((context) -> {
			assertThat(context.getBean(QosEndpoint.class).qos().handles()).containsOnlyKeys("single");
			assertThat(created).hasValue(0);
		});
	}

	@Test
	void showsCodePointsThatTheHandleHas() {
		this.web
			.withBean("own", QosHandle.class,
					() -> QosHandle.builder().backend("none").markingProfile(MarkingProfile.RFC8837).build())
			.run((context) -> assertThat(context.getBean(QosEndpoint.class).qos().policies())
				.filteredOn((policy) -> policy.name().equals("voice"))
				.singleElement()
				.satisfies((policy) -> assertThat(policy.dscp().value()).isEqualTo(46)));
	}

	@Test
	void takesMocks() {
		this.web.withBean("mock", QosHandle.class, () -> mock())
			.run((context) -> assertThat(context.getBean(QosEndpoint.class).qos().handles().get("mock")).isNotNull()
				.satisfies((handle) -> assertThat(handle.reason()).contains("as a mock does")));
	}

	@Test
	void isReadOverJmxAndCannotBeChangedByDefault() {
		this.jmx.run((context) -> {
			MBeanServer server = context.getBean(MBeanServer.class);
			ObjectName name = name(server);
			assertThat(operations(server.getMBeanInfo(name))).containsExactlyInAnyOrder("qos", "flows", "flow",
					"policies", "lastProbe");
			try (DatagramSocket socket = new DatagramSocket()) {
				QosFlow flow = context.getBean(QosHandle.class).addFlow(socket, TrafficType.VOICE);
				assertThat(invoke(server, name, "qos", List.of())).containsOnlyKeys("handles", "policies", "probe");
				assertThat(invoke(server, name, "flows",
						List.of("Integer", "Integer", "String", "String", "String", "String", "String"), 0, 10, null,
						"active", "voice", null, null))
					.containsEntry("total", 1);
				assertThat(invoke(server, name, "flow", List.of("Long"), flow.id())).containsEntry("local", "******")
					.containsKey("path");
			}
			assertThatExceptionOfType(ReflectionException.class)
				.isThrownBy(() -> invoke(server, name, "flow", List.of("Long"), Long.MAX_VALUE))
				.withMessageContaining("There is no open flow with the id");
		});
	}

	@Test
	void isChangedOverJmxWhereThatIsAllowed() {
		this.jmx
			.withPropertyValues("management.endpoint.qos.access=UNRESTRICTED",
					"management.endpoint.qos.show-values=when-authorized", "qos.policies.media.dscp=AF41")
			.run((context) -> {
				MBeanServer server = context.getBean(MBeanServer.class);
				ObjectName name = name(server);
				QosHandle handle = context.getBean(QosHandle.class);
				assertThat(operations(server.getMBeanInfo(name))).contains("pause", "resume", "reopen", "probe",
						"changeFlow", "changePolicy");
				invoke(server, name, "pause", List.of("String"), new Object[] { null });
				assertThat(handle.status().paused()).isTrue();
				invoke(server, name, "resume", List.of("String"), "qosHandle");
				assertThat(handle.status().paused()).isFalse();
				invoke(server, name, "reopen", List.of("String"), new Object[] { null });
				invoke(server, name, "changePolicy", List.of("String", "String", "String", "String"), "media", null,
						"EF", null);
				assertThat(context.getBean(PolicyMarker.class).policies().require("media").options().dscp())
					.isEqualTo(Dscp.EF);
				try (DatagramSocket socket = new DatagramSocket()) {
					QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
					assertThat(invoke(server, name, "changeFlow", List.of("Long", "String"), flow.id(), "control"))
						.containsEntry("trafficType", "control")
						.extractingByKey("local")
						.asString()
						.endsWith(":" + socket.getLocalPort());
				}
			});
	}

	private static ObjectName name(MBeanServer server) throws Exception {
		return server.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,name=Qos,*"), null)
			.iterator()
			.next();
	}

	private static List<String> operations(MBeanInfo info) {
		return Arrays.stream(info.getOperations()).map(MBeanOperationInfo::getName).toList();
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> invoke(MBeanServer server, ObjectName name, String operation, List<String> types,
			Object... arguments) throws Exception {
		return (Map<String, Object>) server.invoke(name, operation, arguments,
				types.stream().map("java.lang."::concat).toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ QosAutoConfiguration.class, QosEndpointAutoConfiguration.class })
	static class Application {

	}

}
