package io.github.qos4j.boot.web.reactive;

import io.github.qos4j.HandleState;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.boot.web.RequestMarking;
import io.github.qos4j.netty.NettySockets;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.RequestMarker;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.util.AttributeKey;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.AbstractServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.web.server.ServerWebExchange;

/**
 * Marks the requests of a reactive application on Reactor Netty. Thread-safe; never
 * throws and never makes an event loop wait.
 */
public final class ReactiveRequestMarking extends RequestMarking<ServerWebExchange, Channel> {

	private static final Log logger = LogFactory.getLog(ReactiveRequestMarking.class);

	private static final AttributeKey<Boolean> KNOWN = AttributeKey.valueOf(ReactiveRequestMarking.class, "known");

	private final QosHandle handle;

	private final RequestMarker marker;

	/**
	 * Create a marking.
	 * @param handle the handle that flows are added to
	 * @param marker marks requests
	 */
	public ReactiveRequestMarking(QosHandle handle, RequestMarker marker) {
		this.handle = handle;
		this.marker = marker;
	}

	@Override
	protected PathContainer pathOf(ServerWebExchange exchange) {
		return exchange.getRequest().getPath().pathWithinApplication();
	}

	@Override
	protected @Nullable Channel connectionOf(ServerWebExchange exchange) {
		ServerHttpRequest undecorated = exchange.getRequest();
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

	/**
	 * A connection's parent is its listener, that of a stream its connection.
	 */
	@Override
	protected boolean isShared(ServerWebExchange exchange, @Nullable Channel connection) {
		return connection != null && connection.parent() != null && !(connection.parent() instanceof ServerChannel);
	}

	@Override
	protected @Nullable QosSocket socketOf(Channel connection) {
		return NettySockets.of(connection);
	}

	@Override
	protected boolean markConnection(Channel connection, @Nullable String policy) {
		if (this.handle.state() == HandleState.OPENING) {
			// Adding a flow may wait for the native library now.
			logger.debug("A request came before the handle was open");
			return false;
		}
		QosSocket socket = socketOf(connection);
		if (socket != null) {
			if (connection.attr(KNOWN).setIfAbsent(Boolean.TRUE) == null) {
				this.marker.accepted(socket, QosChannelHandler.flowOf(connection));
			}
			this.marker.started(socket, policy);
		}
		return socket != null;
	}

	@Override
	protected void remember(ServerWebExchange exchange, String policy) {
		exchange.getAttributes().put(MARKED, policy);
	}

}
