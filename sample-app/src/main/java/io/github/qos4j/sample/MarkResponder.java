package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetSocketAddress;

import io.github.qos4j.probe.QosResponder;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Answers those who ask which marks arrive here, if {@code sample.responder.port} is set.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("sample.responder.port")
class MarkResponder {

	@Bean
	QosResponder qosResponder(@Value("${sample.responder.address:127.0.0.1}") String address,
			@Value("${sample.responder.port}") int port) throws IOException {
		return QosResponder.open(new InetSocketAddress(address, port));
	}

}
