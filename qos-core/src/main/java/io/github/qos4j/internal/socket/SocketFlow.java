package io.github.qos4j.internal.socket;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.github.qos4j.Marking;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow, and its claim on its first socket, since few have another. Its own monitor
 * guards its list of claims; it is taken before that of a socket's record.
 */
final class SocketFlow extends Claim implements SessionFlow {

	/** How many old claims are looked at whenever one is added. */
	private static final int CHECKED_PER_ADD = 2;

	private final MarkedSockets sockets;

	/** Claims on further sockets, once there are any. */
	private @Nullable Deque<Claim> further;

	/** Whether it was taken out of force. */
	boolean removed;

	SocketFlow(MarkedSockets sockets, MarkedSocket socket, Request request) {
		super(socket, request);
		this.sockets = sockets;
	}

	@Override
	SocketFlow flow() {
		return this;
	}

	/**
	 * Return all claims.
	 */
	synchronized List<Claim> claims() {
		Deque<Claim> others = this.further;
		if (others == null) {
			return List.of(this);
		}
		List<Claim> claims = new ArrayList<>(1 + others.size());
		claims.add(this);
		claims.addAll(others);
		return claims;
	}

	/**
	 * Note a claim on a further socket.
	 * @return a few claims on sockets that have been closed, which are forgotten by this,
	 * so that a flow whose sockets come and go does not pile them up
	 */
	synchronized List<Claim> add(Claim claim) {
		Deque<Claim> others = (this.further != null) ? this.further : new ArrayDeque<>(2);
		this.further = others;
		List<Claim> forgotten = new ArrayList<>(CHECKED_PER_ADD);
		for (int i = Math.min(CHECKED_PER_ADD, others.size()); i > 0; i--) {
			Claim old = others.remove();
			(old.socket.isOpen() ? others : forgotten).add(old);
		}
		others.add(claim);
		return forgotten;
	}

	/**
	 * Return whether it was taken out of force.
	 */
	synchronized boolean isRemoved() {
		return this.removed;
	}

	@Override
	public Marking marking() {
		return this.sockets.marking(this);
	}

}
