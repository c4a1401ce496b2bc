package io.github.qos4j.boot.autoconfigure;

import io.github.qos4j.QosHandle;
import io.github.qos4j.policy.PolicyMarker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link MissingQosHandleFailureAnalyzer}.
 */
@ExtendWith(OutputCaptureExtension.class)
class MissingQosHandleFailureAnalyzerTests {

	@Test
	void applicationSaysThatTheHandleIsSwitchedOff(CapturedOutput output) {
		fail(Application.class, "--qos.enabled=false");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Parameter 0 of method user in ")
			.contains("required a bean of type 'io.github.qos4j.QosHandle', and there is none because the property "
					+ "'qos.enabled' is false.")
			.contains("qos.backend=none")
			.doesNotContain("Consider defining a bean");
	}

	@Test
	void applicationSaysSoForTheBuilder(CapturedOutput output) {
		fail(OwnHandle.class, "--qos.enabled=false");
		assertThat(output).contains("required a bean of type 'io.github.qos4j.QosHandle.Builder', and there is none");
	}

	@Test
	void applicationSaysSoForTheMarker(CapturedOutput output) {
		fail(UsesMarker.class, "--qos.enabled=false");
		assertThat(output).contains("required a bean of type 'io.github.qos4j.policy.PolicyMarker', and there is none");
	}

	@Test
	void leavesOtherBeansToSpringBoot(CapturedOutput output) {
		fail(OtherBean.class, "--qos.enabled=false");
		assertThat(output).contains("Consider defining a bean").doesNotContain("qos.enabled");
	}

	@Test
	void keepsSilentWhereQosIsEnabled() {
		assertThat(analyze(QosHandle.class, new MockEnvironment())).isNull();
		assertThat(analyze(QosHandle.class, new MockEnvironment().withProperty("qos.enabled", "true"))).isNull();
	}

	@Test
	void keepsSilentAboutBeanWithoutType() {
		MissingQosHandleFailureAnalyzer analyzer = new MissingQosHandleFailureAnalyzer(
				new MockEnvironment().withProperty("qos.enabled", "false"));
		assertThat(analyzer.analyze(new NoSuchBeanDefinitionException("qosHandle"))).isNull();
	}

	private static FailureAnalysis analyze(Class<?> missing, MockEnvironment environment) {
		return new MissingQosHandleFailureAnalyzer(environment).analyze(new NoSuchBeanDefinitionException(missing));
	}

	private static void fail(Class<?> application, String... arguments) {
		assertThat(catchThrowable(() -> new SpringApplicationBuilder(application).web(WebApplicationType.NONE)
			.registerShutdownHook(false)
			.run(arguments)
			.close())).isNotNull();
	}

	@EnableAutoConfiguration
	static class Application {

		@Bean
		Object user(QosHandle handle) {
			return handle.name();
		}

	}

	@EnableAutoConfiguration
	static class OwnHandle {

		@Bean
		QosHandle own(QosHandle.Builder builder) {
			return builder.build();
		}

	}

	@EnableAutoConfiguration
	static class UsesMarker {

		@Bean
		Object user(PolicyMarker marker) {
			return marker.policies();
		}

	}

	@EnableAutoConfiguration
	static class OtherBean {

		@Bean
		Object user(Thread thread) {
			return thread.getName();
		}

	}

}
