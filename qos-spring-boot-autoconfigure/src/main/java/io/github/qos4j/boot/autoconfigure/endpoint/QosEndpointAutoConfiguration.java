package io.github.qos4j.boot.autoconfigure.endpoint;

import java.util.List;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.endpoint.QosEndpoint;
import io.github.qos4j.boot.endpoint.QosEndpointJmxExtension;
import io.github.qos4j.boot.endpoint.QosEndpointWebExtension;
import io.github.qos4j.boot.endpoint.RequestCriteria;
import io.github.qos4j.boot.endpoint.RequestCriteria.Requests;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.policy.PolicyMarker;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Nullness;
import org.springframework.web.util.pattern.PathPattern;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the endpoint {@code qos}, which
 * is about every {@link QosHandle}. Needs Spring Boot 4: older ones do not see that a
 * parameter may be left out, which Spring tells by {@link Nullness} since then.
 */
@AutoConfiguration(after = { QosAutoConfiguration.class, QosPolicyAutoConfiguration.class })
@ConditionalOnClass({ ConditionalOnAvailableEndpoint.class, Nullness.class })
@ConditionalOnBean(QosHandle.class)
@ConditionalOnAvailableEndpoint(QosEndpoint.class)
@EnableConfigurationProperties(QosEndpointProperties.class)
public final class QosEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	QosEndpoint qosEndpoint(ConfigurableListableBeanFactory beanFactory, ObjectProvider<PolicyMarker> markers,
			ObjectProvider<RequestCriteria> requests, ObjectProvider<SanitizingFunction> sanitizingFunctions,
			QosEndpointProperties properties) {
		// Without those that are not singletons: they would be created for this alone.
		return new QosEndpoint(
				SimpleAutowireCandidateResolver.resolveAutowireCandidates(beanFactory, QosHandle.class, false, true),
				markers.orderedStream().toList(), requests.getIfUnique(() -> RequestCriteria.NONE),
				sanitizingFunctions.orderedStream().toList(), properties.showValues());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(QosEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	QosEndpointWebExtension qosEndpointWebExtension(QosEndpoint endpoint, QosEndpointProperties properties) {
		return new QosEndpointWebExtension(endpoint, properties.showValues(), properties.roles());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(QosEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.JMX)
	QosEndpointJmxExtension qosEndpointJmxExtension(QosEndpoint endpoint) {
		return new QosEndpointJmxExtension(endpoint);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(PathPattern.class)
	@ConditionalOnBean(RequestPolicies.class)
	static class RequestConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RequestCriteria qosRequestCriteria(RequestPolicies requests) {
			return (policy) -> {
				List<String> paths = requests.pathsOf(policy);
				return paths.isEmpty() ? null : new Requests(paths, requests.connectionsOf(policy));
			};
		}

	}

}
