package io.github.qos4j.boot.server.jetty;

import java.nio.channels.NetworkChannel;

import io.github.qos4j.boot.server.ListenerMarking;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.component.LifeCycle;

/**
 * Marks the listener of a connector, as a part of the connector: Jetty starts those when
 * the listener is open, and before its first connection is accepted. As a part it also
 * hears of the connector's own start, which comes before the listener is bound.
 */
class OpenedListener extends AbstractLifeCycle implements LifeCycle.Listener {

	private final ServerConnector connector;

	private final ListenerMarking marking;

	OpenedListener(ServerConnector connector, ListenerMarking marking) {
		this.connector = connector;
		this.marking = marking;
	}

	@Override
	public void lifeCycleStarting(LifeCycle connector) {
		this.marking.binding();
	}

	@Override
	protected void doStart() {
		if (this.connector.getTransport() instanceof NetworkChannel listener) {
			this.marking.bound(listener);
		}
	}

}
