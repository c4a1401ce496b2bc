package io.github.qos4j.boot.autoconfigure.preinitialize;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosProperties;
import io.github.qos4j.boot.autoconfigure.event.QosEventProperties;
import io.github.qos4j.boot.autoconfigure.health.QosHealthProperties;
import io.github.qos4j.boot.autoconfigure.metrics.QosMetricsProperties;
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
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Has the classes loaded that a handle and its properties need, on a daemon thread, while
 * the main thread does something else. Loads nothing native, and nothing at all where
 * {@code qos.enabled} is false. Spring Boot's own preinitializers are not told of
 * properties.
 */
final class QosPreinitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final Log logger = LogFactory.getLog(QosPreinitializer.class);

	private static final List<Class<? extends Record>> PROPERTIES = List.of(QosProperties.class,
			QosPolicyProperties.class, QosEventProperties.class, QosMetricsProperties.class, QosHealthProperties.class);

	/**
	 * Those whose beans most applications have. Named, since not all can be loaded
	 * everywhere.
	 */
	static final List<String> CONFIGURATIONS = Stream
		.of("QosAutoConfiguration", "policy.QosPolicyAutoConfiguration",
				"policy.QosPolicyAutoConfiguration$MarkerConfiguration",
				"policy.QosPolicyAutoConfiguration$RequestConfiguration", "event.QosEventAutoConfiguration",
				"event.QosEventAutoConfiguration$UnpublishedConfiguration", "metrics.QosMetricsAutoConfiguration",
				"health.QosHealthContributorAutoConfiguration")
		.map("io.github.qos4j.boot.autoconfigure."::concat)
		.toList();

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
		Binder binder = new Binder(new MapConfigurationPropertySource());
		QosHandle.Builder builder = QosHandle.builder().backend("none").logger(new SilentLogger());
		try (QosHandle handle = builder.build(); PolicyMarker marker = new PolicyMarker(handle, QosPolicies.none())) {
			binder.bindOrCreate("qos", QosProperties.class).marking().toMarkingProfile();
			inspect(handle.getClass());
			inspect(marker.getClass());
		}
		for (Class<?> type : PROPERTIES) {
			// Spring looks for beans in tables, and a record links what computes its
			// hash.
			Objects.hash(binder.bindOrCreate("qos", type));
			inspect(type);
		}
		for (String configuration : CONFIGURATIONS) {
			inspectBeans(configuration);
		}
	}

	/**
	 * Load what Spring looks at when it creates beans, and have it keep what it found. Of
	 * annotations it would log those that name what is missing.
	 */
	private static void inspectBeans(String configuration) {
		try {
			Class<?> type = ClassUtils.forName(configuration, QosPreinitializer.class.getClassLoader());
			inspect(type);
			for (Method method : ReflectionUtils.getDeclaredMethods(type)) {
				if (method.getReturnType().getName().startsWith("io.github.qos4j.")) {
					inspect(method.getReturnType());
				}
			}
		}
		catch (ClassNotFoundException | LinkageError ex) {
			// What it is for is not on the class path, so nobody will need it.
			logger.trace("Not loaded ahead: " + configuration, ex);
		}
	}

	private static void inspect(Class<?> type) {
		ReflectionUtils.doWithMethods(type, (method) -> {
		});
		ReflectionUtils.doWithFields(type, (field) -> {
		});
	}

}
