package io.github.qos4j.internal.socket;

/**
 * Numbers of Linux that are no {@link SocketOptions.Option}, from {@code bits/socket.h},
 * {@code netinet/in.h}, {@code netinet/tcp.h} and {@code asm-generic/socket.h}.
 */
final class LinuxNumbers {

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

}
