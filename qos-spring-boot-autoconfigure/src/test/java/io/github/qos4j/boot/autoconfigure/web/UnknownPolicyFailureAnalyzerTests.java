package io.github.qos4j.boot.autoconfigure.web;

import io.github.qos4j.boot.web.QosTraffic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link UnknownPolicyFailureAnalyzer}.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnknownPolicyFailureAnalyzerTests {

	@Test
	void applicationSaysWhichHandlerNamesNoPolicy(CapturedOutput output) {
		assertThat(catchThrowable(() -> new SpringApplicationBuilder(Application.class).registerShutdownHook(false)
			.run("--server.port=0", "--qos.backend=none")
			.close())).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("@QosTraffic on " + Mistaken.class.getName() + ".mistaken(): Policy must be one of")
			.contains("but was 'vioce'. Did you mean 'voice'?")
			.contains("qos.policies.vioce.traffic-type=");
	}

	@EnableAutoConfiguration
	@Import(Mistaken.class)
	static class Application {

	}

	@RestController
	static class Mistaken {

		@GetMapping("/mistaken")
		@QosTraffic(policy = "vioce")
		String mistaken() {
			return "mistaken";
		}

	}

}
