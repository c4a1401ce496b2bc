package io.github.qos4j.boot.autoconfigure;

import io.github.qos4j.QosHandle;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for a {@link QosHandle}. The handle
 * selects its backend at run time, not by conditions: those are evaluated when an
 * application is processed ahead of time, perhaps on another system.
 * <p>
 * The handle opens in the background; application startup does not wait for it unless
 * {@code qos.fail-fast} is set. It is closed with the other beans of the context: after
 * the web server has stopped, and after the beans that depend on it. It is not a
 * lifecycle bean, because a context can be stopped and started again while flows stay
 * open.
 * <p>
 * An application that needs handles of its own builds them with the
 * {@link QosHandle.Builder}, a prototype bean to which the properties have been applied.
 */
@AutoConfiguration
@ConditionalOnClass(QosHandle.class)
@ConditionalOnBooleanProperty(name = "qos.enabled", matchIfMissing = true)
@EnableConfigurationProperties(QosProperties.class)
public final class QosAutoConfiguration {

	@Bean
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean
	QosHandle.Builder qosHandleBuilder(QosProperties properties, ObjectProvider<QosHandle.Listener> listeners,
			ObjectProvider<QosHandleBuilderCustomizer> customizers, Environment environment) {
		QosHandle.Builder builder = QosHandle.builder()
			.name("qosHandle")
			.logger(new ApplicationLogger(QosHandle.class));
		new PropertiesQosHandleBuilderCustomizer(properties).customize(builder);
		// Loops, since each lambda takes the start longer than they do.
		for (QosHandle.Listener listener : listeners.orderedStream().toList()) {
			builder.listener(listener);
		}
		for (QosHandleBuilderCustomizer customizer : customizers.orderedStream().toList()) {
			customizer.customize(builder);
		}
		if (FixedConditions.isSwitchedOff(environment)) {
			builder.backend("none");
		}
		return builder;
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	QosHandle qosHandle(QosHandle.Builder builder) {
		return builder.build();
	}

	@Bean
	static FailFast qosFailFast(ObjectProvider<QosProperties> properties) {
		return new FailFast(properties);
	}

	@Bean
	StartWarnings qosStartWarnings(ConfigurableEnvironment environment, ListableBeanFactory beans) {
		return new StartWarnings(environment, SpringBootVersion.getVersion(), beans);
	}

}
