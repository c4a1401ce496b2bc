package io.github.qos4j.boot.autoconfigure.health;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.health.QosHealthIndicator;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link QosHealthIndicator}: one
 * component for each {@link QosHandle}.
 */
@AutoConfiguration(after = QosAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnBean(QosHandle.class)
@ConditionalOnEnabledHealthIndicator("qos")
@EnableConfigurationProperties(QosHealthProperties.class)
public final class QosHealthContributorAutoConfiguration
		extends CompositeHealthContributorConfiguration<QosHealthIndicator, QosHandle> {

	QosHealthContributorAutoConfiguration(QosHealthProperties properties) {
		super((handle) -> new QosHealthIndicator(handle, properties.timeout(), properties.grace()));
		if (properties.timeout().isZero() || properties.timeout().isNegative()) {
			throw new InvalidConfigurationPropertyValueException("management.health.qos.timeout", properties.timeout(),
					"Must be longer than zero.");
		}
		if (properties.grace().isNegative()) {
			throw new InvalidConfigurationPropertyValueException("management.health.qos.grace", properties.grace(),
					"Must not be negative.");
		}
	}

	@Bean
	@ConditionalOnMissingBean(name = { "qosHealthIndicator", "qosHealthContributor" })
	HealthContributor qosHealthContributor(ConfigurableListableBeanFactory beanFactory) {
		return createContributor(beanFactory, QosHandle.class);
	}

}
