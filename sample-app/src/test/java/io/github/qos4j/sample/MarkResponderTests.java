package io.github.qos4j.sample;

import java.util.concurrent.TimeUnit;

import io.github.qos4j.probe.ProbeReport;
import io.github.qos4j.probe.QosProbe;
import io.github.qos4j.probe.QosResponder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MarkResponder}.
 */
class MarkResponderTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withUserConfiguration(MarkResponder.class);

	@Test
	void isOffUnlessAPortIsSet() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(QosResponder.class));
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void tellsWhichMarksArrive() {
		this.runner.withPropertyValues("sample.responder.port=0").run((context) -> {
			QosResponder responder = context.getBean(QosResponder.class);
			ProbeReport report = QosProbe.path(responder.localAddress())
				.toCompletableFuture()
				.get(20, TimeUnit.SECONDS);
			assertThat(report.isIntact()).isTrue();
		});
	}

}
