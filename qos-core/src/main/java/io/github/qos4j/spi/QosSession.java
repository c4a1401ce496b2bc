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
 * A session of a backend with its system: one native handle and the flows on it, which
 * are all lost if the handle is. If {@link QosBackend#mayBlock()}, methods are called by
 * one thread at a time and may block; otherwise they may be called by any number of
 * threads at once and must not wait for a service.
 * <p>
 * Methods throw a {@link QosException} with {@link ErrorCase#NOT_SUPPORTED} for what the
 * system does not support; so do most default implementations.
 */
public interface QosSession {

	/**
	 * Put a flow in force.
	 * @param socket the socket
	 * @param options the options of the flow
	 * @param dscp the resulting code point: that of the options, or the one that the
	 * handle's profile assigns to the traffic type
	 * @return the flow, to be passed to the other methods
	 * @throws QosException if the flow is refused; nothing is left behind then
	 */
	SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp);

	/**
	 * Remove a flow; its sockets may be closed already. If this throws it may be called
	 * again, to remove what is left. Has no effect on a flow that has been removed.
	 * @param flow a flow returned by {@link #add} of this session
	 * @throws QosException with {@link ErrorCase#NOT_FOUND} if the system did not know
	 * the flow, which counts as removed; with any other case the flow may still be in
	 * force
	 */
	void remove(SessionFlow flow);

	/**
	 * Clear the mark and the rate of a flow that cannot be removed. Called after
	 * {@link #remove} was refused repeatedly; the flow itself stays, as unclassified
	 * traffic.
	 * @param flow a flow of this session
	 * @throws QosException if this is refused or not supported
	 */
	default void unmark(SessionFlow flow) {
		throw notSupported("flows without marks");
	}

	/**
	 * Add a socket to a flow, or another peer of a socket that belongs to it.
	 * @param flow a flow of this session
	 * @param socket the socket
	 * @throws QosException if the socket is refused; the flow is unchanged then
	 */
	default void join(SessionFlow flow, QosSocket socket) {
		throw notSupported("several sockets on one flow");
	}

	/**
	 * Change the options of a flow, for all its sockets.
	 * @param flow a flow of this session
	 * @param options the new options; {@link io.github.qos4j.QwaveOptions#adaptive} is
	 * unchanged
	 * @param dscp the resulting code point
	 * @throws QosException if the change is refused. The flow is unchanged then, unless
	 * the case says that it is gone.
	 */
	default void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		throw notSupported("changes of a flow");
	}

	/**
	 * Query what the system knows about the path of a flow.
	 * @param flow a flow of this session
	 * @param fresh whether to measure anew, which takes longer
	 * @return the figures
	 * @throws QosException if the query fails
	 */
	default FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
		return FlowFundamentals.NOT_AVAILABLE;
	}

	/**
	 * Query the markings of a flow's packets.
	 * @param flow a flow of this session
	 * @return the markings
	 * @throws QosException if the query fails
	 */
	default PacketPriority packetPriority(SessionFlow flow) {
		throw notSupported("the marks of packets");
	}

	/**
	 * Query the rate limit of a flow.
	 * @param flow a flow of this session
	 * @return the rate in bits per second, or empty if there is no limit
	 * @throws QosException if the query fails
	 */
	default OptionalLong outgoingRate(SessionFlow flow) {
		throw notSupported("the rate of a flow");
	}

	/**
	 * Start waiting for a condition, without blocking until it holds. A flow has at most
	 * one wait of each kind in progress.
	 * @param flow a flow of this session
	 * @param condition the condition
	 * @param completion called exactly once, by any thread and possibly before this
	 * method returns: with {@code null} when the condition holds, or with the reason why
	 * the wait has ended
	 * @return the wait
	 * @throws QosException if the wait is refused; {@code completion} is not called then
	 */
	default PendingCondition arm(SessionFlow flow, FlowCondition condition,
			Consumer<@Nullable QosException> completion) {
		throw notSupported("waiting for " + condition.kind());
	}

	/**
	 * Query the ids of all flows on this machine, including those of other processes.
	 * @return the ids
	 * @throws QosException if the query fails
	 */
	default List<Long> flowIds() {
		throw notSupported("the list of all flows");
	}

	/**
	 * Start measuring the path to a client.
	 * @param client the client
	 * @throws QosException if this is refused
	 */
	default void startTracking(InetAddress client) {
		throw notSupported("the tracking of clients");
	}

	/**
	 * Stop measuring the path to a client.
	 * @param client a tracked client
	 * @throws QosException if the system refuses; the client may still be tracked then,
	 * and this may be called again, unless the case is {@link ErrorCase#NOT_FOUND}
	 */
	default void stopTracking(InetAddress client) {
		throw notSupported("the tracking of clients");
	}

	private static QosException notSupported(String what) {
		return new QosException(ErrorCase.NOT_SUPPORTED, "This backend does not offer " + what, null, null);
	}

	/**
	 * Check that a flow is still in force. Called periodically, because an application
	 * that only sends would not notice.
	 * @param flow a flow of this session
	 * @throws QosException with {@link ErrorCase#NOT_FOUND} or
	 * {@link ErrorCase#HANDLE_LOST} if the flow is not in force; any other case means
	 * that the check was inconclusive
	 */
	default void check(SessionFlow flow) {
	}

	/**
	 * Check that the native handle is alive, independently of the application's flows,
	 * any of which may have a problem of its own.
	 * @throws QosException with {@link ErrorCase#HANDLE_LOST} if the handle is dead. Any
	 * other case means that the check was inconclusive; the session is then asked again
	 * soon, and must come to a conclusion after a limited number of checks.
	 */
	default void verifyAlive() {
	}

	/**
	 * Close the native handle. Called exactly once, and no other method is called after
	 * it. Waits in progress complete with {@link ErrorCase#CANCELLED}.
	 * @param flows the flows still in force, which this removes
	 * @throws QosException if the system reports an error; the session counts as closed
	 * nevertheless
	 */
	void close(Iterable<SessionFlow> flows);

}
