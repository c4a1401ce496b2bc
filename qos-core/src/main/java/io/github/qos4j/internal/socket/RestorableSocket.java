package io.github.qos4j.internal.socket;

import java.lang.ref.ReferenceQueue;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import org.jspecify.annotations.Nullable;

/**
 * A socket, what its options were before the first change, and what was written since, so
 * that it can be restored wherever the values are still ours. A class below the one with
 * the claims instead of beside it, since an object more for each socket would be felt.
 * Not thread-safe.
 */
abstract class RestorableSocket extends LendableSocket {

	/** Whether restoring has failed, and is to be tried again. */
	private boolean unrestored;

	/** What was there before the first change. */
	private @Nullable SocketMarks original;

	/** What was written last. */
	private @Nullable SocketMarks written;

	/** The limit in force, if there is one of ours. */
	private @Nullable Pacing pacing;

	RestorableSocket(Object owner, ReferenceQueue<Object> collected) {
		super(owner, collected);
	}

	/**
	 * Return whether restoring has failed, and is to be tried again.
	 */
	final boolean isUnrestored() {
		return this.unrestored;
	}

	/**
	 * Return the limit in force, if there is one of ours.
	 */
	final @Nullable Pacing pacing() {
		return this.pacing;
	}

	/**
	 * Give the socket what is asked for.
	 * @throws QosException if that fails; the socket is as before then
	 */
	final void apply(SocketOptions options, Object owner, Request request) {
		SocketMarks before = lend(options, owner, (descriptor) -> apply(options, owner, descriptor, request));
		if (this.original == null) {
			this.original = before;
		}
		this.unrestored = false;
	}

	private SocketMarks apply(SocketOptions options, Object owner, int descriptor, Request request) {
		SocketMarks known = this.original;
		SocketMarks before = (known != null) ? known.readAgain(options, descriptor)
				: SocketMarks.read(options, descriptor, options.family(owner, descriptor));
		SocketMarks marks = request.over(before);
		try {
			marks.write(options, descriptor, before);
			limit(options, descriptor, request.bytesPerSecond());
		}
		catch (QosException ex) {
			undo(options, descriptor, before, ex);
			throw ex;
		}
		this.written = marks;
		return before;
	}

	private static void undo(SocketOptions options, int descriptor, SocketMarks before, QosException failure) {
		try {
			before.write(options, descriptor, before.readAgain(options, descriptor));
		}
		catch (QosException ex) {
			failure.addSuppressed(ex);
		}
	}

	/**
	 * Give the socket what is left to be asked for, over what was there before the first
	 * change. A closed socket counts as restored.
	 * @param left what is left, or {@code null} for nothing
	 * @throws QosException if that fails; it can be tried again then
	 */
	final void restore(SocketOptions options, @Nullable Request left) {
		Object owner = get();
		// Asked before it is lent, since most flows end because their socket was closed,
		// and an exception takes longer than all the rest.
		this.unrestored = owner != null && isOpen();
		if (owner == null || !this.unrestored) {
			return;
		}
		try {
			lend(options, owner, (descriptor) -> restore(options, descriptor, left));
			this.unrestored = false;
		}
		catch (QosException ex) {
			if (ex.errorCase() != ErrorCase.SOCKET_CLOSED) {
				throw ex;
			}
			this.unrestored = false;
		}
	}

	private @Nullable Void restore(SocketOptions options, int descriptor, @Nullable Request left) {
		SocketMarks first = this.original;
		SocketMarks ours = this.written;
		if (first != null && ours != null) {
			try {
				restore(options, descriptor, ours, (left != null) ? left.over(first) : first);
			}
			finally {
				limit(options, descriptor, (left != null) ? left.bytesPerSecond() : Request.NO_RATE);
			}
		}
		return null;
	}

	private void restore(SocketOptions options, int descriptor, SocketMarks ours, SocketMarks target) {
		SocketMarks before = ours.readAgain(options, descriptor);
		try {
			before.replace(ours, target).write(options, descriptor, before);
			this.written = target;
		}
		catch (QosException ex) {
			this.written = partlyRestored(options, descriptor, ours, before, ex);
			throw ex;
		}
	}

	/**
	 * Return what is ours once a part has been restored, which still counts as ours.
	 */
	private static SocketMarks partlyRestored(SocketOptions options, int descriptor, SocketMarks ours,
			SocketMarks before, QosException failure) {
		try {
			return ours.updated(before, before.readAgain(options, descriptor));
		}
		catch (QosException ex) {
			failure.addSuppressed(ex);
			return ours;
		}
	}

	/**
	 * Take over from another record of the same socket, which must restore nothing after
	 * this: what was there before the first change of both is restored by this one.
	 * Either may have written last.
	 * @param request what is asked of this one, or {@code null} for nothing
	 * @throws QosException if the socket cannot be given what is asked for
	 */
	final void succeed(SocketOptions options, RestorableSocket other, @Nullable Request request) {
		if (this.original != null && other.original != null && other.written != null) {
			this.original = this.original.replace(other.written, other.original);
		}
		this.pacing = both(this.pacing, other.pacing);
		if (request != null) {
			apply(options, requireOwner(), request);
		}
		else {
			restore(options, null);
		}
	}

	/**
	 * Return the limit in force, with the one that was there before both.
	 */
	private static @Nullable Pacing both(@Nullable Pacing ours, @Nullable Pacing theirs) {
		if (ours == null || theirs == null) {
			return (ours != null) ? ours : theirs;
		}
		if (ours.original() == theirs.written()) {
			return new Pacing(theirs.original(), ours.written());
		}
		return (theirs.original() == ours.written()) ? new Pacing(ours.original(), theirs.written()) : ours;
	}

	/**
	 * Limit the rate of the socket, or restore the limit that was there before, if it is
	 * still ours.
	 */
	private void limit(SocketOptions options, int descriptor, long wanted) {
		Pacing ours = this.pacing;
		if (wanted == Request.NO_RATE && ours == null) {
			return;
		}
		try {
			long current = options.getRate(descriptor);
			long before = (ours != null && ours.written() == current) ? ours.original() : current;
			long target = (wanted != Request.NO_RATE) ? wanted : before;
			if (target != current) {
				options.setRate(descriptor, target);
			}
			this.pacing = (wanted != Request.NO_RATE) ? new Pacing(before, wanted) : null;
		}
		catch (QosException ex) {
			if (ex.errorCase() != ErrorCase.NOT_SUPPORTED) {
				throw ex;
			}
			// The packets are marked all the same, and the marking tells the rest.
		}
	}

}
