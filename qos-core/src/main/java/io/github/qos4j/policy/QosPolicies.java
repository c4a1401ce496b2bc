package io.github.qos4j.policy;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * A set of policies, of which at most one is for a connection. Immutable.
 * <p>
 * Each traffic type is a policy of its own, {@code audio-video} for example, unless one
 * of that name is given. Of several policies that match a connection the most specific
 * one wins. What decides first:
 * <ol>
 * <li>the remote address: a host before an address, an address before a network, a small
 * network before a large one, any of these before none</li>
 * <li>the remote ports: the range with fewer ports</li>
 * <li>the local ports: the range with fewer ports</li>
 * <li>a protocol before none</li>
 * </ol>
 * Two policies that could match the same connection and are alike in all of these are
 * refused.
 */
public final class QosPolicies {

	private static final QosPolicies NONE = new QosPolicies(List.of());

	/** By {@link QosPolicy#key}; those that were given first. */
	private final Map<String, QosPolicy> byName = new LinkedHashMap<>();

	/** The same by their names as they are. */
	private final Map<String, QosPolicy> byGivenName;

	/** The most specific first. */
	private final List<PolicyRule> rules;

	private final List<String> given;

	private QosPolicies(Collection<QosPolicy> policies) {
		for (QosPolicy policy : policies) {
			QosPolicy other = this.byName.putIfAbsent(QosPolicy.key(Assert.notNull(policy, "policies").name()), policy);
			if (other != null) {
				throw new ConflictingPoliciesException(
						"Policies must have different names but two are '" + policy.name() + "'", other, policy);
			}
		}
		this.given = policies.stream().map(QosPolicy::name).toList();
		this.rules = policies.stream().flatMap(PolicyRule::of).sorted(PolicyRule.ORDER).toList();
		requireDifferent(this.rules);
		Arrays.stream(TrafficType.values())
			.map(QosPolicy::of)
			.forEach((policy) -> this.byName.putIfAbsent(QosPolicy.key(policy.name()), policy));
		this.byGivenName = this.byName.values()
			.stream()
			.collect(Collectors.toUnmodifiableMap(QosPolicy::name, Function.identity()));
	}

	private static void requireDifferent(List<PolicyRule> rules) {
		for (int i = 0; i < rules.size(); i++) {
			PolicyRule first = rules.get(i);
			// Those that are as specific follow each other.
			for (int j = i + 1; j < rules.size() && PolicyRule.ORDER.compare(first, rules.get(j)) == 0; j++) {
				PolicyRule second = rules.get(j);
				if (first.policy() != second.policy() && first.isAlike(second)) {
					throw new ConflictingPoliciesException(
							"Policies '" + first.policy().name() + "' (" + first.describe() + ") and '"
									+ second.policy().name() + "' (" + second.describe()
									+ ") match the same connections, and neither is more specific",
							first.policy(), second.policy());
				}
			}
		}
	}

	/**
	 * Return the traffic types' policies alone.
	 * @return the policies
	 */
	public static QosPolicies none() {
		return NONE;
	}

	/**
	 * Create a set of policies.
	 * @param policies the policies
	 * @return the set
	 * @throws ConflictingPoliciesException if two have the same name, or match alike
	 * @throws IllegalArgumentException if the collection or one of its elements is null
	 */
	public static QosPolicies of(Collection<QosPolicy> policies) {
		return new QosPolicies(Assert.notNull(policies, "policies"));
	}

	/**
	 * Return the policy of a name, in any case and with anything or nothing between its
	 * words.
	 * @param name the name
	 * @return the policy, or empty if there is none of that name
	 * @throws IllegalArgumentException if the name is null
	 */
	public Optional<QosPolicy> named(String name) {
		// Most are asked for as they were given, and the key of a name takes its time.
		QosPolicy asGiven = this.byGivenName.get(Assert.notNull(name, "name"));
		return Optional.ofNullable((asGiven != null) ? asGiven : this.byName.get(QosPolicy.key(name)));
	}

	/**
	 * Return the policy of a name.
	 * @param name the name
	 * @return the policy
	 * @throws IllegalArgumentException if the name is null, or if there is no policy of
	 * that name; the message names those that there are
	 */
	public QosPolicy require(String name) {
		return named(name).orElseThrow(() -> new IllegalArgumentException("Policy must be one of "
				+ this.byName.values().stream().map(QosPolicy::name).collect(Collectors.joining(", ")) + " but was '"
				+ name + "'"));
	}

	/**
	 * Return all policies, those of the traffic types last.
	 * @return the policies
	 */
	public List<QosPolicy> all() {
		return List.copyOf(this.byName.values());
	}

	/**
	 * Return whether any policy is for connections by itself.
	 * @return {@code true} if one has a match
	 */
	public boolean haveMatches() {
		return !this.rules.isEmpty();
	}

	/**
	 * Return the most specific policy for a connection. Hosts are compared by name; no
	 * name is resolved. Does not block.
	 * @param endpoints the ends of the connection
	 * @return the policy, or empty if none matches
	 * @throws IllegalArgumentException if the endpoints are null
	 */
	public Optional<QosPolicy> match(Endpoints endpoints) {
		return Optional.ofNullable(match(Assert.notNull(endpoints, "endpoints"), HostAddresses.UNKNOWN));
	}

	@Nullable QosPolicy match(Endpoints endpoints, HostAddresses hosts) {
		for (PolicyRule rule : this.rules) {
			if (rule.matches(endpoints, hosts)) {
				return rule.policy();
			}
		}
		return null;
	}

	/**
	 * Return the hosts that policies name.
	 */
	Set<String> hosts() {
		return this.rules.stream()
			.map(PolicyRule::remoteAddress)
			.map((address) -> (address != null) ? address.host() : null)
			.filter((host) -> host != null)
			.collect(Collectors.toSet());
	}

	/**
	 * Return the names of the policies that were given.
	 */
	@Override
	public String toString() {
		return this.given.toString();
	}

}
