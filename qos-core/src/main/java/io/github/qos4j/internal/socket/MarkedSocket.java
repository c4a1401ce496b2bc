package io.github.qos4j.internal.socket;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

import org.jspecify.annotations.Nullable;

/**
 * A socket with at least one flow: what its options were before the first, and its flows,
 * of which the newest is in force. Equal to another one of the same owner, so that it
 * serves as key and value of a map. All but the identity is guarded by its own monitor.
 */
final class MarkedSocket extends WeakReference<Object> {

	private final int hash;

	/** What was there before the first flow. */
	@Nullable SocketMarks original;

	/** What the flow in force wrote. */
	@Nullable SocketMarks written;

	/** The newest flow. */
	@Nullable SocketFlow newest;

	/** Whether the last flow is gone, and with it this record. */
	boolean retired;

	MarkedSocket(Object owner, ReferenceQueue<Object> collected) {
		super(owner, collected);
		this.hash = System.identityHashCode(owner);
	}

	void link(SocketFlow flow) {
		flow.older = this.newest;
		if (this.newest != null) {
			this.newest.newer = flow;
		}
		this.newest = flow;
	}

	/**
	 * Take a flow out.
	 * @return whether it was there
	 */
	boolean unlink(SocketFlow flow) {
		if (flow.newer == null && flow != this.newest) {
			return false;
		}
		if (flow.newer != null) {
			flow.newer.older = flow.older;
		}
		else {
			this.newest = flow.older;
		}
		if (flow.older != null) {
			flow.older.newer = flow.newer;
		}
		flow.newer = null;
		flow.older = null;
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
