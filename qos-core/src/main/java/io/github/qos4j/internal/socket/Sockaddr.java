package io.github.qos4j.internal.socket;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

import com.sun.jna.LastErrorException;

/**
 * A {@code sockaddr_in} or {@code sockaddr_in6} that the system has filled in. Where it
 * has its family differs between systems, and nothing else.
 */
final class Sockaddr {

	/** The size of a {@code sockaddr_in6}, which no other address needs in full. */
	private static final int SIZE = 28;

	private static final int PORT = 2;

	private static final int IPV4_ADDRESS = 4;

	private static final int IPV6_ADDRESS = 8;

	private final byte[] bytes = new byte[SIZE];

	private Sockaddr() {
	}

	/**
	 * Return what a call fills in.
	 * @throws LastErrorException if it fails
	 */
	static Sockaddr of(int socket, Call call) {
		Sockaddr address = new Sockaddr();
		call.fill(socket, address.bytes, new int[] { SIZE });
		return address;
	}

	/**
	 * Return a byte of the first two, which hold the family.
	 */
	byte familyByte(int index) {
		return this.bytes[index];
	}

	int port() {
		return ((this.bytes[PORT] & 0xff) << 8) | (this.bytes[PORT + 1] & 0xff);
	}

	/**
	 * Return whether this, a {@code sockaddr_in6}, is an IPv4 address,
	 * {@code ::ffff:a.b.c.d}.
	 */
	boolean isMapped() {
		for (int i = 0; i < 10; i++) {
			if (this.bytes[IPV6_ADDRESS + i] != 0) {
				return false;
			}
		}
		return this.bytes[IPV6_ADDRESS + 10] == -1 && this.bytes[IPV6_ADDRESS + 11] == -1;
	}

	/**
	 * Return address and port. An IPv4 address that is mapped becomes one by this.
	 */
	InetSocketAddress toInet(boolean ipv4) {
		byte[] address = ipv4 ? Arrays.copyOfRange(this.bytes, IPV4_ADDRESS, IPV4_ADDRESS + 4)
				: Arrays.copyOfRange(this.bytes, IPV6_ADDRESS, IPV6_ADDRESS + 16);
		try {
			return new InetSocketAddress(InetAddress.getByAddress(address), port());
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A call that fills in an address.
	 */
	interface Call {

		int fill(int socket, byte[] address, int[] length) throws LastErrorException;

	}

}
