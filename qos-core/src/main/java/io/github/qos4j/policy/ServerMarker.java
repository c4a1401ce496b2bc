package io.github.qos4j.policy;

import java.time.Duration;
import java.util.function.LongSupplier;

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

	/**
	 * How long connections may wait to be accepted that were established before their
	 * listener was marked, counted from the first one that is accepted afterwards.
	 */
	static final Duration BACKLOG = Duration.ofSeconds(1);

	private final PolicyMarker marker;

	private final @Nullable String policy;

	private final boolean eachConnection;

	private final LongSupplier nanoTime;

	private volatile @Nullable QosFlow listener;

	/** Whether it may have connections that are older than its mark. */
	private volatile boolean markedLate;

	/** When one was accepted first that may have inherited the mark, or 0. */
	private volatile long firstInherited;

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
		this(marker, policy, eachConnection, System::nanoTime);
	}

	ServerMarker(PolicyMarker marker, @Nullable String policy, boolean eachConnection, LongSupplier nanoTime) {
		this.marker = Assert.notNull(marker, "marker");
		this.policy = policy;
		this.eachConnection = eachConnection;
		this.nanoTime = nanoTime;
	}

	/**
	 * Mark the listener, so that even its SYN-ACK is marked. To be called before it can
	 * be connected to.
	 * @param socket the server socket
	 * @return its flow, or {@code null} if it is not marked
	 * @throws IllegalArgumentException if the socket is null
	 * @see #listening(QosSocket)
	 */
	public @Nullable QosFlow bound(QosSocket socket) {
		return bound(socket, false);
	}

	/**
	 * Mark a listener that can be connected to already. Connections that were established
	 * before its mark, and are accepted after it, have inherited nothing: those that are
	 * accepted in the first second are marked by themselves.
	 * @param socket the server socket
	 * @return its flow, or {@code null} if it is not marked
	 * @throws IllegalArgumentException if the socket is null
	 */
	public @Nullable QosFlow listening(QosSocket socket) {
		return bound(socket, true);
	}

	private @Nullable QosFlow bound(QosSocket socket, boolean late) {
		Assert.notNull(socket, "socket");
		if (this.policy == null || !this.marker.handle().marksListeners()) {
			return null;
		}
		QosFlow flow = this.marker.mark(socket, this.policy);
		this.firstInherited = 0;
		this.markedLate = late;
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
		String otherwise = (this.eachConnection || !inherits()) ? this.policy : null;
		if (otherwise == null && !this.marker.policies().haveMatches()) {
			return null;
		}
		return this.marker.markAccepted(connection, otherwise);
	}

	private boolean inherits() {
		QosFlow flow = this.listener;
		if (flow == null || flow.state() != FlowState.ACTIVE) {
			this.firstInherited = 0;
			this.markedLate = true;
			return false;
		}
		return !this.markedLate || isBacklogOver();
	}

	private boolean isBacklogOver() {
		long now = this.nanoTime.getAsLong();
		long first = this.firstInherited;
		if (first == 0) {
			// A clock that shows 0 may be off by a nanosecond.
			this.firstInherited = (now != 0) ? now : 1;
			return false;
		}
		if (now - first < BACKLOG.toNanos()) {
			return false;
		}
		this.markedLate = false;
		return true;
	}

}
