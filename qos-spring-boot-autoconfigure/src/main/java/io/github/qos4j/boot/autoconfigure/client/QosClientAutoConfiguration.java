package io.github.qos4j.boot.autoconfigure.client;

import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.policy.PolicyMarker;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the {@link ClientMarker} that
 * the configurations of single clients use.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnBean(PolicyMarker.class)
@ConditionalOnQosPolicy("qos.client.policy")
@EnableConfigurationProperties(QosClientProperties.class)
public final class QosClientAutoConfiguration {

	@Bean
	ClientMarker qosClientMarker(PolicyMarker marker, QosClientProperties properties) {
		return new ClientMarker(marker, properties.policy());
	}

}
