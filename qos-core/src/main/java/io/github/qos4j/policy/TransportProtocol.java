package io.github.qos4j.policy;

/**
 * A transport protocol.
 */
public enum TransportProtocol {

	/**
	 * Transmission Control Protocol.
	 */
	TCP,

	/**
	 * User Datagram Protocol.
	 */
	UDP

}
