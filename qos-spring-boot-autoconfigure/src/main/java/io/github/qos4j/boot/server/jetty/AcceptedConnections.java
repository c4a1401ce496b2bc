package io.github.qos4j.boot.server.jetty;

import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;

import io.github.qos4j.boot.server.ListenerMarking;
import org.eclipse.jetty.io.SelectorManager.AcceptListener;

/**
 * Marks connections before Jetty handles them.
 */
class AcceptedConnections implements AcceptListener {

	private final ListenerMarking marking;

	AcceptedConnections(ListenerMarking marking) {
		this.marking = marking;
	}

	@Override
	public void onAccepting(SelectableChannel channel) {
		if (channel instanceof NetworkChannel connection) {
			this.marking.accepted(connection);
		}
	}

}
