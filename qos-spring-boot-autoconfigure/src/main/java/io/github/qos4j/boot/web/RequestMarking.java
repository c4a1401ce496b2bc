package io.github.qos4j.boot.web;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.qos4j.QosSocket;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.TransportProtocol;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;

/**
 * Marks requests, whichever server they come from: knows whether any request has had a
 * policy, and what to warn of once. Its subclasses know the connections. Thread-safe;
 * never throws.
 *
 * @param <R> type of the requests
 * @param <C> type of the connections
 */
public abstract class RequestMarking<R, C> {

	/**
	 * Attribute of a request that was marked by itself: the name of its policy.
	 */
	public static final String MARKED = RequestMarking.class.getName() + ".marked";

	private final Log logger = LogFactory.getLog(getClass());

	/**
	 * Whether any request has had a policy: before, no connection needs its own mark
	 * back.
	 */
	private volatile boolean used;

	private final AtomicBoolean warnedOfHttp2 = new AtomicBoolean();

	private final AtomicBoolean warnedOfServer = new AtomicBoolean();

	private final AtomicBoolean warnedOfFailure = new AtomicBoolean();

	/**
	 * Return the policy of a request by its path.
	 * @param request the request
	 * @param policies the policies of paths
	 * @return the name of the policy, or {@code null} if there is none
	 */
	public final @Nullable String policyOfPath(R request, RequestPolicies policies) {
		if (policies.isEmpty()) {
			return null;
		}
		try {
			return policies.policyFor(pathOf(request), () -> endpointsOf(request));
		}
		catch (RuntimeException ex) {
			// A path that nobody can parse: whoever handles the request refuses it
			this.logger.debug("The path of a request has no policy", ex);
			return null;
		}
	}

	/**
	 * Return the ends of a request's connection, whatever proxies say of them.
	 */
	private Endpoints endpointsOf(R request) {
		C connection = connectionOf(request);
		QosSocket socket = (connection != null) ? socketOf(connection) : null;
		return (socket != null) ? Endpoints.of(socket) : new Endpoints(TransportProtocol.TCP, null, null);
	}

	/**
	 * Set the mark for a request.
	 * @param request the request
	 * @param policy the name of its policy, or {@code null} for the connection's own mark
	 */
	public final void started(R request, @Nullable String policy) {
		if (policy != null && !this.used) {
			this.used = true;
		}
		if (this.used) {
			try {
				mark(request, policy);
			}
			catch (IllegalArgumentException ex) {
				this.logger.debug("A request on a closed connection is not marked", ex);
			}
			catch (RuntimeException | LinkageError ex) {
				warn(this.warnedOfFailure, "Requests are not marked", ex);
			}
		}
	}

	private void mark(R request, @Nullable String policy) {
		C connection = connectionOf(request);
		if (isShared(request, connection)) {
			if (policy != null) {
				warn(this.warnedOfHttp2, "Requests over HTTP/2 are not marked, since they share a connection: "
						+ "mark connections instead, by qos.server.policy for example", null);
			}
		}
		else if (connection != null) {
			if (markConnection(connection, policy) && policy != null) {
				remember(request, policy);
			}
		}
		else if (policy != null) {
			warn(this.warnedOfServer, "Requests are not marked: this server, or this connector of it, "
					+ "does not tell their connections", null);
		}
	}

	/**
	 * Return the path of a request within the application.
	 * @param request the request
	 * @return the path
	 */
	protected abstract PathContainer pathOf(R request);

	/**
	 * Return the connection that a request has come on.
	 * @param request the request
	 * @return the connection, or {@code null} if it is not known
	 */
	protected abstract @Nullable C connectionOf(R request);

	/**
	 * Return whether other requests come on the same connection at the same time.
	 * @param request the request
	 * @param connection its connection, or {@code null} if it is not known
	 * @return {@code true} if a mark would be that of all of them
	 */
	protected abstract boolean isShared(R request, @Nullable C connection);

	/**
	 * Return the socket of a connection.
	 * @param connection the connection
	 * @return the socket, or {@code null} if it has none that can be marked
	 */
	protected abstract @Nullable QosSocket socketOf(C connection);

	/**
	 * Set the mark of a connection that a request has for itself.
	 * @param connection the connection
	 * @param policy the name of the policy, or {@code null} for the connection's own mark
	 * @return whether it was set, as far as can be known
	 */
	protected abstract boolean markConnection(C connection, @Nullable String policy);

	/**
	 * Set the attribute {@link #MARKED}.
	 * @param request the request
	 * @param policy the name of its policy
	 */
	protected abstract void remember(R request, String policy);

	private void warn(AtomicBoolean warned, String message, @Nullable Throwable cause) {
		if (warned.compareAndSet(false, true)) {
			this.logger.warn(message, cause);
		}
		else {
			this.logger.debug(message, cause);
		}
	}

}
