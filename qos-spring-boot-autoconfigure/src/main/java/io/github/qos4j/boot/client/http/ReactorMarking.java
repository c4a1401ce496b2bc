package io.github.qos4j.boot.client.http;

import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.netty.QosChannelHandler;
import reactor.netty.http.client.HttpClient;

/**
 * Marks the connections of Reactor Netty's HTTP client.
 */
public final class ReactorMarking {

	private final QosChannelHandler handler;

	/**
	 * Create a marking.
	 * @param marker marks clients
	 */
	public ReactorMarking(ClientMarker marker) {
		this.handler = new QosChannelHandler(marker.marker(), marker.policy());
	}

	/**
	 * Have a client's connections marked, and their first packets.
	 * @param client the client
	 * @return the client that marks
	 */
	public HttpClient customize(HttpClient client) {
		// First, and so next to the socket: behind a proxy's handler, which connects to
		// another address than it is asked to.
		return client.doOnChannelInit((observer, channel, remote) -> channel.pipeline().addFirst(this.handler));
	}

}
