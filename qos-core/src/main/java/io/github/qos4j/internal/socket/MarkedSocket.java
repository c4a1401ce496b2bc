package io.github.qos4j.internal.socket;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.jdk.Descriptors;
import org.jspecify.annotations.Nullable;

/**
 * A socket with at least one flow: what its options were before the first, and the claims
 * on it, of which the newest is in force. Equal to another one of the same owner, so that
 * it serves as key and value of a map. All but what is final is guarded by its own
 * monitor.
 */
final class MarkedSocket extends WeakReference<Object> {

	private final int hash;

	/** Whether it is a TCP socket. */
	final boolean stream;

	/** Whether it is a server socket. */
	final boolean listener;

	/** Whether the last claim is gone, and with it this record. */
	boolean retired;

	/** What was there before the first flow. */
	@Nullable SocketMarks original;

	/** What the claim in force wrote. */
	@Nullable SocketMarks written;

	/** The limit in force, if there is one of ours. */
	@Nullable Pacing pacing;

	/** The newest claim. */
	@Nullable Claim newest;

	MarkedSocket(Object owner, QosSocket socket, ReferenceQueue<Object> collected) {
		super(owner, collected);
		this.hash = System.identityHashCode(owner);
		this.stream = socket.isStream();
		this.listener = socket.isListener();
	}

	/**
	 * Return whether the socket still exists and is open.
	 */
	boolean isOpen() {
		Object owner = get();
		return owner != null && Descriptors.isOpen(owner);
	}

	/**
	 * Return whether a flow has a claim here.
	 */
	boolean isClaimedBy(SocketFlow flow) {
		for (Claim claim = this.newest; claim != null; claim = claim.older) {
			if (claim.flow() == flow) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return whether a claim is in its place here.
	 */
	boolean has(Claim claim) {
		return claim.newer != null || claim == this.newest;
	}

	void link(Claim claim) {
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
	boolean unlink(Claim claim) {
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

}
