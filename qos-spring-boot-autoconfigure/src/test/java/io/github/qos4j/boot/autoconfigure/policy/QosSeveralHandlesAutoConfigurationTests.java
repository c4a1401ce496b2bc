package io.github.qos4j.boot.autoconfigure.policy;

import io.github.qos4j.boot.TestHandles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosSeveralHandlesAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class QosSeveralHandlesAutoConfigurationTests {

	private static final String WARNING = "Policies mark nothing, because there are several beans of type QosHandle, "
			+ "first, second. Put @Primary on the one that they are to use";

	@ParameterizedTest
	@ValueSource(strings = { "--qos.policies.media.dscp=CS1", "--qos.server.policy=voice",
			"--qos.management.server.policy=voice", "--qos.client.policy=voice" })
	void tellsOnceWhyPoliciesMarkNothing(String property, CapturedOutput output) {
		start(Several.class, property);
		assertThat(output).containsOnlyOnce(WARNING);
	}

	@Test
	void keepsSilentWithoutPolicy(CapturedOutput output) {
		start(Several.class);
		assertThat(output).doesNotContain("Policies mark nothing");
	}

	@Test
	void keepsSilentWherePoliciesHaveAHandle(CapturedOutput output) {
		start(One.class, "--qos.client.policy=voice");
		start(PrimaryOne.class, "--qos.client.policy=voice");
		start(One.class, "--qos.client.policy=voice", "--qos.enabled=false");
		assertThat(output).doesNotContain("Policies mark nothing");
	}

	private static void start(Class<?> application, String... arguments) {
		new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.properties("qos.backend=none")
			.registerShutdownHook(false)
			.run(arguments)
			.close();
	}

	@EnableAutoConfiguration
	static class One {

	}

	@EnableAutoConfiguration
	@Import(TestHandles.Two.class)
	static class Several {

	}

	@EnableAutoConfiguration
	@Import(TestHandles.OnePrimary.class)
	static class PrimaryOne {

	}

}
