package io.github.qos4j.boot.autoconfigure.server.grpc;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Does not match if the gRPC server listens on a Unix domain socket: it has channels and
 * event loops of its own then, which a builder does not tell.
 */
class OnInternetAddressCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		ConditionMessage.Builder message = ConditionMessage.forCondition("gRPC server address");
		boolean domainSocket = environment.getProperty("spring.grpc.server.address", "").startsWith("unix:")
				|| environment.containsProperty("spring.grpc.server.netty.domain-socket-path");
		return domainSocket ? ConditionOutcome.noMatch(message.because("it is a Unix domain socket"))
				: ConditionOutcome.match(message.because("it is no Unix domain socket"));
	}

}
