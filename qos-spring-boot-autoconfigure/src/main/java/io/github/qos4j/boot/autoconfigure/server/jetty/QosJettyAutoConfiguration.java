package io.github.qos4j.boot.autoconfigure.server.jetty;

import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.ConditionalOnServerMarking;
import io.github.qos4j.boot.autoconfigure.server.QosServerProperties;
import io.github.qos4j.boot.autoconfigure.web.servlet.QosServletRequestAutoConfiguration;
import io.github.qos4j.boot.server.ServerMarking;
import io.github.qos4j.boot.server.jetty.JettyMarkingCustomizer;
import io.github.qos4j.boot.server.jetty.JettyRequestConnection;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.RequestMarker;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Server;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jetty.ConfigurableJettyWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of Jetty,
 * and finds those of its requests.
 */
@AutoConfiguration(after = { QosPolicyAutoConfiguration.class, QosServletRequestAutoConfiguration.class })
@ConditionalOnWebApplication
@ConditionalOnClass({ Server.class, ConfigurableJettyWebServerFactory.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnServerMarking
@EnableConfigurationProperties(QosServerProperties.class)
public final class QosJettyAutoConfiguration {

	@Bean
	JettyMarkingCustomizer qosJettyMarkingCustomizer(PolicyMarker marker, QosServerProperties properties,
			ObjectProvider<RequestMarker> requests) {
		return new JettyMarkingCustomizer(
				new ServerMarking(marker, properties.policy(), properties.eachConnection(), requests.getIfAvailable()));
	}

	/**
	 * Finds the connections of requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnClass(ServletContextRequest.class)
	@ConditionalOnBean(RequestMarker.class)
	static class RequestConfiguration {

		@Bean
		JettyRequestConnection qosJettyRequestConnection() {
			return new JettyRequestConnection();
		}

	}

}
