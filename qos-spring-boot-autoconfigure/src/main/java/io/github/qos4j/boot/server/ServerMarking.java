package io.github.qos4j.boot.server;

import java.time.Duration;

import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.RequestMarker;
import io.github.qos4j.policy.ServerMarker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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

	private static final Log logger = LogFactory.getLog(ServerMarking.class);

	/** How long loading the native library may take, at most. */
	private static final Duration LOADING = Duration.ofSeconds(2);

	/**
	 * Create the marking of one of the server's listeners.
	 * @return the marking
	 */
	public ListenerMarking newListener() {
		return new ListenerMarking(this, new ServerMarker(this.marker, this.policy, this.eachConnection));
	}

	/**
	 * Return whether marking a listener is enough to mark what it accepts.
	 * @return {@code true} if there is a policy for listeners, and connections inherit
	 * their mark
	 */
	public boolean marksListeners() {
		return this.policy != null && this.marker.handle().marksListeners();
	}

	/**
	 * Be ready to mark: called before a listener is bound that can only be marked
	 * afterwards, or by a thread that must not wait. What connects between the two would
	 * stay unmarked, and loading the native library takes some 100 ms. Waits for that,
	 * for two seconds at most, and only where listeners are marked.
	 */
	public void binding() {
		if (!marksListeners()) {
			return;
		}
		try {
			this.marker.handle().awaitOpen(LOADING);
		}
		catch (QosUnavailableException ex) {
			logger.debug("A listener is bound before it can be marked", ex);
		}
	}

}
