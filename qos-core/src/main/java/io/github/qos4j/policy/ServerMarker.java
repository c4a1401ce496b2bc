package io.github.qos4j.policy;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Marks the connections of one server: by its listener where that is enough, which costs
 * nothing for each connection, and one by one where it is not. That is where connections
 * do not inherit the listener's mark (Windows), where a policy matches them by
 * themselves, and where their priority in the queues of this machine is wanted, too,
 * which none inherits. Thread-safe; nothing waits for a service, and nothing is thrown.
 */
public final class ServerMarker {

	private final PolicyMarker marker;

	private final @Nullable String policy;

	private final boolean eachConnection;

	private volatile @Nullable QosFlow listener;

	/**
	 * Create a marker for a server.
	 * @param marker marks sockets
	 * @param policy the name of the policy for connections that no policy matches, or
	 * {@code null} for none
	 * @param eachConnection whether each connection is marked by itself even if it
	 * inherits the mark of its listener
	 * @throws IllegalArgumentException if the marker is null
	 */
	public ServerMarker(PolicyMarker marker, @Nullable String policy, boolean eachConnection) {
		this.marker = Assert.notNull(marker, "marker");
		this.policy = policy;
		this.eachConnection = eachConnection;
	}

	/**
	 * Mark the listener, so that even its SYN-ACK is marked. To be called before it
	 * accepts its first connection.
	 * @param socket the server socket
	 * @return its flow, or {@code null} if it is not marked
	 * @throws IllegalArgumentException if the socket is null
	 */
	public @Nullable QosFlow bound(QosSocket socket) {
		Assert.notNull(socket, "socket");
		if (this.policy == null || !this.marker.handle().marksListeners()) {
			return null;
		}
		QosFlow flow = this.marker.mark(socket, this.policy);
		this.listener = flow;
		return flow;
	}

	/**
	 * Mark a connection that was accepted, if its listener's mark is not enough.
	 * @param connection the connection
	 * @return its flow, or {@code null} if it needs none
	 * @throws IllegalArgumentException if the connection is null
	 */
	public @Nullable QosFlow accepted(QosSocket connection) {
		Assert.notNull(connection, "connection");
		String otherwise = (this.eachConnection || !isListenerMarked()) ? this.policy : null;
		if (otherwise == null && !this.marker.policies().haveMatches()) {
			return null;
		}
		return this.marker.markAccepted(connection, otherwise);
	}

	private boolean isListenerMarked() {
		QosFlow flow = this.listener;
		return flow != null && flow.state() == FlowState.ACTIVE;
	}

}
