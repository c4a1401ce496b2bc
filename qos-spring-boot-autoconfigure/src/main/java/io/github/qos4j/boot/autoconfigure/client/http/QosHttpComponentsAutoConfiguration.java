package io.github.qos4j.boot.autoconfigure.client.http;

import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.client.http.HttpComponentsMarking;
import io.github.qos4j.boot.client.http.HttpComponentsSessionMarking;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.classic.HttpClients;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.HttpComponentsClientHttpConnectorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of Apache
 * HttpClient. Its customizers come first, so that users' own may replace what they set.
 */
@AutoConfiguration(after = QosClientAutoConfiguration.class)
@ConditionalOnSingleCandidate(ClientMarker.class)
@ConditionalOnClass(ClientHttpRequestFactoryBuilderCustomizer.class)
@ConditionalOnQosPolicy("qos.client.policy")
public final class QosHttpComponentsAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HttpClients.class)
	static class Blocking {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> qosHttpComponentsClientHttpRequestFactoryBuilderCustomizer(
				ClientMarker marker) {
			HttpComponentsMarking marking = new HttpComponentsMarking(marker);
			return (builder) -> builder.withHttpClientCustomizer(marking::customize)
				.withConnectionManagerCustomizer(marking::customize);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(value = HttpAsyncClients.class, name = "org.apache.hc.core5.reactive.ReactiveResponseConsumer")
	static class Reactive {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		ClientHttpConnectorBuilderCustomizer<HttpComponentsClientHttpConnectorBuilder> qosHttpComponentsClientHttpConnectorBuilderCustomizer(
				ClientMarker marker) {
			HttpComponentsSessionMarking marking = new HttpComponentsSessionMarking(marker);
			return (builder) -> builder.withHttpClientCustomizer((client) -> client.setIOSessionListener(marking));
		}

	}

}
