package io.github.qos4j.boot.client.http;

import java.io.IOException;
import java.net.Socket;
import java.util.function.Supplier;

import io.github.qos4j.boot.client.ClientMarker;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Marks the connections of Apache HttpClient's blocking client. What it offers is in two
 * places: requests know their route, and connections are given their socket just before
 * it is connected. Both happen on the thread of the request, which carries the one to the
 * other.
 * <p>
 * Knows the host and the port before the connection is made, and its address afterwards.
 * Behind a proxy the peer is the proxy.
 */
public final class HttpComponentsMarking {

	private static final String INTERCEPTOR = "qos";

	private final ClientMarker marker;

	/** The first hop of the request on this thread. */
	private final ThreadLocal<HttpHost> hop = new ThreadLocal<>();

	/**
	 * Create what marks connections.
	 * @param marker marks clients
	 */
	public HttpComponentsMarking(ClientMarker marker) {
		this.marker = marker;
	}

	/**
	 * Have requests tell where they go.
	 * @param builder the builder of the client
	 */
	public void customize(HttpClientBuilder builder) {
		builder.addExecInterceptorBefore(ChainElement.CONNECT.name(), INTERCEPTOR, this::execute);
	}

	/**
	 * Have connections mark their sockets. A connection factory that is set later is used
	 * instead.
	 * @param builder the builder of the connection manager
	 */
	public void customize(PoolingHttpClientConnectionManagerBuilder builder) {
		builder.setConnectionFactory(new MarkedConnectionFactory(this.marker, this.hop::get));
	}

	private ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		HttpHost outer = this.hop.get();
		this.hop.set(firstHop(scope.route));
		try {
			return chain.proceed(request, scope);
		}
		finally {
			if (outer != null) {
				this.hop.set(outer);
			}
			else {
				this.hop.remove();
			}
		}
	}

	private static HttpHost firstHop(HttpRoute route) {
		return (route.getProxyHost() != null) ? route.getProxyHost() : route.getTargetHost();
	}

	/**
	 * Creates connections that mark their sockets.
	 *
	 * @param marker marks clients
	 * @param hop tells where the request on this thread goes first
	 */
	private record MarkedConnectionFactory(ClientMarker marker,
			Supplier<@Nullable HttpHost> hop) implements HttpConnectionFactory<ManagedHttpClientConnection> {

		@Override
		public ManagedHttpClientConnection createConnection(@Nullable Socket socket) throws IOException {
			MarkedConnection connection = new MarkedConnection(
					ManagedHttpClientConnectionFactory.INSTANCE.createConnection(null), this.marker, this.hop);
			if (socket != null) {
				connection.bind(socket);
			}
			return connection;
		}

	}

}
