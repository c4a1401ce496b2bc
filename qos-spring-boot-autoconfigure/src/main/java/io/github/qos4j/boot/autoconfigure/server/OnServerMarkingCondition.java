package io.github.qos4j.boot.autoconfigure.server;

import io.github.qos4j.boot.autoconfigure.policy.ConditionalOnQosPolicy;
import io.github.qos4j.policy.RequestMarker;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;

/**
 * Condition for {@link ConditionalOnServerMarking}.
 */
class OnServerMarkingCondition extends AnyNestedCondition {

	OnServerMarkingCondition() {
		super(ConfigurationPhase.REGISTER_BEAN);
	}

	@ConditionalOnQosPolicy("qos.server.policy")
	static class Connections {

	}

	@ConditionalOnBean(RequestMarker.class)
	static class Requests {

	}

}
