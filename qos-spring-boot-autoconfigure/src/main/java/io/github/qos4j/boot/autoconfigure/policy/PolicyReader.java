package io.github.qos4j.boot.autoconfigure.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyProperties.Policy;
import io.github.qos4j.boot.properties.Names;
import io.github.qos4j.boot.properties.PolicyValues;
import io.github.qos4j.policy.ConflictingPoliciesException;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;
import io.github.qos4j.policy.TransportProtocol;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.PropertyResolver;

/**
 * Reads policies from properties, and refuses what is wrong with the name of its
 * property.
 */
final class PolicyReader {

	/** The properties that name a policy. */
	static final List<String> USERS = List.of("qos.server.policy", "qos.management.server.policy", "qos.client.policy");

	private final PropertyNames names;

	private final PropertyResolver environment;

	/** As written, the first of those that are one and the same. */
	private final Map<String, Policy> policies;

	PolicyReader(PropertyResolver environment, QosPolicyProperties properties) {
		this.environment = environment;
		this.names = new PropertyNames(environment);
		this.policies = withoutRepetitions(properties.policies());
	}

	/**
	 * A policy that is in the environment and in a file has two keys with the same
	 * values, since an environment variable cannot be written as a file can.
	 */
	private static Map<String, Policy> withoutRepetitions(Map<String, Policy> policies) {
		Map<String, Policy> different = new LinkedHashMap<>();
		// In order, since what binds them knows none: so is what is told of them.
		for (Map.Entry<String, Policy> policy : new TreeMap<>(policies).entrySet()) {
			if (!isRepeated(policy, different)) {
				different.put(policy.getKey(), policy.getValue());
			}
		}
		return different;
	}

	private static boolean isRepeated(Map.Entry<String, Policy> policy, Map<String, Policy> others) {
		String letters = Names.letters(policy.getKey());
		return others.entrySet()
			.stream()
			.anyMatch((other) -> Names.letters(other.getKey()).equals(letters)
					&& other.getValue().equals(policy.getValue()));
	}

	/**
	 * Return the policies, and check that the properties that name one name one of them.
	 */
	QosPolicies read() {
		// Loops, since each lambda takes the start longer than they do.
		List<QosPolicy> read = new ArrayList<>();
		for (Map.Entry<String, Policy> policy : this.policies.entrySet()) {
			read.add(policy(policy.getKey(), policy.getValue()));
		}
		try {
			QosPolicies known = read.isEmpty() ? QosPolicies.none() : QosPolicies.of(read);
			for (String user : USERS) {
				requireKnown(known, user);
			}
			return known;
		}
		catch (ConflictingPoliciesException ex) {
			throw this.names.invalid(criterion(ex.second()),
					ex.getMessage() + ". Change '" + criterion(ex.first()) + "' or '" + criterion(ex.second()) + "'.");
		}
	}

	/**
	 * Return the path patterns of each policy that has some.
	 */
	Map<String, List<String>> paths() {
		Map<String, List<String>> paths = new LinkedHashMap<>();
		for (Map.Entry<String, Policy> policy : this.policies.entrySet()) {
			if (!policy.getValue().path().isEmpty()) {
				paths.put(policy.getKey(), policy.getValue().path());
			}
		}
		return paths;
	}

	/**
	 * Return the connections of the policies that have both paths and criteria for
	 * connections.
	 */
	Map<String, PolicyMatch> connectionsOfPaths() {
		Map<String, PolicyMatch> matches = new LinkedHashMap<>();
		for (Map.Entry<String, Policy> policy : this.policies.entrySet()) {
			PolicyMatch match = policy.getValue().path().isEmpty() ? null : match(policy.getKey(), policy.getValue());
			if (match != null) {
				matches.put(policy.getKey(), match);
			}
		}
		return matches;
	}

	PropertyNames names() {
		return this.names;
	}

	private QosPolicy policy(String name, Policy policy) {
		QosFlowOptions options = new PolicyOptions(this.names, this.policies).of(name);
		PolicyMatch match = match(name, policy);
		// Those with paths are for requests, not for whole connections.
		return new QosPolicy(name, options, policy.path().isEmpty() ? match : null);
	}

	private @Nullable PolicyMatch match(String name, Policy policy) {
		List<RemoteAddress> addresses = parse(name, "remote-address", policy.remoteAddress(),
				(text) -> remoteAddress(text, policy));
		List<PortRange> remotePorts = parse(name, "remote-port", policy.remotePort(), PortRange::parse);
		List<PortRange> localPorts = parse(name, "local-port", policy.localPort(), PortRange::parse);
		TransportProtocol protocol = (policy.protocol() != null)
				? this.names.convert(this.names.of(name, "protocol"), policy.protocol(), PolicyReader::protocol) : null;
		boolean any = addresses.isEmpty() && remotePorts.isEmpty() && localPorts.isEmpty() && protocol == null;
		return any ? null : new PolicyMatch(addresses, remotePorts, localPorts, protocol);
	}

	private <T> List<T> parse(String name, String setting, List<String> texts, Function<String, T> conversion) {
		List<T> parsed = new ArrayList<>();
		for (int i = 0; i < texts.size(); i++) {
			parsed.add(this.names.convert(this.names.entry(name, setting, i), texts.get(i), conversion));
		}
		return parsed;
	}

	private static RemoteAddress remoteAddress(String text, Policy policy) {
		RemoteAddress address = RemoteAddress.parse(text);
		if (address.isHost() && !policy.path().isEmpty()) {
			throw new IllegalArgumentException("Remote address of a policy with paths must be an IP address or a "
					+ "network, because a peer that sends requests has no name, but was '" + text + "'");
		}
		return address;
	}

	private static TransportProtocol protocol(String text) {
		return Stream.of(TransportProtocol.values())
			.filter((protocol) -> protocol.name().equalsIgnoreCase(text.strip()))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("Protocol must be one of tcp, udp but was '" + text + "'"));
	}

	private String criterion(String name) {
		return this.names.firstOf(name, "remote-address", "remote-port", "local-port", "protocol", "traffic-type",
				"dscp", "base", "rate", "path");
	}

	private void requireKnown(QosPolicies known, String user) {
		String name = this.environment.getProperty(user);
		if (name != null && known.named(name).isEmpty()) {
			throw this.names.invalid(user, reason(known, name, user));
		}
	}

	private static String reason(QosPolicies known, String name, String user) {
		List<String> all = known.all().stream().map(QosPolicy::name).toList();
		if (name.isBlank()) {
			return "Must be the name of a policy, one of " + String.join(", ", all) + ", but was empty.";
		}
		if (PolicyValues.isDscp(name)) {
			return "'" + name + "' is a DSCP, not the name of a policy. Define a policy, for example "
					+ "'qos.policies.mine.dscp=" + name + "', and name it: '" + user + "=mine'.";
		}
		return "Policy must be one of " + String.join(", ", all) + " but was '" + name + "'."
				+ Names.didYouMean(name, all.stream());
	}

}
