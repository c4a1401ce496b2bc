package io.github.qos4j.boot.autoconfigure.grpc;

import io.github.qos4j.boot.grpc.GrpcTransport;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The event loops of gRPC, which its clients and servers share.
 */
@Configuration(proxyBeanMethods = false)
public class GrpcTransportConfiguration {

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	GrpcTransport qosGrpcTransport() {
		return new GrpcTransport();
	}

}
