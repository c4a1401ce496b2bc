package io.github.qos4j.boot.autoconfigure.client;

import io.github.qos4j.boot.autoconfigure.QosProperties;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.policy.PolicyMarker;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link ClientMarker} that
 * the configurations of single clients use, and for the advice about clients that none
 * reaches.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnQosPolicy("qos.client.policy")
@EnableConfigurationProperties({ QosClientProperties.class, QosProperties.class })
public final class QosClientAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ClientMarker qosClientMarker(PolicyMarker marker, QosClientProperties properties) {
		return new ClientMarker(marker, properties.policy());
	}

	/**
	 * With Spring Boot 4 alone, whose class the condition is: older ones have no hooks,
	 * of which a warning of its own tells.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(EnvironmentPostProcessor.class)
	static class AdviceConfiguration {

		@Bean
		ClientAdvice qosClientAdvice(ConfigurableListableBeanFactory beans, ClientMarker marker,
				QosProperties properties, Environment environment) {
			return new ClientAdvice(beans, marker, () -> properties.marking().toMarkingProfile(),
					environment.getProperty("qos.process.enabled", Boolean.class, false),
					System.getProperty("os.name", ""));
		}

	}

}
