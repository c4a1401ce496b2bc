package io.github.qos4j.boot.client.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;

import org.apache.hc.core5.net.InetAddressUtils;
import org.apache.hc.core5.net.NamedEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Joins what was asked for, a host, with what it is known to be, an address. Asks nobody.
 */
final class HostAddress {

	private HostAddress() {
	}

	/**
	 * Return the address of a peer with its name as the client knows it.
	 * @param host the host and port that were asked for, or {@code null}
	 * @param address the address as far as it is known, or {@code null}
	 */
	static @Nullable SocketAddress of(@Nullable NamedEndpoint host, @Nullable SocketAddress address) {
		if (host == null || address != null && !(address instanceof InetSocketAddress)) {
			return address;
		}
		String name = host.getHostName();
		try {
			if (address instanceof InetSocketAddress inet && inet.getAddress() != null) {
				return new InetSocketAddress(InetAddress.getByAddress(name, inet.getAddress().getAddress()),
						inet.getPort());
			}
			int port = Math.max(0, host.getPort());
			return isLiteral(name) ? new InetSocketAddress(InetAddress.getByName(name), port)
					: InetSocketAddress.createUnresolved(name, port);
		}
		catch (UnknownHostException ex) {
			return address;
		}
	}

	private static boolean isLiteral(String name) {
		return InetAddressUtils.isIPv4(name) || InetAddressUtils.isIPv6(name)
				|| InetAddressUtils.isIPv6URLBracketed(name);
	}

}
