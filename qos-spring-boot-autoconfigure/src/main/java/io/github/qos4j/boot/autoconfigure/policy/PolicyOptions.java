package io.github.qos4j.boot.autoconfigure.policy;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyProperties.Policy;
import io.github.qos4j.boot.properties.Names;
import io.github.qos4j.boot.properties.PolicyValues;
import io.github.qos4j.policy.QosPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Knows the options of the flows of a policy: what it says itself, and what the policies
 * say that it is based on.
 */
final class PolicyOptions {

	private final PropertyNames names;

	private final Map<String, Policy> policies;

	private @Nullable TrafficType type;

	private @Nullable Dscp dscp;

	private @Nullable FlowRate rate;

	PolicyOptions(PropertyNames names, Map<String, Policy> policies) {
		this.names = names;
		this.policies = policies;
	}

	/**
	 * Return the options of a policy.
	 */
	QosFlowOptions of(String name) {
		follow(name);
		TrafficType chosen = this.type;
		if (chosen == null && this.dscp != null) {
			chosen = QosPolicy.trafficTypeOf(this.dscp);
		}
		if (chosen == null) {
			throw this.names.invalid(
					this.names.firstOf(name, "rate", "base", "remote-address", "remote-port", "local-port", "protocol",
							"path"),
					"Policy '" + name + "' must have a traffic type or a DSCP. Set '"
							+ this.names.of(name, "traffic-type") + "' or '" + this.names.of(name, "dscp") + "'.");
		}
		return QosFlowOptions.of(chosen).withDscp(this.dscp).withRate(this.rate);
	}

	/**
	 * Take what is not known yet from a policy, and then from the one it is based on.
	 */
	private void follow(String first) {
		Set<String> visited = new LinkedHashSet<>();
		String name = first;
		for (Policy policy = find(name); policy != null; policy = find(name)) {
			visited.add(Names.letters(name));
			take(name, policy);
			String base = policy.base();
			if (base == null) {
				break;
			}
			requireBase(name, base, visited);
			name = base;
		}
		takeName(name);
	}

	private void requireBase(String name, String base, Set<String> visited) {
		if (visited.contains(Names.letters(base))) {
			throw this.names.invalid(this.names.of(name, "base"),
					"A policy must not be based on itself, directly or by way of others, but '" + base + "' is.");
		}
		if (find(base) == null && Names.trafficType(base).isEmpty()) {
			throw this.names.invalid(this.names.of(name, "base"),
					"Base must be the name of a policy but was '" + base + "'." + Names.didYouMean(base, Stream
						.concat(this.policies.keySet().stream(), Stream.of(TrafficType.values()).map(Names::of))));
		}
	}

	private void take(String name, Policy policy) {
		// All are parsed, so that what is wrong is told.
		Dscp ownDscp = convert(name, "dscp", policy.dscp(),
				(text) -> PolicyValues.dscp(text, this.names.of(name, "traffic-type")));
		TrafficType ownType = convert(name, "traffic-type", policy.trafficType(),
				(text) -> PolicyValues.trafficType(text, this.names.of(name, "dscp")));
		FlowRate ownRate = convert(name, "rate", policy.rate(), FlowRate::parse);
		if (this.type == null) {
			// A traffic type comes with its own code point: one that is inherited would
			// not be that of the type.
			this.dscp = (this.dscp != null) ? this.dscp : ownDscp;
			this.type = ownType;
		}
		this.rate = (this.rate != null) ? this.rate : ownRate;
	}

	/**
	 * A policy that has the name of a traffic type has that type, unless it says
	 * otherwise.
	 */
	private void takeName(String name) {
		if (this.type == null) {
			this.type = Names.trafficType(name).orElse(null);
		}
	}

	private <T> @Nullable T convert(String name, String setting, @Nullable String value,
			Function<String, T> conversion) {
		return (value != null) ? this.names.convert(this.names.of(name, setting), value, conversion) : null;
	}

	private @Nullable Policy find(String name) {
		return this.policies.entrySet()
			.stream()
			.filter((entry) -> Names.letters(entry.getKey()).equals(Names.letters(name)))
			.map(Map.Entry::getValue)
			.findFirst()
			.orElse(null);
	}

}
