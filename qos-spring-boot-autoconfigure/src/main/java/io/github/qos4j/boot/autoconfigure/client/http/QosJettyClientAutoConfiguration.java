package io.github.qos4j.boot.autoconfigure.client.http;

import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.client.http.JettyConnectMarking;
import org.eclipse.jetty.client.HttpClient;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.http.client.JettyClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.JettyClientHttpConnectorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of
 * Jetty's HTTP client.
 */
@AutoConfiguration(after = QosClientAutoConfiguration.class)
@ConditionalOnSingleCandidate(ClientMarker.class)
@ConditionalOnClass({ ClientHttpRequestFactoryBuilderCustomizer.class, HttpClient.class })
@ConditionalOnQosPolicy("qos.client.policy")
public final class QosJettyClientAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	static class Blocking {

		@Bean
		ClientHttpRequestFactoryBuilderCustomizer<JettyClientHttpRequestFactoryBuilder> qosJettyClientHttpRequestFactoryBuilderCustomizer(
				ClientMarker marker) {
			JettyConnectMarking marking = new JettyConnectMarking(marker);
			return (builder) -> builder
				.withClientConnectorCustomizerCustomizer((connector) -> connector.addEventListener(marking));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.eclipse.jetty.reactive.client.ReactiveRequest")
	static class Reactive {

		@Bean
		ClientHttpConnectorBuilderCustomizer<JettyClientHttpConnectorBuilder> qosJettyClientHttpConnectorBuilderCustomizer(
				ClientMarker marker) {
			JettyConnectMarking marking = new JettyConnectMarking(marker);
			return (builder) -> builder
				.withClientConnectorCustomizerCustomizer((connector) -> connector.addEventListener(marking));
		}

	}

}
