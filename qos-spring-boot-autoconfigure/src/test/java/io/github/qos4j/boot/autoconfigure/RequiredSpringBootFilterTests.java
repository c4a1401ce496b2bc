package io.github.qos4j.boot.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link RequiredSpringBootFilter}.
 */
@ExtendWith(OutputCaptureExtension.class)
class RequiredSpringBootFilterTests {

	private static final @Nullable String[] CLASSES = { "org.example.OtherAutoConfiguration", null,
			QosAutoConfiguration.class.getName(),
			"io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration" };

	@Test
	void leavesOutOursWhereSpringBootIsTooOld(CapturedOutput output) {
		assertThat(filter(true, new MockEnvironment())).containsExactly(true, true, false, false);
		assertThat(output).containsOnlyOnce("qos4j needs Spring Boot 4, and this is ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "false", "FALSE", "off", "no", "" })
	void saysNothingWhereQosIsDisabled(String value, CapturedOutput output) {
		assertThat(filter(true, new MockEnvironment().withProperty("qos.enabled", value))).containsExactly(true, true,
				false, false);
		assertThat(output).doesNotContain("qos4j needs");
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "True" })
	void warnsWhereQosIsEnabled(String value, CapturedOutput output) {
		filter(true, new MockEnvironment().withProperty("qos.enabled", value));
		assertThat(output).containsOnlyOnce("qos4j needs Spring Boot 4");
	}

	@Test
	void leavesAllWithThisSpringBoot(CapturedOutput output) {
		assertThat(filter(false, new MockEnvironment())).containsOnly(true);
		assertThat(output).doesNotContain("qos4j needs");
	}

	@Test
	void isAsked() {
		assertThat(SpringFactoriesLoader.forDefaultResourceLocation().load(AutoConfigurationImportFilter.class))
			.hasAtLeastOneElementOfType(RequiredSpringBootFilter.class);
	}

	private static boolean[] filter(boolean old, MockEnvironment environment) {
		RequiredSpringBootFilter filter = new RequiredSpringBootFilter();
		ClassLoader classLoader = RequiredSpringBootFilterTests.class.getClassLoader();
		filter.setBeanClassLoader(old ? new FilteredClassLoader(ConditionalOnBooleanProperty.class) : classLoader);
		filter.setEnvironment(environment);
		return filter.match(CLASSES, mock(AutoConfigurationMetadata.class));
	}

}
