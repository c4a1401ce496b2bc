package io.github.qos4j.boot.autoconfigure;

import org.springframework.core.env.Environment;

/**
 * Reads {@code qos.enabled} as the conditions of the beans do, where these do not decide.
 * Nothing newer than Spring Boot 2.7 may be used here.
 */
final class EnabledProperty {

	private EnabledProperty() {
	}

	/**
	 * Return whether everything is switched off. Whatever is not "true" does that, such
	 * as "off".
	 */
	static boolean isOff(Environment environment) {
		return !"true".equalsIgnoreCase(environment.getProperty("qos.enabled", "true"));
	}

}
