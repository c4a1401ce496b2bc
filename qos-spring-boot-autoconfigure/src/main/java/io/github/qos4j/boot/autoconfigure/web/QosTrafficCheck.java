package io.github.qos4j.boot.autoconfigure.web;

import io.github.qos4j.boot.web.QosTraffic;
import io.github.qos4j.boot.web.QosTraffics;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Fails the start if a {@link QosTraffic} names a policy that there is not.
 */
public final class QosTrafficCheck implements SmartInitializingSingleton {

	private final ConfigurableListableBeanFactory beans;

	private final ObjectProvider<PolicyMarker> marker;

	/**
	 * Create a check.
	 * @param beans where the controllers are
	 * @param marker the marker, which knows the policies
	 */
	public QosTrafficCheck(ConfigurableListableBeanFactory beans, ObjectProvider<PolicyMarker> marker) {
		this.beans = beans;
		this.marker = marker;
	}

	@Override
	public void afterSingletonsInstantiated() {
		QosPolicies policies = this.marker.getObject().policies();
		Controllers.in(this.beans).forEach((controller) -> QosTraffics.check(controller, policies));
	}

}
