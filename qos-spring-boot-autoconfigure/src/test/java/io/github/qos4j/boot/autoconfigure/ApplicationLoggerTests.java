package io.github.qos4j.boot.autoconfigure;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.Marking;
import io.github.qos4j.NativeError;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.spi.SessionFlow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ApplicationLogger}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ApplicationLoggerTests {

	@Test
	void complaintAboutClosingIsLoggedAlthoughTheApplicationEnds(CapturedOutput output) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(ComplainingConfiguration.class)
			.web(WebApplicationType.NONE)
			.run("--qos.fail-fast=true");
		context.close();
		assertThat(output)
			.containsOnlyOnce("'qosHandle' was closed with a complaint: QOSCloseHandle failed: ERROR (87). Do it");
	}

	@Test
	void hasNameOfLogger() {
		assertThat(new ApplicationLogger(QosHandle.class).getName()).isEqualTo("io.github.qos4j.QosHandle");
	}

	@Test
	void parametersArePutIn(CapturedOutput output) {
		System.Logger logger = new ApplicationLogger(QosHandle.class);
		logger.log(System.Logger.Level.WARNING, "handle ''{0}'' {1}", "a", "b");
		logger.log(System.Logger.Level.WARNING, "no {parameters} at 'all'");
		assertThat(output).contains("handle 'a' b").contains("no {parameters} at 'all'");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(QosAutoConfiguration.class)
	static class ComplainingConfiguration {

		@Bean
		QosHandleBuilderCustomizer complainingBackend() {
			return (builder) -> new ComplainingBackend().applyTo(builder);
		}

	}

	/**
	 * A backend whose sessions do not close without a complaint.
	 */
	private static final class ComplainingBackend implements QosBackend, QosSession {

		@Override
		public String name() {
			return "complaining";
		}

		@Override
		public Availability availability() {
			return Availability.yes();
		}

		@Override
		public boolean mayBlock() {
			return true;
		}

		@Override
		public QosSession open(SessionSettings settings) {
			return this;
		}

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			return () -> new Marking(dscp, null, null);
		}

		@Override
		public void remove(SessionFlow flow) {
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
			throw new QosException(new NativeError("QOSCloseHandle", 87, "ERROR", ErrorCase.INVALID, "Do it"));
		}

	}

}
