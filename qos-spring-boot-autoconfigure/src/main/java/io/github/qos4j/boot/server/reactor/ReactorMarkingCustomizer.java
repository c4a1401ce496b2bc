package io.github.qos4j.boot.server.reactor;

import java.time.Duration;

import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.netty.QosChannelHandler;
import io.github.qos4j.policy.PolicyMarker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Has Reactor Netty's server marked: its listener before the first connection is
 * accepted, and the connections that need it before anything is sent on them. A
 * customizer of the factory, since a customizer of the server would be used for a
 * separate management server, too.
 */
public final class ReactorMarkingCustomizer implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory> {

	private static final Log logger = LogFactory.getLog(ReactorMarkingCustomizer.class);

	/** How long loading the native library may take, at most. */
	private static final Duration LOADING = Duration.ofSeconds(2);

	private final PolicyMarker marker;

	private final QosChannelHandler handler;

	/**
	 * Create a customizer.
	 * @param marker marks sockets
	 * @param policy the name of the policy for connections that no policy matches, or
	 * {@code null} for none
	 * @param eachConnection whether each connection is marked by itself even if it
	 * inherits the mark of its listener
	 */
	public ReactorMarkingCustomizer(PolicyMarker marker, @Nullable String policy, boolean eachConnection) {
		this.marker = marker;
		this.handler = new QosChannelHandler(marker, policy, eachConnection);
	}

	@Override
	public void customize(NettyReactiveWebServerFactory factory) {
		factory.addServerCustomizers(this::mark);
	}

	private HttpServer mark(HttpServer server) {
		awaitHandle(this.marker.handle());
		// Before the channel becomes active, which is when it begins to accept.
		return server.doOnBound((bound) -> bound.channel().pipeline().addFirst(this.handler));
	}

	/**
	 * The listener is marked by an event loop, which must not wait, so what connects
	 * before the native library is loaded would not inherit its mark.
	 */
	private static void awaitHandle(QosHandle handle) {
		if (!handle.marksListeners()) {
			return;
		}
		try {
			handle.awaitOpen(LOADING);
		}
		catch (QosUnavailableException ex) {
			logger.debug("The server is bound before it can be marked", ex);
		}
	}

}
