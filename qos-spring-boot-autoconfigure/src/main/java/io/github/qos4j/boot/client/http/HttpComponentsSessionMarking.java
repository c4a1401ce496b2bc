package io.github.qos4j.boot.client.http;

import java.nio.channels.Channel;
import java.nio.channels.NetworkChannel;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

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

	/** Those that need nothing more: a proxy's has TLS only later. */
	private final Set<Channel> marked = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

	/**
	 * Create a listener.
	 * @param marker marks clients
	 */
	public HttpComponentsSessionMarking(ClientMarker marker) {
		this.marker = marker;
	}

	@Override
	public void connected(IOSession session) {
		mark(session);
	}

	/**
	 * With TLS a session counts as connected when its handshake has begun, which is late.
	 */
	@Override
	public void startTls(IOSession session) {
		mark(session);
	}

	private void mark(IOSession session) {
		if (session.channel() instanceof NetworkChannel channel && this.marked.add(channel)) {
			this.marker.mark(channel, HostAddress.of(host(session), session.getRemoteAddress()));
		}
	}

	private static @Nullable NamedEndpoint host(IOSession session) {
		return (session instanceof ProtocolIOSession protocol) ? protocol.getInitialEndpoint() : null;
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
