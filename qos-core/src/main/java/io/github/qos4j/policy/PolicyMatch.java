package io.github.qos4j.policy;

import java.util.List;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Which connections a policy is for: those that meet all criteria that are given; of a
 * list, one entry is enough. Immutable.
 *
 * @param remoteAddresses the peers; empty for any
 * @param remotePorts the peers' ports; empty for any
 * @param localPorts the ports on this machine; empty for any
 * @param protocol the protocol, or {@code null} for any
 */
public record PolicyMatch(List<RemoteAddress> remoteAddresses, List<PortRange> remotePorts, List<PortRange> localPorts,
		@Nullable TransportProtocol protocol) {

	/**
	 * Create a match.
	 * @param remoteAddresses the peers
	 * @param remotePorts the peers' ports
	 * @param localPorts the ports on this machine
	 * @param protocol the protocol, or {@code null}
	 * @throws IllegalArgumentException if a list or one of its entries is null, or if
	 * there is no criterion at all
	 */
	public PolicyMatch {
		remoteAddresses = copy(remoteAddresses, "remoteAddresses");
		remotePorts = copy(remotePorts, "remotePorts");
		localPorts = copy(localPorts, "localPorts");
		if (remoteAddresses.isEmpty() && remotePorts.isEmpty() && localPorts.isEmpty() && protocol == null) {
			throw new IllegalArgumentException("A match must have at least one criterion");
		}
	}

	private static <T> List<T> copy(List<T> list, String name) {
		Assert.notNull(list, name).forEach((entry) -> Assert.notNull(entry, name));
		return List.copyOf(list);
	}

}
