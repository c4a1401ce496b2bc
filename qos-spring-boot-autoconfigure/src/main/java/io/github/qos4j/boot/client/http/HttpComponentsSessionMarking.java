package io.github.qos4j.boot.client.http;

import java.nio.channels.NetworkChannel;

import io.github.qos4j.boot.client.ClientMarker;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.jspecify.annotations.Nullable;

/**
 * Marks the connections of Apache HttpClient's asynchronous client once they are
 * connected, before anything is sent: it shows nobody a channel earlier, so the handshake
 * of TCP is not marked. Behind a proxy the peer is the proxy.
 */
public final class HttpComponentsSessionMarking implements IOSessionListener {

	private final ClientMarker marker;

	/**
	 * Create a listener.
	 * @param marker marks clients
	 */
	public HttpComponentsSessionMarking(ClientMarker marker) {
		this.marker = marker;
	}

	@Override
	public void connected(IOSession session) {
		if (session.channel() instanceof NetworkChannel channel) {
			this.marker.mark(channel, HostAddress.of(host(session), session.getRemoteAddress()));
		}
	}

	private static @Nullable NamedEndpoint host(IOSession session) {
		return (session instanceof ProtocolIOSession protocol) ? protocol.getInitialEndpoint() : null;
	}

	@Override
	public void startTls(IOSession session) {
	}

	@Override
	public void inputReady(IOSession session) {
	}

	@Override
	public void outputReady(IOSession session) {
	}

	@Override
	public void timeout(IOSession session) {
	}

	@Override
	public void exception(IOSession session, Exception ex) {
	}

	@Override
	public void disconnected(IOSession session) {
	}

}
