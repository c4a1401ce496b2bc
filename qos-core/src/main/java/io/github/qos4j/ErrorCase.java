package io.github.qos4j;

/**
 * What a failure means to the caller, independent of the system's error codes.
 * <p>
 * A flow that is refused is retried automatically if the reason may pass:
 * {@link #TRY_AGAIN}, {@link #RESOURCES}, {@link #HANDLE_LOST}, {@link #DEVICE} and
 * {@link #NETWORK}. With {@link #NOT_CONNECTED} it waits for its socket to be connected.
 */
public enum ErrorCase {

	/**
	 * The call was cancelled, or its flow or handle was closed in the meantime.
	 */
	CANCELLED,

	/**
	 * No answer yet; the same call may succeed in about a second.
	 */
	TRY_AGAIN,

	/**
	 * The system is short of memory or another resource.
	 */
	RESOURCES,

	/**
	 * The path has too little bandwidth for the request.
	 */
	BANDWIDTH,

	/**
	 * The native handle is dead, and so are all flows on it.
	 */
	HANDLE_LOST,

	/**
	 * A network adapter or its driver failed.
	 */
	DEVICE,

	/**
	 * The peer is currently unreachable.
	 */
	NETWORK,

	/**
	 * The request was not valid, or not valid in the current state.
	 */
	INVALID,

	/**
	 * The system does not know the flow, or sees no need for one.
	 */
	NOT_FOUND,

	/**
	 * Not supported by the system or the path.
	 */
	NOT_SUPPORTED,

	/**
	 * The socket is not connected yet.
	 */
	NOT_CONNECTED,

	/**
	 * The socket is closed.
	 */
	SOCKET_CLOSED,

	/**
	 * An administrator has to act: a permission, a service or a firewall is in the way.
	 */
	ADMINISTRATOR,

	/**
	 * A native library is missing or cannot be loaded, or no backend can be used.
	 */
	LIBRARY,

	/**
	 * A call did not complete in time.
	 */
	TIMEOUT,

	/**
	 * An undocumented error code, or an unexpected exception.
	 */
	UNKNOWN

}
