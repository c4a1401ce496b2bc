package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.socket.SocketOptions.Option;

/**
 * The options of one socket that mark its traffic.
 *
 * @param tos the IPv4 TOS byte
 * @param trafficClass the IPv6 traffic class, or {@link #NONE} for an IPv4 socket
 * @param priority the priority in this machine's queues
 */
record SocketMarks(int tos, int trafficClass, int priority) {

	static final int NONE = -1;

	private static final int AF_UNIX = 1;

	private static final int AF_INET6 = 10;

	/** The bits of TOS and traffic class that belong to congestion notification. */
	private static final int ECN = 3;

	private static final System.Logger logger = System.getLogger(SocketMarks.class.getName());

	static SocketMarks read(SocketOptions options, int descriptor) {
		int family = options.get(descriptor, Option.SO_DOMAIN);
		if (family == AF_UNIX) {
			// It would take a priority and refuse the rest.
			throw new QosException(ErrorCase.NOT_SUPPORTED, "Unix domain sockets cannot be marked", null, null);
		}
		return new SocketMarks(options.get(descriptor, Option.IP_TOS),
				(family == AF_INET6) ? options.get(descriptor, Option.IPV6_TCLASS) : NONE,
				options.get(descriptor, Option.SO_PRIORITY));
	}

	/**
	 * Return these marks with another class, and the congestion notification bits as they
	 * are: on UDP sockets they belong to the application.
	 */
	SocketMarks with(Dscp dscp, int newPriority) {
		return new SocketMarks(dscp.value() << 2 | this.tos & ECN,
				(this.trafficClass == NONE) ? NONE : dscp.value() << 2 | this.trafficClass & ECN, newPriority);
	}

	/**
	 * Return these marks with those of {@code target} wherever the value is still one of
	 * {@code ours}; what somebody else has set meanwhile stays.
	 */
	SocketMarks replace(SocketMarks ours, SocketMarks target) {
		return new SocketMarks(replaceClass(this.tos, ours.tos, target.tos),
				(this.trafficClass == NONE) ? NONE
						: replaceClass(this.trafficClass, ours.trafficClass, target.trafficClass),
				(this.priority == ours.priority) ? target.priority : this.priority);
	}

	private static int replaceClass(int current, int ours, int target) {
		return ((current & ~ECN) == (ours & ~ECN)) ? target & ~ECN | current & ECN : current;
	}

	/**
	 * Make a socket that has {@code before} have these marks.
	 */
	void write(SocketOptions options, int descriptor, SocketMarks before) {
		if (this.tos != before.tos) {
			options.set(descriptor, Option.IP_TOS, this.tos);
		}
		if (this.trafficClass != before.trafficClass) {
			options.set(descriptor, Option.IPV6_TCLASS, this.trafficClass);
		}
		// Last and always: a TOS that changes resets the priority by a table of its own.
		try {
			options.set(descriptor, Option.SO_PRIORITY, this.priority);
		}
		catch (QosException ex) {
			// Only privileged processes may set one above 6, not even back to what it
			// was.
			// The packets are marked all the same.
			logger.log(System.Logger.Level.DEBUG, "Priority {0} of a socket is not set: {1}", this.priority,
					ex.getMessage());
		}
	}

	/**
	 * Return the code point in force for packets of one family.
	 */
	Dscp dscp(boolean ipv6) {
		return Dscp.of(((ipv6 && this.trafficClass != NONE) ? this.trafficClass : this.tos) >> 2);
	}

}
