package io.github.qos4j.boot.server.tomcat;

import java.nio.channels.NetworkChannel;
import java.nio.channels.SocketChannel;

import io.github.qos4j.boot.server.ListenerMarking;
import org.apache.tomcat.util.net.NioEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's endpoint, which tells of its listener and of what that accepts.
 */
class QosNioEndpoint extends NioEndpoint {

	private volatile @Nullable ListenerMarking marking;

	private @Nullable NetworkChannel marked;

	void use(ListenerMarking marking) {
		this.marking = marking;
	}

	@Nullable ListenerMarking marking() {
		return this.marking;
	}

	@Override
	protected void initServerSocket() throws Exception {
		super.initServerSocket();
		markListener();
	}

	/**
	 * Marks the listener as well, since Tomcat asks for this when the listener is open
	 * and about to be bound. Marked any later, what connects in between would stay
	 * unmarked.
	 */
	@Override
	public int getAcceptCount() {
		markListener();
		return super.getAcceptCount();
	}

	private void markListener() {
		ListenerMarking marking = this.marking;
		NetworkChannel listener = getServerSocket();
		if (marking != null && listener != null && listener != this.marked && listener.isOpen()) {
			this.marked = listener;
			marking.bound(listener);
		}
	}

	@Override
	protected boolean setSocketOptions(SocketChannel socket) {
		ListenerMarking marking = this.marking;
		if (marking != null && getUnixDomainSocketPath() == null) {
			marking.accepted(socket);
		}
		return super.setSocketOptions(socket);
	}

}
