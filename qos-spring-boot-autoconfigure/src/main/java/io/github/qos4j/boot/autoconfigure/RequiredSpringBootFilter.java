package io.github.qos4j.boot.autoconfigure;

import java.util.Arrays;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Leaves out all auto-configurations of ours, with one warning, where Spring Boot is too
 * old for them. They would stop the application with a {@link NoClassDefFoundError}.
 * Nothing newer than Spring Boot 2.7 may be used here.
 */
final class RequiredSpringBootFilter implements AutoConfigurationImportFilter, BeanClassLoaderAware, EnvironmentAware {

	private static final Log logger = LogFactory.getLog(QosAutoConfiguration.class.getName());

	private static final String OURS = ClassUtils.getPackageName(RequiredSpringBootFilter.class) + ".";

	private @Nullable ClassLoader classLoader;

	private @Nullable Environment environment;

	@Override
	public void setBeanClassLoader(ClassLoader classLoader) {
		this.classLoader = classLoader;
	}

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurationClasses,
			AutoConfigurationMetadata autoConfigurationMetadata) {
		boolean[] matches = new boolean[autoConfigurationClasses.length];
		Arrays.fill(matches, true);
		if (RequiredSpringBoot.isMissing(this.classLoader)) {
			leaveOutOurs(autoConfigurationClasses, matches);
		}
		return matches;
	}

	private void leaveOutOurs(@Nullable String[] autoConfigurationClasses, boolean[] matches) {
		boolean any = false;
		for (int i = 0; i < matches.length; i++) {
			String name = autoConfigurationClasses[i];
			// Earlier filters leave nothing in the place of what they left out.
			if (name != null && name.startsWith(OURS)) {
				matches[i] = false;
				any = true;
			}
		}
		if (any && !isDisabled()) {
			logger.warn(RequiredSpringBoot.reason()
					+ ": nothing is marked, properties 'qos.*' change nothing, and there is no bean of type QosHandle. "
					+ "Use Spring Boot 4, or set 'qos.enabled=false' to hide this. QosHandle.builder() marks with any");
		}
	}

	private boolean isDisabled() {
		return this.environment != null && EnabledProperty.isOff(this.environment);
	}

}
