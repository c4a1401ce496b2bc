package io.github.qos4j.boot.autoconfigure.client.redis;

import java.net.InetAddress;
import java.net.ServerSocket;

import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.recording.RecordingBackend;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosLettuceAutoConfiguration}.
 */
@Timeout(60)
class QosLettuceAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosRecordingAutoConfiguration.class,
				QosPolicyAutoConfiguration.class, QosClientAutoConfiguration.class, QosLettuceAutoConfiguration.class,
				DataRedisAutoConfiguration.class))
		.withPropertyValues("qos.backend=recording");

	@Test
	void connectionIsMarkedBeforeItConnects() {
		this.runner.withPropertyValues("qos.client.policy=control").run((context) -> {
			// It accepts, and never answers.
			try (ServerSocket redis = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
					RedisClient client = RedisClient.create(context.getBean(ClientResources.class))) {
				client.connectAsync(StringCodec.UTF8, RedisURI.create("127.0.0.1", redis.getLocalPort()));
				RecordingBackend recording = context.getBean(RecordingBackend.class);
				Awaitility.await().until(() -> !recording.flows().isEmpty());
				assertThat(recording.flows()).singleElement()
					.satisfies((flow) -> assertThat(flow.trafficType()).isEqualTo(TrafficType.CONTROL));
			}
		});
	}

	@Test
	void withoutPolicyBacksOff() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(ClientResources.class)
			.doesNotHaveBean(QosLettuceAutoConfiguration.class));
	}

	@Test
	void withoutLettuceBacksOff() {
		this.runner.withPropertyValues("qos.client.policy=control")
			.withClassLoader(new FilteredClassLoader("io.lettuce"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(QosLettuceAutoConfiguration.class));
	}

}
