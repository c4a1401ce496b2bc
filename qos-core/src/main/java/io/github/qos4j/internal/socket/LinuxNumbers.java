package io.github.qos4j.internal.socket;

import io.github.qos4j.internal.socket.SocketOptions.Family;

/**
 * Numbers of Linux that are no {@link SocketOptions.Option}, from {@code bits/socket.h},
 * {@code netinet/in.h}, {@code netinet/tcp.h} and {@code asm-generic/socket.h}.
 */
final class LinuxNumbers {

	static final int AF_INET = 2;

	static final int AF_INET6 = 10;

	static final int SOL_SOCKET = 1;

	static final int SO_ACCEPTCONN = 30;

	static final int SO_PROTOCOL = 38;

	static final int SO_DOMAIN = 39;

	static final int SO_MAX_PACING_RATE = 47;

	static final int SO_COOKIE = 57;

	static final int IPPROTO_TCP = 6;

	static final int IPPROTO_UDP = 17;

	static final int TCP_INFO = 11;

	static final int F_DUPFD_CLOEXEC = 1030;

	private LinuxNumbers() {
	}

	/**
	 * Return the family of an {@code AF_} number.
	 */
	static Family familyOf(int number) {
		return (number == AF_INET6) ? Family.IPV6 : (number == AF_INET) ? Family.IPV4 : Family.OTHER;
	}

	/**
	 * Return the family of an address: both bytes in the order of this machine, of which
	 * one is 0 in all families.
	 */
	static Family familyOf(Sockaddr address) {
		return familyOf(address.familyByte(0) | address.familyByte(1));
	}

}
