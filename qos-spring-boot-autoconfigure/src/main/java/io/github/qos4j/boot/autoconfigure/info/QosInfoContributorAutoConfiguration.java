package io.github.qos4j.boot.autoconfigure.info;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.info.QosInfoContributor;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.autoconfigure.info.InfoContributorFallback;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@link QosInfoContributor},
 * which is off unless {@code management.info.qos.enabled} is set.
 */
@AutoConfiguration(after = QosAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnEnabledInfoContributor.class)
@ConditionalOnBean(QosHandle.class)
@ConditionalOnEnabledInfoContributor(value = "qos", fallback = InfoContributorFallback.DISABLE)
public final class QosInfoContributorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	QosInfoContributor qosInfoContributor(ConfigurableListableBeanFactory beanFactory) {
		// Without those that are not singletons: they would be created for this alone.
		return new QosInfoContributor(
				SimpleAutowireCandidateResolver.resolveAutowireCandidates(beanFactory, QosHandle.class, false, true));
	}

}
