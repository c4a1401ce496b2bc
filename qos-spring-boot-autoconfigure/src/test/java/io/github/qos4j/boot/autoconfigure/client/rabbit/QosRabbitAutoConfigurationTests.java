package io.github.qos4j.boot.autoconfigure.client.rabbit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;

import javax.net.SocketFactory;

import com.rabbitmq.client.ConnectionFactory;
import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.client.TestPolicies;
import io.github.qos4j.boot.client.TestServer;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.boot.amqp.autoconfigure.ConnectionFactoryCustomizer;
import org.springframework.boot.amqp.autoconfigure.RabbitAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link QosRabbitAutoConfiguration}. There is no broker: a connection is
 * marked before it is made.
 */
class QosRabbitAutoConfigurationTests {

	private final int port = TestServer.closedPort();

	private final ApplicationContextRunner unconfigured = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosRecordingAutoConfiguration.class, QosAutoConfiguration.class,
				QosPolicyAutoConfiguration.class, QosClientAutoConfiguration.class, QosRabbitAutoConfiguration.class));

	private final ApplicationContextRunner contextRunner = this.unconfigured
		.withConfiguration(AutoConfigurations.of(RabbitAutoConfiguration.class))
		.withPropertyValues("qos.policies.media.traffic-type=voice", "spring.rabbitmq.host=127.0.0.1",
				"spring.rabbitmq.port=" + this.port, "qos.backend=recording")
		.withBean(QosPolicies.class,
				() -> QosPolicies.of(List.of(TestPolicies.port("media", TrafficType.VOICE, this.port))))
		.withUserConfiguration(Marker.class);

	@Test
	void marksBeforeConnecting() {
		this.contextRunner.run((context) -> {
			connect(context);
			assertThat(flows(context)).extracting(RecordedFlow::trafficType).containsExactly(TrafficType.VOICE);
		});
	}

	@Test
	void marksNoOtherConnections() {
		this.contextRunner.withPropertyValues("spring.rabbitmq.port=" + TestServer.closedPort()).run((context) -> {
			connect(context);
			assertThat(flows(context)).isEmpty();
		});
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void appliesMark() throws IOException {
		try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.contextRunner.withPropertyValues("qos.backend=auto", "qos.client.policy=audio-video")
				.run((context) -> {
					try (Socket socket = factory(context).getSocketFactory().createSocket()) {
						socket.connect(listener.getLocalSocketAddress());
						assertThat(context.getBean(PolicyMarker.class).flows()).singleElement()
							.extracting((QosFlow flow) -> Objects.requireNonNull(flow.marking()).applied())
							.isEqualTo(Dscp.parse("CS5"));
					}
				});
		}
	}

	@Test
	void socketFactoryOfUserWins() {
		SocketFactory own = SocketFactory.getDefault();
		this.contextRunner.withBean(ConnectionFactoryCustomizer.class, () -> (factory) -> factory.setSocketFactory(own))
			.run((context) -> {
				assertThat(factory(context).getSocketFactory()).isSameAs(own);
				connect(context);
				assertThat(flows(context)).isEmpty();
			});
	}

	@Test
	void leavesTlsToItsFactory() {
		this.contextRunner.withPropertyValues("spring.rabbitmq.ssl.enabled=true").run((context) -> {
			assertThat(factory(context).isSSL()).isTrue();
			assertThat(factory(context).getSocketFactory()).isInstanceOf(javax.net.ssl.SSLSocketFactory.class);
			connect(context);
			assertThat(flows(context)).isEmpty();
		});
	}

	@Test
	void doesNothingWithoutPolicy() {
		this.unconfigured.withConfiguration(AutoConfigurations.of(RabbitAutoConfiguration.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ConnectionFactoryCustomizer.class));
	}

	@Test
	void doesNothingWithoutClient() {
		this.unconfigured.withPropertyValues("qos.client.policy=voice")
			.withClassLoader(new FilteredClassLoader("com.rabbitmq", "org.springframework.boot.amqp"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("qosRabbitConnectionFactoryCustomizer"));
	}

	private static void connect(ApplicationContext context) {
		assertThatException().isThrownBy(() -> factory(context).newConnection());
	}

	private static ConnectionFactory factory(ApplicationContext context) {
		return context.getBean(CachingConnectionFactory.class).getRabbitConnectionFactory();
	}

	private static List<RecordedFlow> flows(ApplicationContext context) {
		return context.getBean(RecordingBackend.class).flows();
	}

	@Configuration(proxyBeanMethods = false)
	static class Marker {

		@Bean
		PolicyMarker marker(QosHandle handle, QosPolicies policies) {
			return new PolicyMarker(handle, policies);
		}

	}

}
