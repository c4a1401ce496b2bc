package io.github.qos4j.boot.autoconfigure.client.redis;

import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.netty.QosChannelHandler;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of
 * Lettuce, their first packet included. Lettuce takes one {@link NettyCustomizer} alone,
 * so that of an application, which comes later, replaces the one set here; it may add a
 * {@link QosChannelHandler} itself.
 */
@AutoConfiguration(after = QosClientAutoConfiguration.class)
@ConditionalOnSingleCandidate(ClientMarker.class)
@ConditionalOnClass({ NettyCustomizer.class, ClientResourcesBuilderCustomizer.class, QosChannelHandler.class })
@ConditionalOnQosPolicy("qos.client.policy")
public final class QosLettuceAutoConfiguration {

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	ClientResourcesBuilderCustomizer qosClientResourcesBuilderCustomizer(ClientMarker marker) {
		QosChannelHandler handler = new QosChannelHandler(marker.marker(), marker.policy());
		return (builder) -> builder.nettyCustomizer(new NettyCustomizer() {

			@Override
			public void afterChannelInitialized(Channel channel) {
				channel.pipeline().addFirst(handler);
			}

		});
	}

}
