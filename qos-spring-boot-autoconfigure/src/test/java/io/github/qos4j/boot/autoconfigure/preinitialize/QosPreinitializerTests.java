package io.github.qos4j.boot.autoconfigure.preinitialize;

import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link QosPreinitializer}.
 */
class QosPreinitializerTests {

	@Test
	void isFoundBySpringBoot() {
		List<?> all = SpringFactoriesLoader.loadFactories(ApplicationContextInitializer.class, null);
		assertThat(all).hasAtLeastOneElementOfType(QosPreinitializer.class);
	}

	@Test
	void failsAtNothing() {
		// What is thrown here, the background would keep to itself.
		assertThatNoException().isThrownBy(QosPreinitializer::preinitialize);
	}

	@Test
	void configurationsExist() {
		// One that is missing would not be told either.
		assertThat(QosPreinitializer.CONFIGURATIONS)
			.allMatch((name) -> ClassUtils.isPresent(name, getClass().getClassLoader()));
	}

}
