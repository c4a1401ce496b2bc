package io.github.qos4j.boot.autoconfigure.preinitialize;

import java.util.List;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosProperties;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyProperties;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;

import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.ReflectionUtils;

/**
 * Has the classes loaded that a handle and its properties need, while the main thread
 * does something else. Loads nothing native, since it is not known yet whether the
 * application wants that.
 */
final class QosBackgroundPreinitializer implements BackgroundPreinitializer {

	/** Whose methods need classes of their own. */
	private static final List<Class<?>> CONFIGURATIONS = List.of(QosAutoConfiguration.class,
			QosPolicyAutoConfiguration.class);

	@Override
	public void preinitialize() {
		QosHandle.Builder builder = QosHandle.builder().backend("none").logger(new SilentLogger());
		try (QosHandle handle = builder.build(); PolicyMarker marker = new PolicyMarker(handle, QosPolicies.none())) {
			Binder binder = new Binder(new MapConfigurationPropertySource());
			binder.bindOrCreate("qos", QosProperties.class).marking().toMarkingProfile();
			binder.bindOrCreate("qos", QosPolicyProperties.class);
		}
		for (Class<?> configuration : CONFIGURATIONS) {
			ReflectionUtils.getUniqueDeclaredMethods(configuration);
		}
	}

}
