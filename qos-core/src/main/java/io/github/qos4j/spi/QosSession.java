package io.github.qos4j.spi;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import org.jspecify.annotations.Nullable;

/**
 * One native handle of a backend, which lives and dies as a whole. Sessions of backends
 * that can wait are called by one thread at a time, others by any number.
 * <p>
 * What a system does not offer throws {@link QosException} with
 * {@link ErrorCase#NOT_SUPPORTED}, as all methods do that have a default for it.
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
	 * Take a flow out of force. The socket may be closed already. May be called again
	 * after it has thrown, and then tries what is left; does nothing for a flow that is
	 * gone.
	 * @param flow a flow that {@link #add} of this session returned
	 * @throws QosException with {@link ErrorCase#NOT_FOUND} if the system did not know
	 * the flow, which is gone then; any other means that it may still be in force
	 */
	void remove(SessionFlow flow);

	/**
	 * Leave a flow unmarked that cannot be removed. Called when {@link #remove} was
	 * refused for good. It stays in force, without a rate, as traffic that nobody has
	 * classified.
	 * @param flow a flow of this session
	 * @throws QosException if it is refused or not supported
	 */
	default void unmark(SessionFlow flow) {
		throw notSupported("flows without marks");
	}

	/**
	 * Add a further socket to a flow, or a further peer of the same socket.
	 * @param flow a flow of this session
	 * @param socket the socket
	 * @throws QosException if it is refused; the flow is as before then
	 */
	default void join(SessionFlow flow, QosSocket socket) {
		throw notSupported("several sockets on one flow");
	}

	/**
	 * Change what a flow asks for, all its sockets included.
	 * @param flow a flow of this session
	 * @param options what is asked for from now on, {@link QosFlowOptions#adaptive} as it
	 * was
	 * @param dscp the code point that this comes to
	 * @throws QosException if it is refused; the flow is as before then, unless it is
	 * gone
	 */
	default void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		throw notSupported("changes of a flow");
	}

	/**
	 * Ask what is known about the path of a flow.
	 * @param flow a flow of this session
	 * @param fresh whether to measure anew, which is slower
	 * @return what is known
	 * @throws QosException if it cannot be told
	 */
	default FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
		return FlowFundamentals.NOT_AVAILABLE;
	}

	/**
	 * Ask for the marks of a flow's packets.
	 * @param flow a flow of this session
	 * @return the marks
	 * @throws QosException if they cannot be told
	 */
	default PacketPriority packetPriority(SessionFlow flow) {
		throw notSupported("the marks of packets");
	}

	/**
	 * Ask for the rate of a flow.
	 * @param flow a flow of this session
	 * @return the rate in bits a second, or empty where there is no limit
	 * @throws QosException if it cannot be told
	 */
	default OptionalLong outgoingRate(SessionFlow flow) {
		throw notSupported("the rate of a flow");
	}

	/**
	 * Wait for a condition. At most one wait of a kind is under way for a flow.
	 * @param flow a flow of this session
	 * @param condition the condition
	 * @param completion told exactly once, by any thread and perhaps before this returns:
	 * {@code null} when the condition holds, or why it will not be told
	 * @return the wait
	 * @throws QosException if it is refused; {@code completion} is not told then
	 */
	default PendingCondition arm(SessionFlow flow, FlowCondition condition,
			Consumer<@Nullable QosException> completion) {
		throw notSupported("waiting for " + condition.kind());
	}

	/**
	 * Ask for the ids of all flows of this machine, of other processes too.
	 * @return the ids
	 * @throws QosException if they cannot be told
	 */
	default List<Long> flowIds() {
		throw notSupported("the list of all flows");
	}

	/**
	 * Begin experiments on the path to a client.
	 * @param client the client
	 * @throws QosException if it is refused
	 */
	default void startTracking(InetAddress client) {
		throw notSupported("the tracking of clients");
	}

	/**
	 * End experiments on the path to a client.
	 * @param client a client that is tracked
	 * @throws QosException if the system complains; it counts as ended all the same
	 */
	default void stopTracking(InetAddress client) {
		throw notSupported("the tracking of clients");
	}

	private static QosException notSupported(String what) {
		return new QosException(ErrorCase.NOT_SUPPORTED, "This backend does not offer " + what, null, null);
	}

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
	 * means that this is in doubt, to be asked again soon. A session that is asked again
	 * and again comes to one of both
	 */
	default void verifyAlive() {
	}

	/**
	 * Close the native handle. Called exactly once, and nothing is called after it. Waits
	 * for conditions complete with {@link ErrorCase#CANCELLED}.
	 * @param flows the flows still in force, which are taken out of force by this
	 * @throws QosException if the system complains; the session counts as closed all the
	 * same
	 */
	void close(Iterable<SessionFlow> flows);

}
