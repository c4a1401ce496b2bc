package io.github.qos4j.boot.autoconfigure.web;

import io.github.qos4j.boot.web.QosTraffic;
import io.github.qos4j.boot.web.QosTraffics;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches if a controller, or one of its handlers, has {@link QosTraffic}.
 */
public class OnQosTrafficCondition extends SpringBootCondition implements ConfigurationCondition {

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("@QosTraffic");
		Class<?> annotated = annotated(context.getBeanFactory());
		return (annotated != null) ? ConditionOutcome.match(message.foundExactly(annotated))
				: ConditionOutcome.noMatch(message.didNotFind("annotated controller").atAll());
	}

	private static @Nullable Class<?> annotated(@Nullable ConfigurableListableBeanFactory beans) {
		return (beans != null) ? Controllers.in(beans).filter(QosTraffics::isUsedBy).findFirst().orElse(null) : null;
	}

}
