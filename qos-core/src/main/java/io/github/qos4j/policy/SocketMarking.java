package io.github.qos4j.policy;

import java.net.Socket;
import java.net.SocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * How a socket factory marks its sockets. Never fails a connection: what goes wrong is
 * logged once.
 *
 * @param marker gives the marker, for each socket anew; empty if nothing is to be marked
 * @param policy the name of the policy, or {@code null} for those that match
 */
record SocketMarking(Supplier<Optional<PolicyMarker>> marker, @Nullable String policy) {

	private static final System.Logger logger = System.getLogger(SocketMarking.class.getName());

	/**
	 * What was logged. Few: a factory has one policy, and some drivers many factories.
	 */
	private static final Set<String> logged = ConcurrentHashMap.newKeySet();

	/**
	 * Return a marking by the default marker.
	 * @param policy the name of the policy; {@code null} or blank for those that match
	 */
	static SocketMarking byDefault(@Nullable String policy) {
		return new SocketMarking(PolicyMarker::getDefault, (policy != null && policy.isBlank()) ? null : policy);
	}

	/**
	 * Return a marking by a certain marker.
	 * @throws IllegalArgumentException if it has no policy of that name
	 */
	static SocketMarking by(PolicyMarker marker, @Nullable String policy) {
		Assert.notNull(marker, "marker");
		if (policy != null) {
			marker.policies().require(policy);
		}
		return new SocketMarking(() -> Optional.of(marker), policy);
	}

	/**
	 * Mark a socket that is connected, or is about to be.
	 * @param socket a TCP socket
	 * @param remote the peer, or {@code null} if it is not known
	 */
	void mark(Socket socket, @Nullable SocketAddress remote) {
		if (socket.isClosed()) {
			// Whoever uses it is told.
			return;
		}
		try {
			this.marker.get().ifPresent((with) -> mark(with, QosSocket.of(socket), remote));
		}
		catch (RuntimeException | LinkageError ex) {
			log("Sockets of a factory are not marked: " + ex, ex);
		}
	}

	private void mark(PolicyMarker with, QosSocket socket, @Nullable SocketAddress remote) {
		if (this.policy == null) {
			with.mark(socket, Endpoints.of(socket, remote), null);
		}
		else if (with.policies().named(this.policy).isPresent()) {
			with.mark(socket, this.policy);
		}
		else {
			log("Sockets of a factory are not marked: there is no policy '" + this.policy + "'", null);
		}
	}

	private static void log(String message, @Nullable Throwable cause) {
		System.Logger.Level level = logged.add(message) ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG;
		logger.log(level, message, cause);
	}

}
