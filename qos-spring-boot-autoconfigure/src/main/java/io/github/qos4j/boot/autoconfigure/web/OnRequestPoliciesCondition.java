package io.github.qos4j.boot.autoconfigure.web;

import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.context.annotation.Conditional;

/**
 * Matches if requests may have policies: by their handlers, or by their paths. Policies
 * can get and lose paths while the application runs, so any policy is enough.
 */
public class OnRequestPoliciesCondition extends AnyNestedCondition {

	OnRequestPoliciesCondition() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@ConditionalOnQosPolicy
	static class ByPath {

	}

	@Conditional(OnQosTrafficCondition.class)
	static class ByHandler {

	}

}
