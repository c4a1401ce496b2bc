package io.github.qos4j.policy;

import java.net.InetAddress;
import java.util.Set;

/**
 * Knows the addresses of hosts without asking anybody.
 */
@FunctionalInterface
interface HostAddresses {

	/** Knows none. */
	HostAddresses UNKNOWN = (host) -> Set.of();

	/**
	 * Return the addresses of a host, as far as they are known.
	 */
	Set<InetAddress> of(String host);

}
