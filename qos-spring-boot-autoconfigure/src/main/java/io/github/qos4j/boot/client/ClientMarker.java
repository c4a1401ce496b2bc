package io.github.qos4j.boot.client;

import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import java.util.function.Supplier;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.PolicyMarker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Marks the connections that clients open: by the policy that matches them, or else by
 * the one for clients. Knows which one that is.
 * <p>
 * Thread-safe. Nothing here blocks or throws: a socket that cannot be marked is left
 * alone.
 */
public final class ClientMarker {

	private static final Log logger = LogFactory.getLog(ClientMarker.class);

	private final PolicyMarker marker;

	private final @Nullable String policy;

	/**
	 * Create a marker of clients.
	 * @param marker marks by policies
	 * @param policy the name of the policy for connections that no policy matches, or
	 * {@code null} to leave these unmarked
	 */
	public ClientMarker(PolicyMarker marker, @Nullable String policy) {
		this.marker = marker;
		this.policy = policy;
	}

	/**
	 * Return what marks by policies.
	 * @return the marker
	 */
	public PolicyMarker marker() {
		return this.marker;
	}

	/**
	 * Return the name of the policy for connections that no policy matches.
	 * @return the name, or {@code null} if these are left unmarked
	 */
	public @Nullable String policy() {
		return this.policy;
	}

	/**
	 * Mark a socket that is about to be connected, or is.
	 * @param socket the socket
	 * @param remote the address that it is connected to, resolved or not
	 * @return the flow, or {@code null} if no policy is for it or it cannot be marked
	 */
	public @Nullable QosFlow mark(Socket socket, @Nullable SocketAddress remote) {
		return mark(() -> QosSocket.of(socket), remote);
	}

	/**
	 * Mark a channel that is about to be connected, or is.
	 * @param channel the channel
	 * @param remote the address that it is connected to, resolved or not
	 * @return the flow, or {@code null} if no policy is for it or it cannot be marked
	 */
	public @Nullable QosFlow mark(NetworkChannel channel, @Nullable SocketAddress remote) {
		return mark(() -> QosSocket.of(channel), remote);
	}

	private @Nullable QosFlow mark(Supplier<QosSocket> wrapper, @Nullable SocketAddress remote) {
		try {
			QosSocket socket = wrapper.get();
			return this.marker.mark(socket, Endpoints.of(socket, remote), this.policy);
		}
		catch (RuntimeException ex) {
			// It has just been closed, or is no internet socket.
			logger.debug("A client's connection is not marked", ex);
			return null;
		}
	}

	/**
	 * Tell the address that a socket was connected to, which was not known when it was
	 * marked.
	 * @param flow the flow of the socket, or {@code null} if no policy was for it
	 * @param socket the socket
	 * @param remote its peer
	 */
	public void connected(@Nullable QosFlow flow, Socket socket, @Nullable SocketAddress remote) {
		if (flow == null) {
			mark(socket, remote);
			return;
		}
		try {
			this.marker.update(flow, Endpoints.of(QosSocket.of(socket), remote), this.policy);
		}
		catch (RuntimeException ex) {
			logger.debug("A client's connection is not marked anew", ex);
		}
	}

}
