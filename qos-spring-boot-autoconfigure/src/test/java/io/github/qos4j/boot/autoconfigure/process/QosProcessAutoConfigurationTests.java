package io.github.qos4j.boot.autoconfigure.process;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.policy.ProcessMarker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link QosProcessAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class QosProcessAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosPolicyAutoConfiguration.class,
				QosProcessAutoConfiguration.class));

	@Test
	@EnabledOnOs(OS.LINUX)
	void connectionThatNobodyShowsIsMarkedUntilTheContextIsClosed() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
			int port = server.getLocalPort();
			this.contextRunner
				.withPropertyValues("qos.process.enabled=true", "qos.process.interval=10ms",
						"qos.policies.media.traffic-type=voice", "qos.policies.media.remote-port=" + port)
				.run((context) -> {
					QosHandle handle = context.getBean(QosHandle.class);
					await().untilAsserted(() -> assertThat(handle.flows()).hasSize(1));
					QosFlow flow = handle.flows().get(0);
					assertThat(flow.marking().isApplied()).isTrue();
					context.close();
					assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
				});
			assertThat(socket.isConnected()).isTrue();
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void connectionIsMarkedInALazyApplicationToo() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
			this.contextRunner.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
				.withPropertyValues("qos.process.enabled=true", "qos.process.interval=10ms",
						"qos.policies.media.traffic-type=voice", "qos.policies.media.remote-port=" + socket.getPort())
				.run((context) -> await()
					.untilAsserted(() -> assertThat(context.getBean(QosHandle.class).flows()).hasSize(1)));
		}
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void backendThatFindsNothingIsToldOnce() {
		// Not by what is on the console: that depends on which tests ran before.
		Logger logger = Logger.getLogger(ProcessMarker.class.getName());
		Told told = new Told();
		logger.addHandler(told);
		try {
			this.contextRunner
				.withPropertyValues("qos.process.enabled=true", "qos.process.interval=10ms", "qos.backend=none",
						"qos.policies.media.traffic-type=voice", "qos.policies.media.remote-port=443")
				.run((context) -> await().untilAsserted(() -> assertThat(told.messages).singleElement()
					.asString()
					.startsWith("Connections that no integration reaches are not marked")));
		}
		finally {
			logger.removeHandler(told);
		}
	}

	@Test
	@DisabledOnOs(OS.LINUX)
	void systemThatFindsNothingIsToldWithARemedy(CapturedOutput output) {
		this.contextRunner
			.withPropertyValues("qos.process.enabled=true", "qos.policies.media.traffic-type=voice",
					"qos.policies.media.remote-port=443")
			.run((context) -> assertThat(output).containsOnlyOnce("qos.process.enabled has no effect"));
	}

	@Test
	void isOffUnlessAskedFor() {
		this.contextRunner.withPropertyValues("qos.policies.media.traffic-type=voice")
			.run((context) -> assertThat(context).doesNotHaveBean(ProcessMarker.class));
		this.contextRunner.withPropertyValues("qos.process.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ProcessMarker.class));
		this.contextRunner.withPropertyValues("qos.process.enabled=true", "qos.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ProcessMarker.class));
	}

	@Test
	void intervalIsPositive() {
		this.contextRunner.withPropertyValues("qos.process.enabled=true", "qos.process.interval=0s")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(ex) -> assertThat(ex.getName()).isEqualTo("qos.process.interval")));
	}

	/**
	 * Keeps what is logged.
	 */
	private static final class Told extends Handler {

		private final List<String> messages = new CopyOnWriteArrayList<>();

		@Override
		public void publish(LogRecord entry) {
			this.messages.add(entry.getMessage());
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	}

}
