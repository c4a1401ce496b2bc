package io.github.qos4j.boot.web.servlet;

import java.nio.channels.NetworkChannel;
import java.util.List;

import io.github.qos4j.QosSocket;
import io.github.qos4j.boot.web.RequestMarking;
import io.github.qos4j.policy.RequestMarker;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Marks the requests of a servlet application, whichever server it runs on. Thread-safe;
 * never throws.
 */
public final class ServletRequestMarking extends RequestMarking<HttpServletRequest, NetworkChannel> {

	private final RequestMarker marker;

	private final List<RequestConnection> connections;

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

	@Override
	protected PathContainer pathOf(HttpServletRequest request) {
		return ServletRequestPathUtils.parse(request).pathWithinApplication();
	}

	@Override
	protected @Nullable NetworkChannel connectionOf(HttpServletRequest request) {
		for (RequestConnection known : this.connections) {
			NetworkChannel connection = known.of(request);
			if (connection != null) {
				return connection;
			}
		}
		return null;
	}

	@Override
	protected boolean isShared(HttpServletRequest request, @Nullable NetworkChannel connection) {
		String protocol = request.getProtocol();
		return protocol != null && !protocol.startsWith("HTTP/1") && !protocol.startsWith("HTTP/0");
	}

	@Override
	protected QosSocket socketOf(NetworkChannel connection) {
		return QosSocket.of(connection);
	}

	@Override
	protected boolean markConnection(NetworkChannel connection, @Nullable String policy) {
		this.marker.started(socketOf(connection), policy);
		return true;
	}

	@Override
	protected void remember(HttpServletRequest request, String policy) {
		request.setAttribute(MARKED, policy);
	}

}
