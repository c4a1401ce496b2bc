package io.github.qos4j;

/**
 * What a failure means to the caller, whatever the system calls it.
 */
public enum ErrorCase {

	/**
	 * The call was cancelled, or its handle was closed meanwhile.
	 */
	CANCELLED,

	/**
	 * Nothing to answer yet; the same call may succeed in about a second.
	 */
	TRY_AGAIN,

	/**
	 * Memory or another resource of the system is short.
	 */
	RESOURCES,

	/**
	 * The path has too little bandwidth for what was asked.
	 */
	BANDWIDTH,

	/**
	 * The native handle is dead and with it every flow on it.
	 */
	HANDLE_LOST,

	/**
	 * A network adapter or its driver failed.
	 */
	DEVICE,

	/**
	 * The peer cannot be reached now.
	 */
	NETWORK,

	/**
	 * The call was not valid.
	 */
	INVALID,

	/**
	 * The system does not know the flow, or sees no need for one.
	 */
	NOT_FOUND,

	/**
	 * The system or the path does not offer this.
	 */
	NOT_SUPPORTED,

	/**
	 * The socket has no peer yet.
	 */
	NOT_CONNECTED,

	/**
	 * The socket is closed.
	 */
	SOCKET_CLOSED,

	/**
	 * An administrator has to change something: a right, a service, a firewall.
	 */
	ADMINISTRATOR,

	/**
	 * A native library is missing or may not be loaded.
	 */
	LIBRARY,

	/**
	 * An answer did not arrive in time.
	 */
	TIMEOUT,

	/**
	 * A code that no documentation names.
	 */
	UNKNOWN

}
