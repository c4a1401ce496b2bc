package io.github.qos4j.boot.autoconfigure.health;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosHandleBuilderCustomizer;
import io.github.qos4j.boot.health.QosHealthIndicator;
import io.github.qos4j.internal.qwave.FakeQwave;
import io.github.qos4j.internal.qwave.FakeQwaveBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application starts, serves, tells its health and stops whichever function
 * of the system hangs.
 */
@Timeout(60)
class HangingSystemTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	private final FakeQwave qwave = new FakeQwave();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class,
				QosHealthContributorAutoConfiguration.class, HealthContributorAutoConfiguration.class))
		.withPropertyValues("qos.close-timeout=100ms", "qos.recovery.check-interval=20ms",
				"management.health.qos.timeout=50ms")
		.withBean(QosHandleBuilderCustomizer.class,
				() -> (builder) -> new FakeQwaveBackend(this.qwave).applyTo(builder));

	@ParameterizedTest
	@ValueSource(strings = { "availability", "QOSCreateHandle", "QOSAddSocketToFlow", "QOSSetFlow",
			"QOSRemoveSocketFromFlow", "QOSQueryFlow", "QOSNotifyFlow", "QOSCancel", "QOSEnumerateFlows",
			"QOSStartTrackingClient", "QOSStopTrackingClient", "QOSCloseHandle", "service" })
	void holdsUpNoApplication(String function) {
		CountDownLatch gate = this.qwave.hang(function);
		QosHandle[] handle = new QosHandle[1];
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			handle[0] = context.getBean(QosHandle.class);
			try (DatagramChannel socket = DatagramChannel.open()) {
				if (!function.equals("availability")) {
					// Else it would wait some seconds for what may be another backend.
					use(handle[0], socket, function);
				}
				if (!function.equals("QOSCloseHandle")) {
					Awaitility.await().until(() -> this.qwave.hanging(function) > 0);
				}
				Health health = context.getBean(QosHealthIndicator.class).health();
				assertThat(health.getStatus()).isIn(Status.UP, Status.UNKNOWN);
				assertThat(health.getDetails()).containsKeys("handle", "flows", "service");
			}
		});
		assertThat(handle[0].state()).isEqualTo(HandleState.CLOSED);
		gate.countDown();
		Awaitility.await().until(() -> this.qwave.open() == 0);
		assertThat(this.qwave.misuse).isEmpty();
	}

	private void use(QosHandle handle, DatagramChannel socket, String function) throws IOException {
		socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		QosFlow flow = handle.addFlow(socket,
				QosFlowOptions.of(TrafficType.VOICE).withRate(FlowRate.of(1_000_000)).withQwave(QwaveOptions.ADAPTIVE));
		switch (function) {
			case "QOSRemoveSocketFromFlow" -> {
				flow.awaitActive(SOON);
				flow.close();
			}
			case "QOSNotifyFlow", "QOSCancel" -> {
				flow.awaitActive(SOON);
				CompletableFuture<FlowCondition> wait = flow.when(FlowCondition.CONGESTED);
				if (function.equals("QOSCancel")) {
					Awaitility.await().until(() -> this.qwave.pending() == 1);
					wait.cancel(false);
				}
			}
			case "QOSEnumerateFlows" -> {
				handle.awaitOpen(SOON);
				handle.qwave().systemFlows();
			}
			case "QOSStartTrackingClient", "QOSStopTrackingClient" -> {
				handle.awaitOpen(SOON);
				ClientTracking tracking = handle.qwave().trackClient(InetAddress.getLoopbackAddress());
				if (function.equals("QOSStopTrackingClient")) {
					Awaitility.await()
						.until(() -> this.qwave.calls.stream()
							.anyMatch((call) -> call.startsWith("QOSStartTrackingClient")));
					tracking.close();
				}
			}
			default -> assertThat(flow).isNotNull();
		}
	}

}
