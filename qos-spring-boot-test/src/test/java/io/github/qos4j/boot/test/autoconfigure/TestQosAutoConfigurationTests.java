package io.github.qos4j.boot.test.autoconfigure;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.Map;

import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosHandleBuilderCustomizer;
import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link TestQosAutoConfiguration}, with what else {@link AutoConfigureTestQos}
 * imports.
 */
class TestQosAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withUserConfiguration(Annotated.class)
		.withPropertyValues("qos.backend=recording");

	@Test
	void handlesOfTheApplicationAreRecorded() {
		this.contextRunner.withUserConfiguration(OwnHandles.class).run((context) -> {
			Map<String, QosHandle> handles = context.getBeansOfType(QosHandle.class);
			assertThat(handles).containsOnlyKeys("media", "bulk");
			mark(handles.get("media"), TrafficType.VOICE);
			mark(handles.get("bulk"), TrafficType.BACKGROUND);
			assertThat(handles.get("media").markingProfile()).isEqualTo(MarkingProfile.RFC8837);
			assertThat(flows(context)).hasMarked(TrafficType.VOICE).withDscp(Dscp.EF);
			assertThat(flows(context)).hasMarked(TrafficType.BACKGROUND).hasSize(1);
		});
	}

	@Test
	void builderOfTheApplicationRecords() {
		this.contextRunner.withUserConfiguration(OwnBuilder.class).run((context) -> {
			assertThat(context.getBean(QosHandle.class).name()).isEqualTo("own");
			mark(context.getBean(QosHandle.class), TrafficType.VOICE);
			assertThat(flows(context)).hasMarked(TrafficType.VOICE);
		});
	}

	@Test
	void customizersOfTheApplicationDoNotChooseAnotherBackend() {
		this.contextRunner
			.withBean(QosHandleBuilderCustomizer.class, () -> (builder) -> builder.backend("none").name("custom"))
			.run((context) -> {
				QosHandle handle = context.getBean(QosHandle.class);
				assertThat(handle.name()).isEqualTo("custom");
				assertThat(handle.status().backend()).isEqualTo("recording");
			});
	}

	@Test
	void wrongBackendIsRefusedAllTheSame() {
		this.contextRunner.run((context) -> {
			QosHandle.Builder builder = context.getBean(QosHandle.Builder.class);
			assertThatIllegalArgumentException().isThrownBy(() -> builder.backend("qwafe"));
		});
	}

	@Test
	void recordingOfTheTestIsUsed() {
		RecordingBackend own = new RecordingBackend();
		this.contextRunner.withBean(RecordingBackend.class, () -> own).run((context) -> {
			mark(context.getBean(QosHandle.class), TrafficType.VOICE);
			assertThat(own.flows()).hasSize(1);
			assertThat(flows(context)).hasSize(1);
		});
	}

	@Test
	void contextsDoNotSeeEachOthersFlows() {
		this.contextRunner.run((context) -> this.contextRunner.run((other) -> {
			mark(context.getBean(QosHandle.class), TrafficType.VOICE);
			assertThat(flows(context)).hasSize(1);
			assertThat(flows(other)).isEmpty();
		}));
	}

	@Test
	void nothingIsRecordedWhereQosIsOffAndFailuresSaySo() {
		this.contextRunner.withPropertyValues("qos.enabled=false").run((context) -> {
			assertThat(context).doesNotHaveBean(QosHandle.class);
			assertThat(flows(context)).isEmpty();
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(flows(context)).hasMarked(TrafficType.VOICE))
				.withMessageEndingWith("With qos.enabled=false the application has no QosHandle and marks nothing.");
		});
	}

	@Test
	void handleThatBypassesTheBuilderIsNamedInFailures() {
		this.contextRunner.withBean("aside", QosHandle.class, () -> QosHandle.builder().backend("none").build())
			.run((context) -> {
				context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
				assertThatExceptionOfType(AssertionError.class)
					.isThrownBy(() -> assertThat(flows(context)).hasMarked(TrafficType.VOICE))
					.withMessageEndingWith("The flows of 'aside' are not recorded but given to the backend 'none': "
							+ "build it with the bean QosHandle.Builder.");
			});
	}

	@Test
	void mockOfAHandleIsNamedInFailures() {
		this.contextRunner.withBean("mock", QosHandle.class, () -> Mockito.mock(QosHandle.class))
			.run((context) -> assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(flows(context)).hasMarked(TrafficType.VOICE))
				.withMessageEndingWith("The bean 'mock' is a mock, whose flows are not recorded."));
	}

	@Test
	void pauseIsToldInFailures() {
		this.contextRunner.run((context) -> {
			context.getBean(QosHandle.class).pauseMarking();
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(flows(context)).hasMarked(TrafficType.VOICE))
				.withMessageEndingWith("The marking of 'qosHandle' is paused.");
		});
	}

	private static RecordedFlows flows(ApplicationContext context) {
		return context.getBean(RecordedFlows.class);
	}

	private static void mark(QosHandle handle, TrafficType type) throws IOException {
		try (DatagramChannel channel = DatagramChannel.open()) {
			channel.connect(new InetSocketAddress("127.0.0.1", 5060));
			handle.addFlow(channel, type).close();
		}
	}

	@AutoConfigureTestQos
	@Configuration(proxyBeanMethods = false)
	static class Annotated {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandles {

		@Bean
		QosHandle media(QosHandle.Builder builder) {
			return builder.name("media").backend("none").markingProfile(MarkingProfile.RFC8837).build();
		}

		@Bean
		QosHandle bulk(QosHandle.Builder builder) {
			return builder.name("bulk").build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBuilder {

		@Bean
		@Scope("prototype")
		QosHandle.Builder builder() {
			return QosHandle.builder().name("own").backend("none");
		}

	}

}
