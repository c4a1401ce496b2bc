package io.github.qos4j.boot.client;

import java.util.List;

import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;

/**
 * Policies of tests.
 */
public final class TestPolicies {

	private TestPolicies() {
	}

	public static QosPolicy port(String name, TrafficType type, int port) {
		return policy(name, type, List.of(), List.of(new PortRange(port, port)));
	}

	public static QosPolicy remote(String name, TrafficType type, String address) {
		return policy(name, type, List.of(RemoteAddress.parse(address)), List.of());
	}

	private static QosPolicy policy(String name, TrafficType type, List<RemoteAddress> addresses,
			List<PortRange> ports) {
		return new QosPolicy(name, QosFlowOptions.of(type), new PolicyMatch(addresses, ports, List.of(), null));
	}

}
