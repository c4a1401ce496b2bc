package io.github.qos4j.boot.autoconfigure.server.reactor;

import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.QosServerProperties;
import io.github.qos4j.boot.server.ServerMarking;
import io.github.qos4j.boot.server.reactor.ReactorMarkingCustomizer;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.PolicyMarker;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of
 * Reactor Netty's server.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ HttpServer.class, NettyReactiveWebServerFactory.class, QosChannelHandler.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnQosPolicy("qos.server.policy")
@EnableConfigurationProperties(QosServerProperties.class)
public final class QosReactorServerAutoConfiguration {

	@Bean
	ReactorMarkingCustomizer qosReactorMarkingCustomizer(PolicyMarker marker, QosServerProperties properties) {
		return new ReactorMarkingCustomizer(
				new ServerMarking(marker, properties.policy(), properties.eachConnection(), null));
	}

}
