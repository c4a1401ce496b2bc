package io.github.qos4j.boot.web.reactive;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.qos4j.HandleState;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.netty.NettySockets;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.RequestMarker;
import io.github.qos4j.policy.TransportProtocol;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.util.AttributeKey;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * Marks the requests of a reactive application on Reactor Netty. Thread-safe; never
 * throws and never makes an event loop wait.
 */
public final class ReactiveRequestMarking {

	private static final Log logger = LogFactory.getLog(ReactiveRequestMarking.class);

	private static final AttributeKey<Boolean> KNOWN = AttributeKey.valueOf(ReactiveRequestMarking.class, "known");

	private final QosHandle handle;

	private final RequestMarker marker;

	/**
	 * Whether any request has had a policy: before, no connection needs its own mark
	 * back.
	 */
	private volatile boolean used;

	private final AtomicBoolean warnedOfStreams = new AtomicBoolean();

	private final AtomicBoolean warnedOfServer = new AtomicBoolean();

	private final AtomicBoolean warnedOfFailure = new AtomicBoolean();

	/**
	 * Create a marking.
	 * @param handle the handle that flows are added to
	 * @param marker marks requests
	 */
	public ReactiveRequestMarking(QosHandle handle, RequestMarker marker) {
		this.handle = handle;
		this.marker = marker;
	}

	/**
	 * Set the mark for a request.
	 * @param request the request
	 * @param policy the name of its policy, or {@code null} for the connection's own mark
	 */
	public void started(ServerHttpRequest request, @Nullable String policy) {
		if (policy != null) {
			this.used = true;
		}
		if (!this.used) {
			return;
		}
		try {
			mark(channelOf(request), policy);
		}
		catch (RuntimeException | LinkageError ex) {
			warn(this.warnedOfFailure, "Requests are not marked", ex);
		}
	}

	private void mark(@Nullable Channel channel, @Nullable String policy) {
		if (channel == null) {
			if (policy != null) {
				warn(this.warnedOfServer, "Requests are not marked: this server does not tell their connections", null);
			}
		}
		else if (isStream(channel)) {
			if (policy != null) {
				warn(this.warnedOfStreams, "Requests over HTTP/2 are not marked, since they share a connection: "
						+ "mark connections instead, by qos.server.policy for example", null);
			}
		}
		else if (this.handle.state() == HandleState.OPENING) {
			// Adding a flow may wait for the native library now.
			logger.debug("A request came before the handle was open");
		}
		else {
			mark(channel, NettySockets.of(channel), policy);
		}
	}

	private void mark(Channel channel, @Nullable QosSocket socket, @Nullable String policy) {
		if (socket != null) {
			if (channel.attr(KNOWN).setIfAbsent(Boolean.TRUE) == null) {
				this.marker.accepted(socket, QosChannelHandler.flowOf(channel));
			}
			this.marker.started(socket, policy);
		}
	}

	/**
	 * Return the ends of a request's connection, whatever proxies say of them.
	 */
	Endpoints endpointsOf(ServerHttpRequest request) {
		Channel channel = channelOf(request);
		QosSocket socket = (channel != null) ? NettySockets.of(channel) : null;
		return (socket != null) ? Endpoints.of(socket) : new Endpoints(TransportProtocol.TCP, null, null);
	}

	/**
	 * A connection's parent is its listener, that of a stream its connection.
	 */
	private static boolean isStream(Channel channel) {
		return channel.parent() != null && !(channel.parent() instanceof ServerChannel);
	}

	private static @Nullable Channel channelOf(ServerHttpRequest request) {
		ServerHttpRequest undecorated = request;
		while (undecorated instanceof ServerHttpRequestDecorator decorator) {
			undecorated = decorator.getDelegate();
		}
		if (!(undecorated instanceof AbstractServerHttpRequest known)
				|| !(nativeRequestOf(known) instanceof HttpServerRequest http)) {
			return null;
		}
		Channel[] channel = new Channel[1];
		http.withConnection((connection) -> channel[0] = connection.channel());
		return channel[0];
	}

	private static @Nullable Object nativeRequestOf(AbstractServerHttpRequest request) {
		try {
			return request.getNativeRequest();
		}
		catch (IllegalStateException ex) {
			// Spring's mock, which no server is behind
			return null;
		}
	}

	private static void warn(AtomicBoolean warned, String message, @Nullable Throwable cause) {
		if (warned.compareAndSet(false, true)) {
			logger.warn(message, cause);
		}
		else {
			logger.debug(message, cause);
		}
	}

}
