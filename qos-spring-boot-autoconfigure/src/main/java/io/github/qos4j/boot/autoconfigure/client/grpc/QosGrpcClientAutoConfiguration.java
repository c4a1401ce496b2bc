package io.github.qos4j.boot.autoconfigure.client.grpc;

import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.grpc.GrpcTransportConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.grpc.GrpcClientMarking;
import io.github.qos4j.boot.grpc.GrpcTransport;
import io.github.qos4j.netty.QosChannelHandler;
import io.grpc.netty.NettyChannelBuilder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of gRPC
 * clients. Its customizer comes first, so that a user's own may replace what it sets:
 * channels and event loops together.
 */
@AutoConfiguration(after = QosClientAutoConfiguration.class)
@ConditionalOnSingleCandidate(ClientMarker.class)
@ConditionalOnClass({ NettyChannelBuilder.class, GrpcChannelBuilderCustomizer.class, QosChannelHandler.class })
@ConditionalOnQosPolicy("qos.client.policy")
@Import(GrpcTransportConfiguration.class)
public final class QosGrpcClientAutoConfiguration {

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	GrpcClientMarking<?> qosGrpcClientMarking(GrpcTransport transport, ClientMarker marker) {
		return new GrpcClientMarking<>(transport, new QosChannelHandler(marker.marker(), marker.policy()));
	}

}
