package io.github.qos4j.boot.autoconfigure.server.grpc;

import io.github.qos4j.boot.autoconfigure.grpc.GrpcTransportConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.server.QosServerProperties;
import io.github.qos4j.boot.grpc.GrpcServerMarking;
import io.github.qos4j.boot.grpc.GrpcTransport;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.PolicyMarker;
import io.grpc.netty.NettyServerBuilder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.server.ServerBuilderCustomizer;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of gRPC
 * servers. Its customizer comes first, so that a user's own may replace what it sets:
 * channels and event loops together.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnClass({ NettyServerBuilder.class, ServerBuilderCustomizer.class, QosChannelHandler.class })
@ConditionalOnSingleCandidate(PolicyMarker.class)
@ConditionalOnQosPolicy("qos.server.policy")
@Conditional(OnInternetAddressCondition.class)
@EnableConfigurationProperties(QosServerProperties.class)
@Import(GrpcTransportConfiguration.class)
public final class QosGrpcServerAutoConfiguration {

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	GrpcServerMarking<?> qosGrpcServerMarking(GrpcTransport transport, PolicyMarker marker,
			QosServerProperties properties) {
		return new GrpcServerMarking<>(transport,
				new QosChannelHandler(marker, properties.policy(), properties.eachConnection()));
	}

}
