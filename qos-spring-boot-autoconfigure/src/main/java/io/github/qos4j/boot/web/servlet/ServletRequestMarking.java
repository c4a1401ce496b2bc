package io.github.qos4j.boot.web.servlet;

import java.nio.channels.NetworkChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.qos4j.QosSocket;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.RequestMarker;
import io.github.qos4j.policy.TransportProtocol;
import jakarta.servlet.http.HttpServletRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Marks the requests of a servlet application, whichever server it runs on. Thread-safe;
 * never throws.
 */
public final class ServletRequestMarking {

	private static final Log logger = LogFactory.getLog(ServletRequestMarking.class);

	private final RequestMarker marker;

	private final List<RequestConnection> connections;

	/**
	 * Whether any request has had a policy: before, no connection needs its own mark
	 * back.
	 */
	private volatile boolean used;

	private final AtomicBoolean warnedOfHttp2 = new AtomicBoolean();

	private final AtomicBoolean warnedOfServer = new AtomicBoolean();

	private final AtomicBoolean warnedOfFailure = new AtomicBoolean();

	/**
	 * Create a marking.
	 * @param marker marks requests
	 * @param connections know the connections of requests: one for each server that there
	 * may be
	 */
	public ServletRequestMarking(RequestMarker marker, List<RequestConnection> connections) {
		this.marker = marker;
		this.connections = List.copyOf(connections);
	}

	/**
	 * Set the mark for a request.
	 * @param request the request
	 * @param policy the name of its policy, or {@code null} for the connection's own mark
	 */
	public void started(HttpServletRequest request, @Nullable String policy) {
		if (policy != null && !this.used) {
			this.used = true;
		}
		if (this.used) {
			mark(request, policy);
		}
	}

	private void mark(HttpServletRequest request, @Nullable String policy) {
		try {
			if (isShared(request)) {
				if (policy != null) {
					warn(this.warnedOfHttp2, "Requests over HTTP/2 are not marked, since they share a connection: "
							+ "mark connections instead, by qos.server.policy for example");
				}
				return;
			}
			NetworkChannel connection = connectionOf(request);
			if (connection != null) {
				this.marker.started(QosSocket.of(connection), policy);
			}
			else if (policy != null) {
				warn(this.warnedOfServer, "Requests are not marked: this server, or this connector of it, "
						+ "does not tell their connections");
			}
		}
		catch (IllegalArgumentException ex) {
			logger.debug("A request on a closed connection is not marked", ex);
		}
		catch (RuntimeException | LinkageError ex) {
			if (this.warnedOfFailure.compareAndSet(false, true)) {
				logger.warn("Requests are not marked", ex);
			}
		}
	}

	/**
	 * Return the ends of a request's connection, whatever proxies say of them.
	 */
	Endpoints endpointsOf(HttpServletRequest request) {
		NetworkChannel connection = connectionOf(request);
		return (connection != null) ? Endpoints.of(QosSocket.of(connection))
				: new Endpoints(TransportProtocol.TCP, null, null);
	}

	private static boolean isShared(HttpServletRequest request) {
		String protocol = request.getProtocol();
		return protocol != null && !protocol.startsWith("HTTP/1") && !protocol.startsWith("HTTP/0");
	}

	private @Nullable NetworkChannel connectionOf(HttpServletRequest request) {
		for (RequestConnection known : this.connections) {
			NetworkChannel connection = known.of(request);
			if (connection != null) {
				return connection;
			}
		}
		return null;
	}

	private static void warn(AtomicBoolean warned, String message) {
		if (warned.compareAndSet(false, true)) {
			logger.warn(message);
		}
	}

}
