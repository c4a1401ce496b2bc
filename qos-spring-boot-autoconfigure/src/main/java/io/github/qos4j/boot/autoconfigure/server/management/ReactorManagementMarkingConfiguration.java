package io.github.qos4j.boot.autoconfigure.server.management;

import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.autoconfigure.server.QosManagementServerProperties;
import io.github.qos4j.boot.server.ServerMarking;
import io.github.qos4j.boot.server.reactor.ReactorMarkingCustomizer;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.PolicyMarker;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.context.annotation.Bean;

/**
 * Marks the connections of a separate management server that is Reactor Netty's. That
 * server has a context of its own, which customizers of the application's factory do not
 * reach.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ HttpServer.class, NettyReactiveWebServerFactory.class, QosChannelHandler.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnQosPolicy("qos.management.server.policy")
@EnableConfigurationProperties(QosManagementServerProperties.class)
class ReactorManagementMarkingConfiguration {

	@Bean
	ReactorMarkingCustomizer qosReactorManagementMarkingCustomizer(PolicyMarker marker,
			QosManagementServerProperties properties) {
		return new ReactorMarkingCustomizer(new ServerMarking(marker, properties.policy(), false, null));
	}

}
