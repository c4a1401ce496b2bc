package io.github.qos4j.boot.autoconfigure.server.tomcat;

import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.ConditionalOnServerMarking;
import io.github.qos4j.boot.autoconfigure.server.QosServerProperties;
import io.github.qos4j.boot.autoconfigure.web.servlet.QosServletRequestAutoConfiguration;
import io.github.qos4j.boot.server.ServerMarking;
import io.github.qos4j.boot.server.tomcat.QosHttp11NioProtocol;
import io.github.qos4j.boot.server.tomcat.TomcatMarkingCustomizer;
import io.github.qos4j.boot.web.servlet.RequestConnection;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.RequestMarker;
import org.apache.catalina.startup.Tomcat;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of
 * Tomcat, and finds those of its requests.
 */
@AutoConfiguration(after = { QosPolicyAutoConfiguration.class, QosServletRequestAutoConfiguration.class })
@ConditionalOnWebApplication
@ConditionalOnClass({ Tomcat.class, ConfigurableTomcatWebServerFactory.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnServerMarking
@EnableConfigurationProperties(QosServerProperties.class)
public final class QosTomcatAutoConfiguration {

	@Bean
	TomcatMarkingCustomizer qosTomcatMarkingCustomizer(PolicyMarker marker, QosServerProperties properties,
			ObjectProvider<RequestMarker> requests) {
		return new TomcatMarkingCustomizer(
				new ServerMarking(marker, properties.policy(), properties.eachConnection(), requests.getIfAvailable()));
	}

	/**
	 * Finds the connections of requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnBean(RequestMarker.class)
	static class RequestConfiguration {

		@Bean
		RequestConnection qosTomcatRequestConnection() {
			return (request) -> QosHttp11NioProtocol.currentConnection();
		}

	}

}
