package io.github.qos4j.boot.autoconfigure.client.rabbit;

import com.rabbitmq.client.ConnectionFactory;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.client.rabbit.RabbitMarking;

import org.springframework.boot.amqp.autoconfigure.ConnectionFactoryCustomizer;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that marks the connections of
 * RabbitMQ's client. Its customizer comes last, so that it sees what users have set.
 */
@AutoConfiguration(after = QosClientAutoConfiguration.class)
@ConditionalOnSingleCandidate(ClientMarker.class)
@ConditionalOnClass({ ConnectionFactory.class, ConnectionFactoryCustomizer.class })
@ConditionalOnQosPolicy("qos.client.policy")
public final class QosRabbitAutoConfiguration {

	@Bean
	@Order(Ordered.LOWEST_PRECEDENCE)
	ConnectionFactoryCustomizer qosRabbitConnectionFactoryCustomizer(ClientMarker marker) {
		return new RabbitMarking(marker)::customize;
	}

}
