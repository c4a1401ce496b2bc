package io.github.qos4j.internal.socket;

import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

/**
 * The socket options that mark traffic, as a system's C library offers them. A failed
 * call throws {@link io.github.qos4j.QosException} with the option in its operation.
 */
interface SocketOptions {

	/**
	 * Set an option.
	 * @param descriptor the socket
	 * @param option the option
	 * @param value the value
	 */
	void set(int descriptor, Option option, int value);

	/**
	 * Return the value of an option.
	 * @param descriptor the socket
	 * @param option the option
	 * @return the value
	 */
	int get(int descriptor, Option option);

	/**
	 * Return the address family of a socket.
	 * @param descriptor the socket
	 * @return the family
	 */
	Family family(int descriptor);

	/**
	 * Return the family of the packets that a socket sends to the peer that it is
	 * connected to.
	 * @param descriptor the socket
	 * @return the family, or {@code null} if it is not connected
	 */
	@Nullable Family peerFamily(int descriptor);

	/**
	 * Return whether sockets of a family take {@link Option#IP_TOS}.
	 * @param family the family
	 * @return whether they do
	 */
	boolean hasTos(Family family);

	/**
	 * Return the option that tells this machine how to treat packets.
	 * @return the option
	 */
	Option priorityOption();

	/**
	 * Return the value of that option for a traffic type.
	 * @param type the traffic type
	 * @return the value
	 */
	int priority(TrafficType type);

	/**
	 * Limit the rate of a socket.
	 * @param descriptor the socket
	 * @param bytesPerSecond the limit as the system has it, {@link #NO_LIMIT} included
	 */
	void setRate(int descriptor, long bytesPerSecond);

	/**
	 * Return the limit of a socket's rate.
	 * @param descriptor the socket
	 * @return the limit as the system has it, in bytes a second
	 */
	long getRate(int descriptor);

	/**
	 * Return what the system knows about a connection.
	 * @param descriptor a TCP socket
	 * @return what it knows
	 */
	TcpInfo tcpInfo(int descriptor);

	/**
	 * Return whether connections that are accepted take the mark of their peers instead
	 * of their listener's.
	 * @return whether they do at present
	 */
	boolean isReflecting();

	/**
	 * Return the local port of a socket, to check that a number means the expected
	 * socket.
	 * @param descriptor the socket
	 * @return the port
	 */
	int localPort(int descriptor);

	/**
	 * Return what identifies a socket as long as this machine runs: a number that is not
	 * 0 and never used again.
	 * @param descriptor the socket
	 * @return its cookie
	 */
	long cookie(int descriptor);

	/**
	 * Return another descriptor of the same socket.
	 * @param descriptor the socket, or what was one
	 * @return the duplicate of a socket, to be closed by the caller
	 * @throws io.github.qos4j.QosException if the number is not that of a socket (any
	 * more)
	 */
	int duplicate(int descriptor);

	/**
	 * Close what had to be left open by {@link #duplicate}, if it can be closed by now.
	 */
	default void closeStrays() {
	}

	/**
	 * Close a duplicate.
	 * @param duplicate the descriptor, which must be that of a socket
	 */
	void close(int duplicate);

	/** A rate without a limit. */
	long NO_LIMIT = -1;

	/**
	 * An option.
	 */
	enum Option {

		/**
		 * TOS byte of IPv4 packets. On Linux those of an IPv6 socket with an IPv4 peer
		 * are included.
		 */
		IP_TOS,

		/**
		 * Whether to tell the TOS byte of IPv4 packets that arrive.
		 */
		IP_RECVTOS,

		/**
		 * Traffic class of IPv6 packets.
		 */
		IPV6_TCLASS,

		/**
		 * Whether to tell the traffic class of IPv6 packets that arrive.
		 */
		IPV6_RECVTCLASS,

		/**
		 * Priority in the queues of this machine (Linux).
		 */
		SO_PRIORITY,

		/**
		 * Service type, which chooses queues and, on some networks, marks (macOS).
		 */
		SO_NET_SERVICE_TYPE

	}

	/**
	 * An address family.
	 */
	enum Family {

		IPV4, IPV6, OTHER

	}

}
