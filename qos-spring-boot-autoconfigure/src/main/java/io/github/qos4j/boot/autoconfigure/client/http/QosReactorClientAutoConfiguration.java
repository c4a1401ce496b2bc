package io.github.qos4j.boot.autoconfigure.client.http;

import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.client.http.ReactorMarking;
import io.github.qos4j.netty.QosChannelHandler;
import reactor.netty.http.client.HttpClient;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.http.client.ReactorClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of
 * Reactor Netty's HTTP client, their first packet included. Its customizers come first,
 * so that users' own may replace what they set.
 */
@AutoConfiguration(after = QosClientAutoConfiguration.class)
@ConditionalOnSingleCandidate(ClientMarker.class)
@ConditionalOnClass({ HttpClient.class, ClientHttpRequestFactoryBuilderCustomizer.class, QosChannelHandler.class })
@ConditionalOnQosPolicy("qos.client.policy")
public final class QosReactorClientAutoConfiguration {

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	ClientHttpRequestFactoryBuilderCustomizer<ReactorClientHttpRequestFactoryBuilder> qosReactorClientHttpRequestFactoryBuilderCustomizer(
			ClientMarker marker) {
		ReactorMarking marking = new ReactorMarking(marker);
		return (builder) -> builder.withHttpClientCustomizer(marking::customize);
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> qosReactorClientHttpConnectorBuilderCustomizer(
			ClientMarker marker) {
		ReactorMarking marking = new ReactorMarking(marker);
		return (builder) -> builder.withHttpClientCustomizer(marking::customize);
	}

}
