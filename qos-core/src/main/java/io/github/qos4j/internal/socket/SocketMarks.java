package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import io.github.qos4j.internal.socket.SocketOptions.Option;

/**
 * The options of one socket that mark its traffic.
 *
 * @param tos the IPv4 TOS byte, or {@link #NONE} for a socket that has no such option
 * @param trafficClass the IPv6 traffic class, or {@link #NONE} for an IPv4 socket
 * @param priority what the priority option is
 */
record SocketMarks(int tos, int trafficClass, int priority) {

	static final int NONE = -1;

	/** What nearly every socket has before its first flow: one object for all of them. */
	static final SocketMarks UNMARKED = new SocketMarks(0, 0, 0);

	/** The same of an IPv4 socket. */
	static final SocketMarks UNMARKED_IPV4 = new SocketMarks(0, NONE, 0);

	/** The bits of TOS and traffic class that belong to congestion notification. */
	private static final int ECN = 3;

	static SocketMarks read(SocketOptions options, int descriptor) {
		return read(options, descriptor, options.family(descriptor));
	}

	/**
	 * Read the marks of a socket whose family is known.
	 */
	static SocketMarks read(SocketOptions options, int descriptor, Family family) {
		if (family == Family.OTHER) {
			// A Unix domain socket would take a priority and refuse the rest.
			throw new QosException(ErrorCase.NOT_SUPPORTED, "Unix domain sockets cannot be marked", null, null);
		}
		return ((family == Family.IPV4) ? UNMARKED_IPV4 : UNMARKED).read(options, descriptor, options.hasTos(family),
				family == Family.IPV6);
	}

	/**
	 * Read the marks of a socket that has had these.
	 */
	SocketMarks readAgain(SocketOptions options, int descriptor) {
		return read(options, descriptor, this.tos != NONE, this.trafficClass != NONE);
	}

	private SocketMarks read(SocketOptions options, int descriptor, boolean hasTos, boolean hasTrafficClass) {
		return or(hasTos ? options.get(descriptor, Option.IP_TOS) : NONE,
				hasTrafficClass ? options.get(descriptor, Option.IPV6_TCLASS) : NONE,
				options.get(descriptor, options.priorityOption()));
	}

	/**
	 * Return certain marks: these where they are the same, since nearly always they are.
	 */
	private SocketMarks or(int otherTos, int otherTrafficClass, int otherPriority) {
		return (otherTos == this.tos && otherTrafficClass == this.trafficClass && otherPriority == this.priority) ? this
				: new SocketMarks(otherTos, otherTrafficClass, otherPriority);
	}

	/**
	 * Return these marks with those that a flow asks for, and the congestion notification
	 * bits as they are: on UDP sockets they belong to the application.
	 */
	SocketMarks with(Dscp dscp, int newPriority) {
		return new SocketMarks(withClass(this.tos, dscp), withClass(this.trafficClass, dscp), newPriority);
	}

	private static int withClass(int current, Dscp dscp) {
		return (current == NONE) ? NONE : dscp.value() << 2 | current & ECN;
	}

	/**
	 * Return these marks with those of {@code target} wherever the value is still one of
	 * {@code ours}; what somebody else has set meanwhile stays.
	 */
	SocketMarks replace(SocketMarks ours, SocketMarks target) {
		return target.or(replaceClass(this.tos, ours.tos, target.tos),
				replaceClass(this.trafficClass, ours.trafficClass, target.trafficClass),
				(this.priority == ours.priority) ? target.priority : this.priority);
	}

	private static int replaceClass(int current, int ours, int target) {
		return isClass(current, ours) ? target & ~ECN | current & ECN : current;
	}

	private static boolean isClass(int current, int ours) {
		return current != NONE && (current & ~ECN) == (ours & ~ECN);
	}

	/**
	 * Return what of these marks, ours, has become of them: what a socket has {@code now}
	 * wherever it had ours {@code before}.
	 */
	SocketMarks updated(SocketMarks before, SocketMarks now) {
		return new SocketMarks(isClass(before.tos, this.tos) ? now.tos : this.tos,
				isClass(before.trafficClass, this.trafficClass) ? now.trafficClass : this.trafficClass,
				(before.priority == this.priority) ? now.priority : this.priority);
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
		// Last, since a TOS that changes resets the priority by a table of its own.
		if (hasPriority(options, before)) {
			return;
		}
		try {
			options.set(descriptor, options.priorityOption(), this.priority);
		}
		catch (QosException ex) {
			// Only privileged processes may set one above 6, not even back to what it
			// was. The packets are marked all the same, so it is no failure.
		}
	}

	private boolean hasPriority(SocketOptions options, SocketMarks before) {
		return (this.tos == before.tos) ? this.priority == before.priority
				: this.tos == 0 && this.priority == 0 && options.clearsPriority();
	}

	/**
	 * Return whether packets of one family can be marked.
	 */
	boolean has(Family family) {
		return ((family == Family.IPV4) ? this.tos : this.trafficClass) != NONE;
	}

	/**
	 * Return the code point in force for packets of one family, or for all that can be
	 * marked where that one cannot.
	 */
	Dscp dscp(Family family) {
		boolean byTos = this.trafficClass == NONE || family == Family.IPV4 && this.tos != NONE;
		return Dscp.of((byTos ? this.tos : this.trafficClass) >> 2);
	}

}
