package servers;

import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.stereotype.Component;

import reactor.netty.http.server.HttpServer;

/**
 * Tells the kind of channel that has accepted the latest connection.
 */
@Component
class NettyTransport implements Transport, NettyServerCustomizer {

	private volatile String name = "";

	@Override
	public HttpServer apply(HttpServer server) {
		return server.doOnChannelInit((observer, channel, address) -> this.name = channel.getClass().getSimpleName());
	}

	@Override
	public String name() {
		return this.name;
	}

}
