package io.github.qos4j.boot.autoconfigure;

import java.net.DatagramSocket;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosRecordingAutoConfiguration}.
 */
class QosRecordingAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosRecordingAutoConfiguration.class, QosAutoConfiguration.class));

	@Test
	void recordsWhatTheHandleIsAskedFor() {
		this.contextRunner.withPropertyValues("qos.backend=recording").run((context) -> {
			QosHandle handle = context.getBean(QosHandle.class);
			try (DatagramSocket socket = new DatagramSocket()) {
				handle.addFlow(socket, TrafficType.VOICE).close();
			}
			assertThat(handle.status().backend()).isEqualTo("recording");
			assertThat(context.getBean(RecordingBackend.class).flows()).extracting(RecordedFlow::trafficType)
				.containsExactly(TrafficType.VOICE);
		});
	}

	@Test
	void usesBackendOfUser() {
		RecordingBackend own = new RecordingBackend();
		this.contextRunner.withPropertyValues("qos.backend=recording")
			.withBean(RecordingBackend.class, () -> own)
			.run((context) -> {
				try (DatagramSocket socket = new DatagramSocket()) {
					context.getBean(QosHandle.class).addFlow(socket, TrafficType.VOICE);
				}
				assertThat(own.flows()).hasSize(1);
			});
	}

	@Test
	void customizerOfUserWins() {
		RecordingBackend own = new RecordingBackend();
		this.contextRunner.withPropertyValues("qos.backend=recording")
			.withBean(QosHandleBuilderCustomizer.class, () -> (builder) -> own.applyTo(builder))
			.run((context) -> {
				try (DatagramSocket socket = new DatagramSocket()) {
					context.getBean(QosHandle.class).addFlow(socket, TrafficType.VOICE);
				}
				assertThat(own.flows()).hasSize(1);
				assertThat(context.getBean(RecordingBackend.class).flows()).isEmpty();
			});
	}

	@Test
	void recordsNothingWithAnotherBackend() {
		this.contextRunner.withPropertyValues("qos.backend=none")
			.run((context) -> assertThat(context).hasSingleBean(QosHandle.class)
				.doesNotHaveBean(RecordingBackend.class));
	}

	@Test
	void recordsNothingWhenDisabled() {
		this.contextRunner.withPropertyValues("qos.backend=recording", "qos.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(QosHandle.class)
				.doesNotHaveBean(RecordingBackend.class));
	}

}
