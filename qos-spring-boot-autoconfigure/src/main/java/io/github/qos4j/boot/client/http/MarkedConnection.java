package io.github.qos4j.boot.client.http;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.function.Supplier;

import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

import io.github.qos4j.QosFlow;
import io.github.qos4j.boot.client.ClientMarker;
import org.apache.hc.client5.http.impl.ConnPoolSupport;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.ProtocolVersion;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Identifiable;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A connection that marks the socket that it is bound to: before that is connected, by
 * what the request knows of the peer, and again once it is, by its address. Everything
 * else is left to another connection, which cannot be extended: until HttpClient 5.6,
 * which is newer than Spring Boot 4.0, its class is final. For one thread at a time, like
 * any connection.
 */
final class MarkedConnection implements ManagedHttpClientConnection, Identifiable {

	private final ManagedHttpClientConnection connection;

	private final ClientMarker marker;

	private final Supplier<@Nullable HttpHost> hop;

	/** Of the socket that is being connected. */
	private @Nullable QosFlow flow;

	MarkedConnection(ManagedHttpClientConnection connection, ClientMarker marker, Supplier<@Nullable HttpHost> hop) {
		this.connection = connection;
		this.marker = marker;
		this.hop = hop;
	}

	@Override
	public void bind(Socket socket) throws IOException {
		this.connection.bind(socket);
		HttpHost host = this.hop.get();
		if (socket.isConnected()) {
			this.marker.connected(this.flow, socket, HostAddress.of(host, socket.getRemoteSocketAddress()));
			this.flow = null;
		}
		else if (host != null) {
			this.flow = this.marker.mark(socket, HostAddress.of(host, null));
		}
	}

	@Override
	public void bind(SSLSocket sslSocket, Socket socket) throws IOException {
		this.connection.bind(sslSocket, socket);
	}

	@Override
	public String getId() {
		return ConnPoolSupport.getId(this.connection);
	}

	@Override
	public @Nullable Socket getSocket() {
		return this.connection.getSocket();
	}

	@Override
	public @Nullable SSLSession getSSLSession() {
		return this.connection.getSSLSession();
	}

	@Override
	public void passivate() {
		this.connection.passivate();
	}

	@Override
	public void activate() {
		this.connection.activate();
	}

	@Override
	public boolean isConsistent() {
		return this.connection.isConsistent();
	}

	@Override
	public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
		this.connection.sendRequestHeader(request);
	}

	@Override
	public void terminateRequest(ClassicHttpRequest request) throws HttpException, IOException {
		this.connection.terminateRequest(request);
	}

	@Override
	public void sendRequestEntity(ClassicHttpRequest request) throws HttpException, IOException {
		this.connection.sendRequestEntity(request);
	}

	@Override
	public ClassicHttpResponse receiveResponseHeader() throws HttpException, IOException {
		return this.connection.receiveResponseHeader();
	}

	@Override
	public void receiveResponseEntity(ClassicHttpResponse response) throws HttpException, IOException {
		this.connection.receiveResponseEntity(response);
	}

	@Override
	public boolean isDataAvailable(Timeout timeout) throws IOException {
		return this.connection.isDataAvailable(timeout);
	}

	@Override
	public boolean isStale() throws IOException {
		return this.connection.isStale();
	}

	@Override
	public void flush() throws IOException {
		this.connection.flush();
	}

	@Override
	public @Nullable EndpointDetails getEndpointDetails() {
		return this.connection.getEndpointDetails();
	}

	@Override
	public @Nullable SocketAddress getLocalAddress() {
		return this.connection.getLocalAddress();
	}

	@Override
	public @Nullable SocketAddress getRemoteAddress() {
		return this.connection.getRemoteAddress();
	}

	@Override
	public @Nullable ProtocolVersion getProtocolVersion() {
		return this.connection.getProtocolVersion();
	}

	@Override
	public boolean isOpen() {
		return this.connection.isOpen();
	}

	@Override
	public @Nullable Timeout getSocketTimeout() {
		return this.connection.getSocketTimeout();
	}

	@Override
	public void setSocketTimeout(Timeout timeout) {
		this.connection.setSocketTimeout(timeout);
	}

	@Override
	public void close() throws IOException {
		this.connection.close();
	}

	@Override
	public void close(CloseMode closeMode) {
		this.connection.close(closeMode);
	}

	@Override
	public String toString() {
		return String.valueOf(this.connection);
	}

}
