package io.github.qos4j.boot.client.http;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

import io.github.qos4j.QosFlow;
import io.github.qos4j.boot.client.ClientMarker;
import org.apache.hc.client5.http.impl.io.DefaultManagedHttpClientConnection;
import org.apache.hc.core5.http.HttpHost;
import org.jspecify.annotations.Nullable;

/**
 * A connection that marks the socket that it is bound to: before that is connected, by
 * what the request knows of the peer, and again once it is, by its address. For one
 * thread at a time, like any connection.
 */
final class MarkedConnection extends DefaultManagedHttpClientConnection {

	private static final AtomicLong COUNTER = new AtomicLong();

	private final ClientMarker marker;

	private final Supplier<@Nullable HttpHost> hop;

	/** Of the socket that is being connected. */
	private @Nullable QosFlow flow;

	MarkedConnection(ClientMarker marker, Supplier<@Nullable HttpHost> hop) {
		super("http-outgoing-qos-" + COUNTER.getAndIncrement());
		this.marker = marker;
		this.hop = hop;
	}

	@Override
	public void bind(Socket socket) throws IOException {
		super.bind(socket);
		HttpHost host = this.hop.get();
		if (socket.isConnected()) {
			this.marker.connected(this.flow, socket, HostAddress.of(host, socket.getRemoteSocketAddress()));
			this.flow = null;
		}
		else if (host != null) {
			this.flow = this.marker.mark(socket, HostAddress.of(host, null));
		}
	}

}
