package io.github.qos4j.boot.server;

import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.RequestMarker;
import io.github.qos4j.policy.ServerMarker;
import org.jspecify.annotations.Nullable;

/**
 * How the connections of a web server are marked, whichever server it is.
 *
 * @param marker marks sockets
 * @param policy the name of the policy for connections that no policy matches, or
 * {@code null} for none
 * @param eachConnection whether each connection is marked by itself even if it inherits
 * the mark of its listener
 * @param requests marks requests, or {@code null} if none are marked
 */
public record ServerMarking(PolicyMarker marker, @Nullable String policy, boolean eachConnection,
		@Nullable RequestMarker requests) {

	/**
	 * Create the marking of one of the server's listeners.
	 * @return the marking
	 */
	public ListenerMarking newListener() {
		return new ListenerMarking(this.marker.handle(),
				new ServerMarker(this.marker, this.policy, this.eachConnection), this.requests);
	}

}
