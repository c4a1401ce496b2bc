package io.github.qos4j.policy;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * One way to match a policy: one entry of each list of its match. Rules have an order,
 * and so have the policies that match a connection.
 *
 * @param policy the policy
 * @param remoteAddress the peers, or {@code null} for any
 * @param remotePorts the peers' ports
 * @param localPorts the ports on this machine
 * @param protocol the protocol, or {@code null} for any
 */
record PolicyRule(QosPolicy policy, @Nullable RemoteAddress remoteAddress, PortRange remotePorts, PortRange localPorts,
		@Nullable TransportProtocol protocol) {

	/** The most specific first. */
	static final Comparator<PolicyRule> ORDER = Comparator.comparingInt(PolicyRule::addressSpecificity)
		.reversed()
		.thenComparingInt((rule) -> rule.remotePorts().size())
		.thenComparingInt((rule) -> rule.localPorts().size())
		.thenComparingInt((rule) -> (rule.protocol() != null) ? 0 : 1);

	/**
	 * Return the rules of a policy; none if it is used by its name alone.
	 */
	static Stream<PolicyRule> of(QosPolicy policy) {
		PolicyMatch match = policy.match();
		if (match == null) {
			return Stream.empty();
		}
		if (match.remoteAddresses().isEmpty()) {
			return of(policy, match, null);
		}
		return match.remoteAddresses().stream().flatMap((address) -> of(policy, match, address));
	}

	private static Stream<PolicyRule> of(QosPolicy policy, PolicyMatch match, @Nullable RemoteAddress address) {
		return orAny(match.remotePorts()).stream()
			.flatMap((remote) -> orAny(match.localPorts()).stream()
				.map((local) -> new PolicyRule(policy, address, remote, local, match.protocol())));
	}

	private static List<PortRange> orAny(List<PortRange> ports) {
		return ports.isEmpty() ? List.of(PortRange.ANY) : ports;
	}

	private int addressSpecificity() {
		return (this.remoteAddress != null) ? this.remoteAddress.specificity() : -1;
	}

	/**
	 * Return whether a connection meets this rule.
	 */
	boolean matches(Endpoints endpoints, HostAddresses hosts) {
		return (this.protocol == null || this.protocol == endpoints.protocol())
				&& matches(this.remotePorts, endpoints.remote()) && matches(this.localPorts, endpoints.local())
				&& (this.remoteAddress == null
						|| endpoints.remote() != null && this.remoteAddress.matches(endpoints.remote(), hosts));
	}

	private static boolean matches(PortRange ports, @Nullable InetSocketAddress address) {
		return ports.equals(PortRange.ANY) || address != null && ports.contains(address.getPort());
	}

	/**
	 * Return whether a connection could meet this rule and another one, and neither is
	 * more specific.
	 */
	boolean isAlike(PolicyRule other) {
		return ORDER.compare(this, other) == 0
				&& (this.remoteAddress == null || this.remoteAddress.equals(other.remoteAddress))
				&& this.remotePorts.overlaps(other.remotePorts) && this.localPorts.overlaps(other.localPorts)
				&& (this.protocol == null || this.protocol == other.protocol);
	}

	/**
	 * Return the criteria in words.
	 */
	String describe() {
		StringBuilder text = new StringBuilder();
		append(text, "remote address ", this.remoteAddress);
		append(text, "remote port ", this.remotePorts.equals(PortRange.ANY) ? null : this.remotePorts);
		append(text, "local port ", this.localPorts.equals(PortRange.ANY) ? null : this.localPorts);
		append(text, "protocol ", this.protocol);
		return text.toString();
	}

	private static void append(StringBuilder text, String name, @Nullable Object value) {
		if (value != null) {
			text.append(text.isEmpty() ? "" : ", ").append(name).append(value);
		}
	}

}
