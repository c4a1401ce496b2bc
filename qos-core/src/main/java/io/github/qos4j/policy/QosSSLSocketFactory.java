package io.github.qos4j.policy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Creates TLS sockets that are marked by policies, as {@link QosSocketFactory} does for
 * plain ones. TLS is that of another factory, the JDK's own unless one is given.
 * <p>
 * A socket that is created unconnected is marked when it is created if the policy is
 * chosen by its name, and otherwise once its handshake is done: only then is its peer
 * known here.
 * <p>
 * Thread-safe. Marking never fails a connection and waits for nothing.
 */
public class QosSSLSocketFactory extends SSLSocketFactory {

	private final SSLSocketFactory tls;

	private final SocketMarking marking;

	private final QosSocketFactory plain;

	/**
	 * Create a factory that marks by the policies that match, with the marker that
	 * {@link PolicyMarker#getDefault()} returns when a socket connects.
	 */
	public QosSSLSocketFactory() {
		this((String) null);
	}

	/**
	 * Create a factory that marks by one policy, with the marker that
	 * {@link PolicyMarker#getDefault()} returns when a socket connects. Where that has no
	 * policy of this name, sockets are not marked, and a warning is logged.
	 * @param policy the name of the policy; {@code null} or blank for those that match
	 */
	public QosSSLSocketFactory(@Nullable String policy) {
		this(SocketMarking.byDefault(policy), (SSLSocketFactory) SSLSocketFactory.getDefault());
	}

	/**
	 * Create a factory.
	 * @param marker marks the sockets
	 * @param policy the name of the policy, or {@code null} for those that match
	 * @throws IllegalArgumentException if the marker is null, or if it has no policy of
	 * that name
	 */
	public QosSSLSocketFactory(PolicyMarker marker, @Nullable String policy) {
		this(marker, policy, (SSLSocketFactory) SSLSocketFactory.getDefault());
	}

	/**
	 * Create a factory with the TLS of another one.
	 * @param marker marks the sockets
	 * @param policy the name of the policy, or {@code null} for those that match
	 * @param tls the factory whose TLS is used, that of an {@code SSLContext} for example
	 * @throws IllegalArgumentException if the marker or {@code tls} is null, or if the
	 * marker has no policy of that name
	 */
	public QosSSLSocketFactory(PolicyMarker marker, @Nullable String policy, SSLSocketFactory tls) {
		this(SocketMarking.by(marker, policy), tls);
	}

	private QosSSLSocketFactory(SocketMarking marking, SSLSocketFactory tls) {
		this.marking = marking;
		this.plain = new QosSocketFactory(marking);
		this.tls = Assert.notNull(tls, "tls");
	}

	/**
	 * Return a factory that marks by the policies that match. JNDI's LDAP provider calls
	 * this by reflection.
	 * @return the factory
	 */
	public static SocketFactory getDefault() {
		return new QosSSLSocketFactory();
	}

	@Override
	public String[] getDefaultCipherSuites() {
		return this.tls.getDefaultCipherSuites();
	}

	@Override
	public String[] getSupportedCipherSuites() {
		return this.tls.getSupportedCipherSuites();
	}

	@Override
	public Socket createSocket() throws IOException {
		Socket socket = this.tls.createSocket();
		if (this.marking.policy() != null) {
			this.marking.mark(socket, null);
		}
		else if (socket instanceof SSLSocket secure) {
			secure.addHandshakeCompletedListener((event) -> this.marking.mark(secure, secure.getRemoteSocketAddress()));
		}
		return socket;
	}

	/**
	 * Create a TLS socket over one that is connected. That one is marked now, unless a
	 * factory of this kind has created it.
	 */
	@Override
	public Socket createSocket(Socket socket, String host, int port, boolean autoClose) throws IOException {
		if (!(socket instanceof MarkedSocket)) {
			this.marking.mark(socket, socket.getRemoteSocketAddress());
		}
		return this.tls.createSocket(socket, host, port, autoClose);
	}

	@Override
	public Socket createSocket(@Nullable String host, int port) throws IOException {
		return over(this.plain.createSocket(host, port), host, port);
	}

	@Override
	public Socket createSocket(@Nullable String host, int port, @Nullable InetAddress localHost, int localPort)
			throws IOException {
		return over(this.plain.createSocket(host, port, localHost, localPort), host, port);
	}

	@Override
	public Socket createSocket(InetAddress host, int port) throws IOException {
		return over(this.plain.createSocket(host, port), null, port);
	}

	@Override
	public Socket createSocket(InetAddress host, int port, @Nullable InetAddress localHost, int localPort)
			throws IOException {
		return over(this.plain.createSocket(host, port, localHost, localPort), null, port);
	}

	/**
	 * Put TLS over a socket.
	 * @param host the name of the peer, or {@code null} for the one that the address was
	 * made from, as without us: not one that was looked up, which certificates must not
	 * be checked against
	 */
	private Socket over(Socket connected, @Nullable String host, int port) throws IOException {
		try {
			return this.tls.createSocket(connected, host, port, true);
		}
		catch (IOException | RuntimeException ex) {
			connected.close();
			throw ex;
		}
	}

}
