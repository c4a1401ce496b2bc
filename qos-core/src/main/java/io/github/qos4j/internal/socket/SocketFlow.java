package io.github.qos4j.internal.socket;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.Marking;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.socket.MarkedSocket.Claim;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow, and its claim on its first socket, since few have another. Its own monitor
 * guards its list of claims; it is taken before that of a socket's record.
 */
final class SocketFlow extends Claim implements SessionFlow {

	/** How many old claims are looked at whenever one is added. */
	private static final int CHECKED_PER_ADD = 2;

	private final SocketReadings readings;

	/** Claims on further sockets, once there are any. */
	private @Nullable Deque<Claim> further;

	/** Whether it was taken out of force. */
	boolean removed;

	SocketFlow(SocketReadings readings, MarkedSocket socket, Request request) {
		super(socket, request);
		this.readings = readings;
	}

	@Override
	Claim first() {
		return this;
	}

	/**
	 * Return a claim of this flow on a further socket.
	 */
	Claim further(MarkedSocket socket, Request request) {
		return new Further(socket, request);
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
	 * Return the claims on further sockets.
	 */
	synchronized Collection<Claim> furtherClaims() {
		return (this.further != null) ? this.further : List.of();
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
		return this.readings.marking(claims());
	}

	/**
	 * Return the marks of the packets.
	 * @throws QosException if they cannot be told
	 */
	PacketPriority packetPriority() {
		return this.readings.packetPriority(claims());
	}

	/**
	 * Return the limit of the rate in bits a second.
	 * @throws QosException if it cannot be told
	 */
	OptionalLong outgoingRate() {
		return this.readings.outgoingRate(claims());
	}

	/**
	 * Return what is known about the path.
	 * @throws QosException if it cannot be told
	 */
	FlowFundamentals fundamentals() {
		return this.readings.fundamentals(claims());
	}

	/**
	 * Return what asks about single sockets of this flow.
	 */
	SocketReadings readings() {
		return this.readings;
	}

	/**
	 * A claim on another socket than the first.
	 */
	private final class Further extends Claim {

		Further(MarkedSocket socket, Request request) {
			super(socket, request);
		}

		@Override
		Claim first() {
			return SocketFlow.this;
		}

	}

}
