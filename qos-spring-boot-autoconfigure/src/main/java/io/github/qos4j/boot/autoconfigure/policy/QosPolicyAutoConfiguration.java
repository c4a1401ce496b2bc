package io.github.qos4j.boot.autoconfigure.policy;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for policies and for the
 * {@link PolicyMarker} that marks connections by them.
 */
@AutoConfiguration(after = QosAutoConfiguration.class)
@ConditionalOnSingleCandidate(QosHandle.class)
@EnableConfigurationProperties(QosPolicyProperties.class)
public final class QosPolicyAutoConfiguration {

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	PolicyMarker qosPolicyMarker(QosHandle handle, QosPolicyProperties properties) {
		PolicyMarker marker = new PolicyMarker(handle, QosPolicies.none());
		PolicyMarker.setDefault(marker);
		return marker;
	}

}
