package io.github.qos4j.boot.server.reactor;

import io.github.qos4j.boot.server.ServerMarking;
import io.github.qos4j.netty.QosChannelHandler;
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

	private final ServerMarking marking;

	private final QosChannelHandler handler;

	/**
	 * Create a customizer.
	 * @param marking how connections are marked
	 */
	public ReactorMarkingCustomizer(ServerMarking marking) {
		this.marking = marking;
		this.handler = new QosChannelHandler(marking.marker(), marking.policy(), marking.eachConnection());
	}

	@Override
	public void customize(NettyReactiveWebServerFactory factory) {
		factory.addServerCustomizers(this::mark);
	}

	private HttpServer mark(HttpServer server) {
		// An event loop marks the listener.
		this.marking.binding();
		// Before the channel becomes active, which is when it begins to accept.
		return server.doOnBound((bound) -> bound.channel().pipeline().addFirst(this.handler));
	}

}
