package io.github.qos4j;

/**
 * One native handle of a backend, which lives and dies as a whole. Sessions of backends
 * that can wait are called by one thread at a time, others by any number.
 */
public interface QosSession {

	/**
	 * Put a flow in force.
	 * @param socket the socket
	 * @param options what is asked for
	 * @param dscp the code point that this comes to: the options' own, or the one that
	 * the handle's profile gives to the traffic type
	 * @return the flow, as a token for {@link #remove}
	 * @throws QosException if it is refused; nothing is left behind then
	 */
	SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp);

	/**
	 * Take a flow out of force. Called at most once for each flow; the socket may be
	 * closed already.
	 * @param flow a flow that {@link #add} of this session returned
	 * @throws QosException if the system complains; the flow counts as gone all the same
	 */
	void remove(SessionFlow flow);

	/**
	 * Ask whether a flow is still in force. Called now and then, because a program that
	 * only sends is told by nobody that its flows are gone.
	 * @param flow a flow of this session
	 * @throws QosException with {@link ErrorCase#NOT_FOUND} or
	 * {@link ErrorCase#HANDLE_LOST} if it is not; any other means that nothing is known
	 */
	default void check(SessionFlow flow) {
	}

	/**
	 * Find out whether the native handle lives, independently of the application's flows,
	 * each of which may have a fault of its own.
	 * @throws QosException with {@link ErrorCase#HANDLE_LOST} if it does not; any other
	 * means that it does
	 */
	default void probe() {
	}

	/**
	 * Close the native handle. Called exactly once, and nothing is called after it.
	 * @param flows the flows still in force, which are taken out of force by this
	 * @throws QosException if the system complains; the session counts as closed all the
	 * same
	 */
	void close(Iterable<SessionFlow> flows);

}
