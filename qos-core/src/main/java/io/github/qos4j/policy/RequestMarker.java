package io.github.qos4j.policy;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

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
	 */
	public void accepted(QosSocket connection, @Nullable QosFlow flow) {
		Object socket = connection.get();
		if (socket != null && flow != null) {
			this.connections.put(socket, new Connection(flow));
		}
	}

	/**
	 * Set the mark for a request, and for what is sent on its connection from now on.
	 * @param connection the connection that the request has come on
	 * @param policy the name of the request's policy, or {@code null} for the
	 * connection's own mark
	 */
	public void started(QosSocket connection, @Nullable String policy) {
		Object socket = connection.get();
		if (socket == null) {
			return;
		}
		Connection known = this.connections.get(socket);
		if (known == null && policy != null) {
			known = new Connection(null);
			this.connections.put(socket, known);
		}
		if (known != null) {
			known.started(this.marker, connection,
					(policy != null) ? this.marker.policies().named(policy).orElse(null) : null);
		}
	}

	/**
	 * What a connection has for itself, and for its present request.
	 */
	private static final class Connection {

		private final @Nullable QosFlow own;

		private @Nullable QosFlow added;

		private boolean changed;

		Connection(@Nullable QosFlow own) {
			this.own = own;
		}

		synchronized void started(PolicyMarker marker, QosSocket socket, @Nullable QosPolicy policy) {
			if (this.own != null) {
				changeOwn(marker, this.own, policy);
			}
			else if (policy == null) {
				if (this.added != null) {
					this.added.close();
					this.added = null;
				}
			}
			else if (this.added == null) {
				this.added = marker.mark(socket, policy.name());
			}
			else {
				marker.change(this.added, policy.name());
			}
		}

		private void changeOwn(PolicyMarker marker, QosFlow flow, @Nullable QosPolicy policy) {
			if (policy != null) {
				this.changed = true;
				if (!flow.options().equals(policy.options())) {
					flow.setOptions(policy.options());
				}
			}
			else if (this.changed) {
				this.changed = false;
				marker.restore(flow);
			}
		}

	}

}
