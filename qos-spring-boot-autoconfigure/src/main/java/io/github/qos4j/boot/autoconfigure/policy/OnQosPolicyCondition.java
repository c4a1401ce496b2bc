package io.github.qos4j.boot.autoconfigure.policy;

import java.util.Arrays;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Condition for {@link ConditionalOnQosPolicy}.
 */
class OnQosPolicyCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		Environment environment = context.getEnvironment();
		ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnQosPolicy.class);
		if (hasPolicies(environment)) {
			return ConditionOutcome.match(message.foundExactly("property qos.policies"));
		}
		return Arrays.stream(properties(metadata))
			.filter(environment::containsProperty)
			.findFirst()
			.map((name) -> ConditionOutcome.match(message.foundExactly("property " + name)))
			.orElseGet(() -> ConditionOutcome.noMatch(message.didNotFind("policy").atAll()));
	}

	/**
	 * An empty map is bound, but has no policy.
	 */
	private static boolean hasPolicies(Environment environment) {
		return Binder.get(environment)
			.bind("qos.policies", Bindable.mapOf(String.class, Object.class))
			.map((policies) -> !policies.isEmpty())
			.orElse(false);
	}

	private static String[] properties(AnnotatedTypeMetadata metadata) {
		return metadata.getAnnotations().get(ConditionalOnQosPolicy.class).getStringArray("value");
	}

}
