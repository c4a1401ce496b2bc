package io.github.qos4j.boot.server;

import java.nio.channels.NetworkChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.policy.RequestMarker;
import io.github.qos4j.policy.ServerMarker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Marks one listener of a web server, and the connections that it accepts. A server calls
 * it in the middle of its own work, so nothing is ever thrown: what goes wrong is logged,
 * once as a warning. Thread-safe.
 */
public final class ListenerMarking {

	private static final Log logger = LogFactory.getLog(ListenerMarking.class);

	private final ServerMarking marking;

	private final ServerMarker server;

	private final AtomicBoolean warned = new AtomicBoolean();

	ListenerMarking(ServerMarking marking, ServerMarker server) {
		this.marking = marking;
		this.server = server;
	}

	/**
	 * Return whether marking the listener is enough to mark what it accepts.
	 * @return {@code true} if it has a mark, and connections inherit that
	 */
	public boolean marksListeners() {
		return this.marking.marksListeners();
	}

	/**
	 * Return what marks the requests on these connections.
	 * @return the marker, or {@code null} if requests are not marked
	 */
	public @Nullable RequestMarker requests() {
		return this.marking.requests();
	}

	/**
	 * Be ready to mark: called before the server binds a listener that can only be marked
	 * afterwards.
	 * @see ServerMarking#binding()
	 */
	public void binding() {
		this.marking.binding();
	}

	/**
	 * Mark the listener. To be called before it can be connected to, and best before it
	 * is bound.
	 * @param listener the listener; a Unix domain socket is left alone
	 */
	public void bound(@Nullable NetworkChannel listener) {
		mark(listener, this.server::bound);
	}

	/**
	 * Mark a listener that can be connected to already. To be called before it accepts
	 * its first connection.
	 * @param listener the listener; a Unix domain socket is left alone
	 */
	public void listening(@Nullable NetworkChannel listener) {
		mark(listener, this.server::listening);
	}

	private void mark(@Nullable NetworkChannel listener, Function<QosSocket, @Nullable QosFlow> mark) {
		try {
			if (listener != null) {
				mark.apply(QosSocket.of(listener));
			}
		}
		catch (IllegalArgumentException ex) {
			logger.debug("A Unix domain socket or a closed listener is not marked", ex);
		}
		catch (RuntimeException | LinkageError ex) {
			failed("A listener is not marked", ex);
		}
	}

	/**
	 * Mark an accepted connection, if it needs that. To be called before the server sends
	 * anything on it.
	 * @param connection the connection
	 */
	public void accepted(NetworkChannel connection) {
		try {
			QosSocket socket = QosSocket.of(connection);
			QosFlow flow = this.server.accepted(socket);
			RequestMarker requests = requests();
			if (requests != null) {
				requests.accepted(socket, flow);
			}
		}
		catch (IllegalArgumentException ex) {
			// It has been closed already, or is a Unix domain socket
			logger.trace("A connection is not marked", ex);
		}
		catch (RuntimeException | LinkageError ex) {
			failed("Connections are not marked", ex);
		}
	}

	private void failed(String message, Throwable cause) {
		if (this.warned.compareAndSet(false, true)) {
			logger.warn(message, cause);
		}
		else {
			logger.debug(message, cause);
		}
	}

}
