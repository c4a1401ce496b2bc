package io.github.qos4j.boot.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.SpringBootVersion;
import org.springframework.util.ClassUtils;

/**
 * Knows whether this Spring Boot has what the auto-configurations need, and what to say
 * if it has not.
 */
final class RequiredSpringBoot {

	/** The newest of the types that every application needs: Spring Boot 3.5 has it. */
	private static final String NEWEST = "org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty";

	private RequiredSpringBoot() {
	}

	static boolean isMissing(@Nullable ClassLoader classLoader) {
		return !ClassUtils.isPresent(NEWEST, classLoader);
	}

	static String reason() {
		return "qos4j needs Spring Boot 4, and this is " + SpringBootVersion.getVersion();
	}

}
