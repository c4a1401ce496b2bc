package io.github.qos4j.boot.server.tomcat;

import java.io.IOException;
import java.nio.channels.SocketChannel;

import io.github.qos4j.boot.server.ListenerMarking;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's HTTP/1.1 protocol whose connections can be marked. It is Tomcat's own in
 * everything else, TLS and upgrades to HTTP/2 included. Tomcat creates it by the name of
 * its class; until it is told how to mark, it marks nothing.
 */
public class QosHttp11NioProtocol extends Http11NioProtocol {

	/** The connection that a thread serves now. */
	private static final ThreadLocal<SocketWrapperBase<?>> SERVED = new ThreadLocal<>();

	/**
	 * Create a protocol handler that marks nothing yet.
	 */
	public QosHttp11NioProtocol() {
		super(new QosNioEndpoint());
	}

	/**
	 * Set how to mark. To be called before this is initialized.
	 * @param marking the marking of the listener
	 */
	public void use(ListenerMarking marking) {
		endpoint().use(marking);
	}

	/**
	 * Return the connection of the HTTP/1.1 request that the calling thread handles.
	 * @return the connection, or {@code null} if the thread handles no request that came
	 * by such a protocol
	 */
	public static @Nullable SocketChannel currentConnection() {
		SocketWrapperBase<?> served = SERVED.get();
		return (served != null && served.getSocket() instanceof NioChannel channel) ? channel.getIOChannel() : null;
	}

	@Override
	protected Processor createProcessor() {
		ListenerMarking marking = endpoint().marking();
		return (marking != null && marking.requests() != null) ? new KnownConnection(this) : super.createProcessor();
	}

	private QosNioEndpoint endpoint() {
		return (QosNioEndpoint) getEndpoint();
	}

	/**
	 * Keeps the connection for the thread that handles its requests.
	 */
	private static final class KnownConnection extends Http11Processor {

		KnownConnection(QosHttp11NioProtocol protocol) {
			super(protocol, protocol.getAdapter());
		}

		@Override
		public SocketState service(SocketWrapperBase<?> connection) throws IOException {
			SERVED.set(connection);
			try {
				return super.service(connection);
			}
			finally {
				SERVED.remove();
			}
		}

	}

}
