package io.github.qos4j.boot.autoconfigure.preinitialize;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosProperties;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyProperties;
import io.github.qos4j.boot.thread.DaemonThreads;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.NativeDetector;
import org.springframework.core.env.PropertyResolver;
import org.springframework.util.ReflectionUtils;

/**
 * Has the classes loaded that a handle and its properties need, on a daemon thread, while
 * the main thread does something else. Loads nothing native, and nothing at all where
 * {@code qos.enabled} is false. Spring Boot's own preinitializers are not told of
 * properties.
 */
final class QosPreinitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final Log logger = LogFactory.getLog(QosPreinitializer.class);

	/** Classes are loaded once, whatever the number of contexts. */
	private static final AtomicBoolean begun = new AtomicBoolean();

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		// A native image has all its classes.
		if (!NativeDetector.inNativeImage() && Runtime.getRuntime().availableProcessors() > 1
				&& isEnabled(context.getEnvironment()) && begun.compareAndSet(false, true)) {
			DaemonThreads.create("qos-preinitialize", QosPreinitializer::preinitializeOrTell).start();
		}
	}

	private static boolean isEnabled(PropertyResolver properties) {
		try {
			return !"false".equalsIgnoreCase(properties.getProperty("qos.enabled"));
		}
		catch (RuntimeException ex) {
			// The condition of the beans will tell.
			return false;
		}
	}

	private static void preinitializeOrTell() {
		try {
			preinitialize();
		}
		catch (Throwable ex) {
			// Whoever needs these classes will tell.
			logger.debug("Classes are not loaded ahead", ex);
		}
	}

	static void preinitialize() {
		QosHandle.Builder builder = QosHandle.builder().backend("none").logger(new SilentLogger());
		try (QosHandle handle = builder.build(); PolicyMarker marker = new PolicyMarker(handle, QosPolicies.none())) {
			Binder binder = new Binder(new MapConfigurationPropertySource());
			binder.bindOrCreate("qos", QosProperties.class).marking().toMarkingProfile();
			binder.bindOrCreate("qos", QosPolicyProperties.class);
		}
		ReflectionUtils.getUniqueDeclaredMethods(QosAutoConfiguration.class);
		ReflectionUtils.getUniqueDeclaredMethods(QosPolicyAutoConfiguration.class);
	}

}
