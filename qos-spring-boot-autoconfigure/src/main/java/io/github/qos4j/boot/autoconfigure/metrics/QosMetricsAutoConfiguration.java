package io.github.qos4j.boot.autoconfigure.metrics;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosHandleBuilderCustomizer;
import io.github.qos4j.boot.autoconfigure.process.QosProcessAutoConfiguration;
import io.github.qos4j.boot.metrics.QosMeters;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.ProcessMarker;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link QosMeters}: each
 * {@link QosHandle} has meters in the application's {@link MeterRegistry}. They are bound
 * once there is one, which no handle waits for.
 */
@AutoConfiguration(after = { QosAutoConfiguration.class, QosProcessAutoConfiguration.class },
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ MeterRegistry.class, QosHandle.class })
@EnableConfigurationProperties(QosMetricsProperties.class)
public final class QosMetricsAutoConfiguration {

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	QosMeters qosMeters(QosMetricsProperties properties, ObjectProvider<PolicyMarker> policyMarkers,
			ObjectProvider<ProcessMarker> processMarkers) {
		if (properties.sampleInterval().isNegative()) {
			throw new InvalidConfigurationPropertyValueException("qos.metrics.sample-interval",
					properties.sampleInterval(), "Must not be negative.");
		}
		if (properties.sampleSize() < 1) {
			throw new InvalidConfigurationPropertyValueException("qos.metrics.sample-size", properties.sampleSize(),
					"Must be greater than zero.");
		}
		return new QosMeters(() -> policyMarkers.orderedStream().toList(),
				() -> processMarkers.orderedStream().toList(), properties.sampleInterval(), properties.sampleSize());
	}

	@Bean
	QosHandleBuilderCustomizer qosMetersHandleBuilderCustomizer(QosMeters meters) {
		return meters::observe;
	}

	@Bean
	static HandleBeans qosMetersHandleBeans(ObjectProvider<QosMeters> meters, ApplicationContext context) {
		return new HandleBeans(meters, context);
	}

	/**
	 * Binds the meters where Spring Boot's own module that would do so is missing.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingClass("org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration")
	static class BindingConfiguration {

		@Bean
		@Lazy(false)
		SmartInitializingSingleton qosMetersBinding(QosMeters meters, ObjectProvider<MeterRegistry> registries) {
			return () -> {
				MeterRegistry unique = registries.getIfUnique();
				if (unique != null) {
					// The others may be parts of it.
					meters.bindTo(unique);
				}
				else {
					registries.orderedStream().forEach(meters::bindTo);
				}
			};
		}

	}

}
