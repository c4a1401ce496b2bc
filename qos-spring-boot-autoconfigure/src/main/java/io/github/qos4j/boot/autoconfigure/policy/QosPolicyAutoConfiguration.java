package io.github.qos4j.boot.autoconfigure.policy;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.policy.PolicyMarker;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.util.pattern.PathPattern;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for policies, for the
 * {@link PolicyMarker} that marks connections by them, and for the policies of requests.
 */
@AutoConfiguration(after = QosAutoConfiguration.class)
@ConditionalOnSingleCandidate(QosHandle.class)
@EnableConfigurationProperties(QosPolicyProperties.class)
public final class QosPolicyAutoConfiguration {

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	PolicyMarker qosPolicyMarker(QosHandle handle, QosPolicyProperties properties, Environment environment) {
		PolicyMarker marker = new PolicyMarker(handle, new PolicyReader(environment, properties).read());
		PolicyMarker.setDefault(marker);
		return marker;
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PathPattern.class)
	static class RequestConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RequestPolicies qosRequestPolicies(QosPolicyProperties properties, Environment environment) {
			return RequestPolicyReader.read(new PolicyReader(environment, properties));
		}

	}

}
