package io.github.qos4j.internal.qwave;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

import com.sun.jna.Memory;

/**
 * Addresses of sockets as Windows has them in memory: the family in the order of the
 * machine, the rest in that of the network.
 */
final class SocketAddresses {

	/** Address family of IPv4. */
	static final int AF_INET = 2;

	/** Address family of IPv6. */
	static final int AF_INET6 = 23;

	/** Size of a {@code sockaddr_in}. */
	static final int SIZE_IN = 16;

	/** Size of a {@code sockaddr_in6}. */
	static final int SIZE_IN6 = 28;

	private static final int PORT = 2;

	private static final int ADDRESS_IN = 4;

	private static final int ADDRESS_IN6 = 8;

	private static final int SCOPE_IN6 = 24;

	private SocketAddresses() {
	}

	static int family(InetAddress address) {
		return (address instanceof Inet6Address) ? AF_INET6 : AF_INET;
	}

	/**
	 * Return an address and port.
	 */
	static Memory of(InetSocketAddress address) {
		InetAddress ip = address.getAddress();
		boolean ipv6 = family(ip) == AF_INET6;
		Memory memory = new Memory(ipv6 ? SIZE_IN6 : SIZE_IN);
		memory.clear();
		memory.setShort(0, (short) family(ip));
		byte[] port = ByteBuffer.allocate(Short.BYTES).putShort((short) address.getPort()).array();
		memory.write(PORT, port, 0, port.length);
		byte[] bytes = ip.getAddress();
		memory.write(ipv6 ? ADDRESS_IN6 : ADDRESS_IN, bytes, 0, bytes.length);
		if (ip instanceof Inet6Address scoped) {
			memory.setInt(SCOPE_IN6, scoped.getScopeId());
		}
		return memory;
	}

}
