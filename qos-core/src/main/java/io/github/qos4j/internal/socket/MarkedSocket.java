package io.github.qos4j.internal.socket;

import java.lang.ref.ReferenceQueue;

import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import org.jspecify.annotations.Nullable;

/**
 * A socket with at least one flow, and the claims on it, of which the newest is in force.
 * Equal to another one of the same owner, so that it serves as key and value of a map.
 * All but what is final is guarded by its own monitor.
 */
final class MarkedSocket extends RestorableSocket {

	private final int hash;

	/** Whether it is a TCP socket. */
	final boolean stream;

	/** Whether it is a server socket. */
	final boolean listener;

	/** Whether this record is not used any more. */
	private boolean retired;

	/** The newest claim. */
	private @Nullable Claim newest;

	MarkedSocket(Object owner, QosSocket socket, ReferenceQueue<Object> collected) {
		super(owner, collected);
		this.hash = System.identityHashCode(owner);
		this.stream = socket.isStream();
		this.listener = socket.isListener();
	}

	/**
	 * Return whether this record is not used any more, so that another one is needed.
	 */
	synchronized boolean isRetired() {
		return this.retired;
	}

	/**
	 * Use this record no more if no claim is left and nothing is to be restored.
	 * @return whether it is retired by this
	 */
	synchronized boolean retire() {
		if (this.retired || this.newest != null || isUnrestored()) {
			return false;
		}
		this.retired = true;
		return true;
	}

	// Claims

	/**
	 * Put a claim in force, unless its flow has one here already.
	 * @param owner the socket's owner
	 * @throws QosException if that fails; the socket is as before then
	 */
	synchronized void put(SocketOptions options, Object owner, Claim claim) {
		if (claim != claim.first() && isClaimedBy(claim.first())) {
			return;
		}
		apply(options, owner, claim.request);
		link(claim);
	}

	/**
	 * Change what a claim asks for.
	 * @throws QosException if that fails; the socket and the claim are as before then
	 */
	synchronized void change(SocketOptions options, Claim claim, Request request) {
		Object owner = requireOwner();
		if (!isOpen()) {
			throw closed();
		}
		if (claim == this.newest) {
			apply(options, owner, request);
		}
		claim.request = request;
	}

	/**
	 * Take a claim out: the newest that is left is in force then, or what was there
	 * before the first. Tries again to restore the socket where that has failed, and does
	 * nothing else for a claim that was taken before.
	 * @throws QosException if restoring fails
	 */
	synchronized void remove(SocketOptions options, Claim claim) {
		boolean inForce = claim == this.newest;
		boolean due = unlink(claim) ? inForce : isUnrestored();
		if (due) {
			restore(options, (this.newest != null) ? this.newest.request : null);
		}
	}

	/**
	 * If one of two records of the same socket is that of a found one, end that: the
	 * other one restores what was there before both.
	 */
	static void handOver(SocketOptions options, MarkedSocket first, MarkedSocket second) {
		Object firstOwner = first.get();
		Object secondOwner = second.get();
		if (firstOwner instanceof FoundSocket found && !(secondOwner instanceof FoundSocket)) {
			first.handOver(options, found, second);
		}
		else if (secondOwner instanceof FoundSocket found && !(firstOwner instanceof FoundSocket)) {
			second.handOver(options, found, first);
		}
	}

	private synchronized void handOver(SocketOptions options, FoundSocket found, MarkedSocket successor) {
		// The only place where two of these locks are held, always in this order.
		synchronized (successor) {
			found.handOver();
			successor.succeed(options, this, (successor.newest != null) ? successor.newest.request : null);
		}
	}

	/**
	 * Return whether a claim is in its place here.
	 */
	synchronized boolean has(Claim claim) {
		return claim.newer != null || claim == this.newest;
	}

	/**
	 * Return how a claim stands.
	 */
	synchronized Standing standing(Claim claim) {
		return new Standing(claim.request, pacing(), claim == this.newest);
	}

	private boolean isClaimedBy(Claim first) {
		for (Claim claim = this.newest; claim != null; claim = claim.older) {
			if (claim.first() == first) {
				return true;
			}
		}
		return false;
	}

	private void link(Claim claim) {
		claim.older = this.newest;
		if (this.newest != null) {
			this.newest.newer = claim;
		}
		this.newest = claim;
	}

	/**
	 * Take a claim out.
	 * @return whether it was there
	 */
	private boolean unlink(Claim claim) {
		if (!has(claim)) {
			return false;
		}
		if (claim.newer != null) {
			claim.newer.older = claim.older;
		}
		else {
			this.newest = claim.older;
		}
		if (claim.older != null) {
			claim.older.newer = claim.newer;
		}
		claim.newer = null;
		claim.older = null;
		return true;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		if (this == other) {
			return true;
		}
		Object owner = get();
		return owner != null && other instanceof MarkedSocket socket && socket.get() == owner;
	}

	@Override
	public int hashCode() {
		return this.hash;
	}

	/**
	 * What a flow asks of one of its sockets, and its place among the claims on the same
	 * socket. All that is not final is guarded by the socket's record.
	 */
	abstract static class Claim {

		final MarkedSocket socket;

		private Request request;

		private @Nullable Claim older;

		private @Nullable Claim newer;

		Claim(MarkedSocket socket, Request request) {
			this.socket = socket;
			this.request = request;
		}

		/**
		 * Return the claim of the same flow on its first socket, which stands for the
		 * flow.
		 */
		abstract Claim first();

		/**
		 * Return what is asked for.
		 */
		Request request() {
			synchronized (this.socket) {
				return this.request;
			}
		}

	}

	/**
	 * How a claim stands.
	 *
	 * @param request what it asks for
	 * @param pacing the limit of the socket's rate, if there is one of ours
	 * @param inForce whether it is in force, or a newer one is
	 */
	record Standing(Request request, @Nullable Pacing pacing, boolean inForce) {

	}

}
