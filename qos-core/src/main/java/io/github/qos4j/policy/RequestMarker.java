package io.github.qos4j.policy;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Marks requests, where each has its connection for itself until the next one comes
 * (HTTP/1.1): a mark is set when a request begins, and stays until the next one begins,
 * because it counts when a segment leaves, which may be long after the answer was
 * written. Thread-safe; nothing waits for a service, and nothing is thrown into a
 * request. Where calls may wait (Windows), the first segments may leave before the mark
 * is in force.
 */
public final class RequestMarker {

	private final PolicyMarker marker;

	private final Map<Object, Connection> connections = Collections.synchronizedMap(new WeakHashMap<>());

	/**
	 * Create a marker of requests.
	 * @param marker marks sockets
	 * @throws IllegalArgumentException if the marker is null
	 */
	public RequestMarker(PolicyMarker marker) {
		this.marker = Assert.notNull(marker, "marker");
	}

	/**
	 * Note the flow that a connection has for itself.
	 * @param connection the connection
	 * @param flow its flow, or {@code null} if it has none
	 * @throws IllegalArgumentException if the connection is null
	 */
	public void accepted(QosSocket connection, @Nullable QosFlow flow) {
		Object socket = Assert.notNull(connection, "connection").get();
		if (socket != null && flow != null) {
			this.connections.put(socket, new Connection(flow, own(flow)));
		}
	}

	private PolicyMarker.Choice own(QosFlow flow) {
		PolicyMarker.Choice choice = this.marker.choiceOf(flow);
		if (choice != null) {
			return choice;
		}
		QosPolicy unnamed = new QosPolicy("own", flow.options(), null);
		return (policies) -> unnamed;
	}

	/**
	 * Set the mark for a request, and for what is sent on its connection from now on.
	 * @param connection the connection that the request has come on
	 * @param policy the name of the request's policy, or {@code null} for the
	 * connection's own mark, which is also used where there is no policy of that name
	 * @throws IllegalArgumentException if the connection is null
	 */
	public void started(QosSocket connection, @Nullable String policy) {
		Object socket = Assert.notNull(connection, "connection").get();
		if (socket == null) {
			return;
		}
		Connection known = this.connections.get(socket);
		if (known == null && policy != null) {
			known = new Connection(null, (policies) -> null);
			this.connections.put(socket, known);
		}
		if (known != null) {
			known.started(this.marker, connection, policy);
		}
	}

	/**
	 * The flow of a connection, and what it is for. Does not refer to the connection.
	 */
	private static final class Connection {

		private final PolicyMarker.Choice own;

		private @Nullable QosFlow flow;

		/** The policy of the last request. */
		private @Nullable String policy;

		Connection(@Nullable QosFlow flow, PolicyMarker.Choice own) {
			this.flow = flow;
			this.own = own;
		}

		synchronized void started(PolicyMarker marker, QosSocket socket, @Nullable String wanted) {
			QosFlow known = this.flow;
			// One that had no policy for a while was closed.
			boolean open = known != null && known.state() != FlowState.CLOSED;
			if (open && Objects.equals(wanted, this.policy)) {
				return;
			}
			this.policy = wanted;
			PolicyMarker.Choice choice = (wanted != null) ? request(wanted) : this.own;
			if (known != null && open) {
				marker.change(known, choice);
			}
			else {
				this.flow = marker.mark(socket, choice);
			}
		}

		private PolicyMarker.Choice request(String name) {
			PolicyMarker.Choice otherwise = this.own;
			return (policies) -> policies.named(name).orElseGet(() -> otherwise.from(policies));
		}

	}

}
