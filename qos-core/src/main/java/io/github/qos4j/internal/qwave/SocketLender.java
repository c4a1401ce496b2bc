package io.github.qos4j.internal.qwave;

import io.github.qos4j.QosSocket;

/**
 * Lends the SOCKET of a Java socket for calls that can wait. It stays valid until it is
 * given back, whatever becomes of the Java socket meanwhile.
 */
interface SocketLender {

	/**
	 * Borrow a socket.
	 * @param socket the socket
	 * @return the loan, to be closed soon
	 * @throws io.github.qos4j.QosException if the socket is closed or cannot be lent
	 */
	Loan borrow(QosSocket socket);

	/**
	 * A borrowed SOCKET.
	 */
	interface Loan extends AutoCloseable {

		/**
		 * Return the SOCKET.
		 */
		long number();

		/**
		 * Return its address family.
		 */
		int family();

		/**
		 * Give it back.
		 */
		@Override
		void close();

	}

}
