package io.github.qos4j.boot.autoconfigure.metrics;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.process.QosProcessAutoConfiguration;
import io.github.qos4j.boot.metrics.QosMeters;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.recording.RecordingBackend;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link QosMetricsAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class QosMetricsAutoConfigurationTests {

	private final ApplicationContextRunner withoutRegistry = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosRecordingAutoConfiguration.class,
				QosPolicyAutoConfiguration.class, QosProcessAutoConfiguration.class, QosMetricsAutoConfiguration.class))
		.withPropertyValues("qos.backend=recording");

	private final ApplicationContextRunner contextRunner = this.withoutRegistry
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	@Test
	void flowsAndOperationsOfTheHandleAreMeasured() {
		this.contextRunner.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			QosHandle handle = context.getBean(QosHandle.class);
			try (DatagramSocket socket = new DatagramSocket();
					QosFlow flow = handle.addFlow(socket, TrafficType.VOICE)) {
				flow.awaitActive(Duration.ofSeconds(30));
				eventually(() -> {
					registry.get("qos.handle.state").gauges().forEach((gauge) -> gauge.value());
					assertThat(registry.get("qos.flows")
						.tags("handle", "qosHandle", "backend", "recording", "state", "ACTIVE", "traffic.type", "voice",
								"policy", "none")
						.gauge()
						.value()).isEqualTo(1);
				});
			}
			eventually(() -> {
				for (String operation : new String[] { "open", "add-flow", "remove-flow" }) {
					assertThat(registry.get("qos.operations")
						.tags("handle", "qosHandle", "operation", operation)
						.timer()
						.count()).as(operation).isOne();
				}
			});
		});
	}

	@Test
	void policyIsKnown() {
		this.contextRunner.withPropertyValues("qos.policies.media.traffic-type=audio-video").run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			try (DatagramSocket socket = new DatagramSocket()) {
				context.getBean(PolicyMarker.class).mark(QosSocket.of(socket), "media");
				eventually(() -> {
					registry.get("qos.handle.state").gauges().forEach((gauge) -> gauge.value());
					assertThat(registry.get("qos.flows").tags("policy", "media", "state", "ACTIVE").gauge().value())
						.isOne();
				});
			}
		});
	}

	@Test
	void recoveryIsMeasured() {
		this.contextRunner.run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			eventually(() -> registry.get("qos.operations").tag("operation", "open").timer());
			context.getBean(RecordingBackend.class).lose();
			eventually(() -> assertThat(registry.get("qos.handle.recoveries").timer().count()).isOne());
		});
	}

	@Test
	void eachHandleHasTheNameOfItsBean() {
		this.contextRunner.withUserConfiguration(TwoHandles.class).run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("qos.handle.paused").gauges()).extracting((gauge) -> gauge.getId().getTag("handle"))
				.containsExactlyInAnyOrder("first", "second");
			context.getBean("second", QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			eventually(() -> registry.get("qos.operations").tags("handle", "second", "operation", "open").timer());
		});
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void looksThroughTheProcessAreMeasured() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
			this.contextRunner
				.withPropertyValues("qos.backend=socket", "qos.process.enabled=true", "qos.process.interval=10ms",
						"qos.policies.media.traffic-type=voice", "qos.policies.media.remote-port=" + socket.getPort())
				.run((context) -> {
					MeterRegistry registry = context.getBean(MeterRegistry.class);
					eventually(() -> {
						assertThat(registry.get("qos.process.look").tag("handle", "qosHandle").timer().count())
							.isPositive();
						// The first look may have been before there was a registry.
						assertThat(context.getBean(QosHandle.class).flows()).hasSize(1);
					});
					double marked = registry.get("qos.process.marked").counter().count();
					try (Socket another = new Socket(server.getInetAddress(), server.getLocalPort())) {
						eventually(() -> assertThat(registry.get("qos.process.marked").counter().count())
							.isEqualTo(marked + 1));
						assertThat(registry.get("qos.process.examined").counter().count()).isGreaterThan(marked);
					}
				});
		}
	}

	@Test
	void isOffWithoutRegistry() {
		this.withoutRegistry.run((context) -> assertThat(context).hasSingleBean(QosHandle.class)
			.doesNotHaveBean(QosMeters.class)
			.doesNotHaveBean(HandleBeans.class));
	}

	@Test
	void isOffWithoutMicrometer() {
		this.withoutRegistry.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasSingleBean(QosHandle.class)
				.doesNotHaveBean("qosMeters")
				.doesNotHaveBean("qosMetersHandleBeans"));
	}

	@Test
	void ownRegistryIsEnoughWithoutBootsModule() {
		this.withoutRegistry.withClassLoader(new FilteredClassLoader("org.springframework.boot.micrometer.metrics"))
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> assertThat(context.getBean(MeterRegistry.class).find("qos.handle.paused").gauges())
				.hasSize(1));
	}

	@Test
	void compositeThatIsPrimaryIsBoundAloneWithoutBootsModule() {
		SimpleMeterRegistry part = new SimpleMeterRegistry();
		this.withoutRegistry.withClassLoader(new FilteredClassLoader("org.springframework.boot.micrometer.metrics"))
			.withBean("part", MeterRegistry.class, () -> part)
			.withBean("composite", MeterRegistry.class, () -> new CompositeMeterRegistry(Clock.SYSTEM, List.of(part)),
					(definition) -> definition.setPrimary(true))
			.run((context) -> {
				context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
				eventually(
						() -> assertThat(part.get("qos.operations").tag("operation", "open").timer().count()).isOne());
			});
	}

	@Test
	void isOffWithoutHandle() {
		this.contextRunner.withPropertyValues("qos.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(QosMeters.class));
	}

	@Test
	void bootsOwnRuleTurnsThemOff() {
		this.contextRunner.withPropertyValues("management.metrics.enable.qos=false").run((context) -> {
			context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			assertThat(context.getBean(MeterRegistry.class).getMeters())
				.noneMatch((meter) -> meter.getId().getName().startsWith("qos."));
		});
	}

	@Test
	void ownMetersAreUsed() {
		this.contextRunner.withBean("own", QosMeters.class, () -> new QosMeters(List::of, List::of, Duration.ZERO, 1))
			.run((context) -> assertThat(context).hasSingleBean(QosMeters.class).hasBean("own"));
	}

	@Test
	void wrongIntervalStopsTheStart() {
		this.contextRunner.withPropertyValues("qos.metrics.sample-interval=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("qos.metrics.sample-interval"));
	}

	@Test
	void wrongSizeStopsTheStart() {
		this.contextRunner.withPropertyValues("qos.metrics.sample-size=0")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("qos.metrics.sample-size"));
	}

	@Test
	void lazyHandleHasMetersOnceItExists() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				context.getBean(QosHandle.class);
				assertThat(registry.get("qos.handle.paused").gauges()).hasSize(1);
			});
	}

	@Test
	void metersLeaveARegistryThatLivesOn() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		this.withoutRegistry.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class))
			.withBean("registry", MeterRegistry.class, () -> registry, (definition) -> {
				((AbstractBeanDefinition) definition).setDestroyMethodName("");
			})
			.run((context) -> assertThat(registry.getMeters()).isNotEmpty());
		assertThat(registry.getMeters()).noneMatch((meter) -> meter.getId().getName().startsWith("qos."));
	}

	@Test
	void nothingIsCreatedTooEarly(CapturedOutput output) {
		this.contextRunner.withPropertyValues("qos.policies.media.traffic-type=voice")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("not eligible for getting processed by all BeanPostProcessors");
	}

	/**
	 * Wait until assertions hold. A meter that does not exist yet is an exception.
	 */
	private static void eventually(ThrowingRunnable assertions) {
		await().ignoreExceptions().untilAsserted(assertions);
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoHandles {

		@Bean
		QosHandle first(QosHandle.Builder builder) {
			return builder.build();
		}

		@Bean
		QosHandle second(QosHandle.Builder builder) {
			return builder.build();
		}

	}

}
