package io.github.qos4j.boot.server.jetty;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;

import io.github.qos4j.boot.server.ListenerMarking;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Marks the listener of a connector before anybody can connect to it. The connector would
 * bind it in the same step that opens it, so it is opened in the connector's place, in
 * the same way. Where that fails, or the connector is of a class of its own, the
 * connector opens it, and it is marked when Jetty starts the connector's parts, of which
 * this is one: before the first connection is accepted.
 */
class OpenedListener extends AbstractLifeCycle implements LifeCycle.Listener {

	private static final Log logger = LogFactory.getLog(OpenedListener.class);

	private final ServerConnector connector;

	private final ListenerMarking marking;

	private @Nullable NetworkChannel marked;

	OpenedListener(ServerConnector connector, ListenerMarking marking) {
		this.connector = connector;
		this.marking = marking;
	}

	@Override
	public void lifeCycleStarting(LifeCycle connector) {
		this.marking.binding();
		if (this.marking.marksListeners() && this.connector.getClass() == ServerConnector.class
				&& !this.connector.isInheritChannel() && this.connector.getTransport() == null) {
			open();
		}
	}

	private void open() {
		ServerSocketChannel listener = null;
		try {
			listener = ServerSocketChannel.open();
			set(listener, StandardSocketOptions.SO_REUSEADDR, this.connector.getReuseAddress());
			set(listener, StandardSocketOptions.SO_REUSEPORT, this.connector.isReusePort());
			bound(listener);
			listener.bind(address(), this.connector.getAcceptQueueSize());
			this.connector.open(listener);
		}
		catch (IOException | RuntimeException ex) {
			logger.debug("The connector opens its listener itself, and tells what is wrong", ex);
			IO.close(listener);
		}
	}

	private static <T> void set(ServerSocketChannel listener, SocketOption<T> option, T value) throws IOException {
		if (listener.supportedOptions().contains(option)) {
			listener.setOption(option, value);
		}
	}

	private InetSocketAddress address() {
		String host = this.connector.getHost();
		return (host != null) ? new InetSocketAddress(host, this.connector.getPort())
				: new InetSocketAddress(this.connector.getPort());
	}

	@Override
	protected void doStart() {
		if (this.connector.getTransport() instanceof NetworkChannel listener && listener != this.marked) {
			this.marked = listener;
			this.marking.listening(listener);
		}
	}

	private void bound(NetworkChannel listener) {
		this.marked = listener;
		this.marking.bound(listener);
	}

}
