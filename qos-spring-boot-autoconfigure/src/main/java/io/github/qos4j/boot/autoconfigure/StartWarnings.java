package io.github.qos4j.boot.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Logs once at the start what would go wrong in silence: properties that nothing reads,
 * and a Spring Boot that this auto-configuration is not made for.
 */
final class StartWarnings implements SmartInitializingSingleton {

	private static final Log logger = LogFactory.getLog(QosAutoConfiguration.class);

	private final ConfigurableEnvironment environment;

	private final @Nullable String bootVersion;

	private final ListableBeanFactory beans;

	StartWarnings(ConfigurableEnvironment environment, @Nullable String bootVersion, ListableBeanFactory beans) {
		this.environment = environment;
		this.bootVersion = bootVersion;
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		warnings().forEach(logger::warn);
	}

	List<String> warnings() {
		List<String> warnings = new ArrayList<>();
		if (this.bootVersion != null && this.bootVersion.matches("[1-3]\\..*")) {
			warnings.add("qos4j is made for Spring Boot 4, and this is " + this.bootVersion
					+ ": flows that you add are marked, and on Linux connections that qos.process.enabled=true finds, "
					+ "but policies do not reach its web servers and clients, "
					+ "and there are no health, endpoint and meters of qos4j. Use Spring Boot 4");
		}
		warnings.addAll(UnknownProperties.describe(this.environment));
		warnings.addAll(FixedConditions.describe(this.environment, this.beans));
		return warnings;
	}

}
