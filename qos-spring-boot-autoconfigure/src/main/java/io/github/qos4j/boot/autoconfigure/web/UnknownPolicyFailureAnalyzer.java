package io.github.qos4j.boot.autoconfigure.web;

import io.github.qos4j.boot.web.UnknownPolicyException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains that a handler is annotated with a policy that there is not.
 */
class UnknownPolicyFailureAnalyzer extends AbstractFailureAnalyzer<UnknownPolicyException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownPolicyException cause) {
		return new FailureAnalysis(cause.getMessage(),
				String.format("Correct the name in the annotation, or define the policy:%n%n"
						+ "    qos.policies.%s.traffic-type=<traffic type>%n%n"
						+ "Without a policy, the annotation takes a traffic type: @QosTraffic(TrafficType.VOICE)",
						cause.policy()),
				cause);
	}

}
