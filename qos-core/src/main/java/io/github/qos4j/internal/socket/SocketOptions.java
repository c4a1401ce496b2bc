package io.github.qos4j.internal.socket;

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
	 * Return the local port of a socket, to check that a number means the expected
	 * socket.
	 * @param descriptor the socket
	 * @return the port
	 */
	int localPort(int descriptor);

	/**
	 * An option.
	 */
	enum Option {

		/**
		 * TOS byte of IPv4 packets, those of an IPv6 socket with an IPv4 peer included.
		 */
		IP_TOS,

		/**
		 * Traffic class of IPv6 packets.
		 */
		IPV6_TCLASS,

		/**
		 * Priority in the queues of this machine.
		 */
		SO_PRIORITY,

		/**
		 * Address family; cannot be set.
		 */
		SO_DOMAIN

	}

}
