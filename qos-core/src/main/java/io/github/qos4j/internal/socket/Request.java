package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;

/**
 * What a flow asks of its sockets.
 *
 * @param dscp the code point
 * @param priority what the priority option is to be
 * @param bytesPerSecond the limit of the rate, or {@link #NO_RATE}
 * @param unmarked what it makes of {@link SocketMarks#UNMARKED}
 * @param unmarkedIpv4 what it makes of {@link SocketMarks#UNMARKED_IPV4}
 */
record Request(Dscp dscp, int priority, long bytesPerSecond, SocketMarks unmarked, SocketMarks unmarkedIpv4) {

	static final long NO_RATE = 0;

	Request(Dscp dscp, int priority, long bytesPerSecond) {
		this(dscp, priority, bytesPerSecond, SocketMarks.UNMARKED.with(dscp, priority),
				SocketMarks.UNMARKED_IPV4.with(dscp, priority));
	}

	/**
	 * Return what this makes of a socket's marks.
	 */
	SocketMarks over(SocketMarks before) {
		return (before == SocketMarks.UNMARKED) ? this.unmarked
				: (before == SocketMarks.UNMARKED_IPV4) ? this.unmarkedIpv4 : before.with(this.dscp, this.priority);
	}

}
