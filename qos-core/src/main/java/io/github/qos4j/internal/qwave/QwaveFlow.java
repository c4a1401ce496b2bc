package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.Marking;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow of a {@link QwaveSession}: what was asked for, what qWAVE has of it, and what
 * there is to say about that. All but the marking belongs to the session's thread.
 */
final class QwaveFlow implements SessionFlow {

	private static final String POLICY = "a policy of this machine changes the marks of applications";

	private static final String NOT_NEEDED = "not needed: the peer is this machine";

	private static final String NOT_NEEDED_IN_PART = "not needed for some of its sockets: the peer is this machine";

	/**
	 * Has a meaning only together with its session's handle; {@link NativeHandle#NO_FLOW}
	 * where qWAVE sees no need for a flow, or has none any more.
	 */
	int id = NativeHandle.NO_FLOW;

	/** Whether qWAVE has lost it, through what we did ourselves. */
	boolean gone;

	/** The sockets that qWAVE was given, in their order. */
	final List<QosSocket> sockets = new ArrayList<>(1);

	QosFlowOptions options;

	Dscp requested;

	/** Why the rate is not in force. */
	@Nullable String rateRefusal;

	/** What there is to say about what was set. */
	private List<String> notes = List.of();

	/** Whether qWAVE sees no need for some socket. */
	private boolean unneeded;

	private volatile Marking marking;

	QwaveFlow(QosFlowOptions options, Dscp requested) {
		this.options = options;
		this.requested = requested;
		this.marking = new Marking(requested, null, null);
	}

	/**
	 * Return whether qWAVE has a flow for this one.
	 */
	boolean isNeeded() {
		return this.id != NativeHandle.NO_FLOW;
	}

	/**
	 * Throw if qWAVE has lost this one.
	 */
	void requirePresent() {
		if (this.gone) {
			throw new QosException(ErrorCase.NOT_FOUND, "The flow is gone", null, null);
		}
	}

	/**
	 * Return the id, or throw if there is none.
	 */
	int requireId() {
		requirePresent();
		if (!isNeeded()) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "qWAVE sees no need for a flow: the peer is this machine",
					null, null);
		}
		return this.id;
	}

	/**
	 * Note that qWAVE was given a socket.
	 * @param needed whether it sees a need to mark that one
	 */
	void joined(QosSocket socket, boolean needed) {
		this.sockets.add(socket);
		if (!needed) {
			this.unneeded = true;
			update(this.marking.applied());
		}
	}

	/**
	 * Note that qWAVE has it no longer.
	 */
	void removed() {
		this.id = NativeHandle.NO_FLOW;
		this.gone = true;
	}

	/**
	 * Note that qWAVE has it no longer, and is to be given its sockets anew.
	 */
	void startOver() {
		removed();
		this.sockets.clear();
		this.unneeded = false;
	}

	/**
	 * Note what is in force.
	 * @param applied what qWAVE says, or {@code null} where it does not tell
	 * @param notes what there is to say about it
	 */
	void mark(@Nullable Dscp applied, List<String> notes) {
		this.notes = List.copyOf(notes);
		update(applied);
	}

	/**
	 * Note what qWAVE says when it is asked again.
	 */
	void applied(Dscp dscp) {
		if (!dscp.equals(this.marking.applied())) {
			update(dscp);
		}
	}

	private void update(@Nullable Dscp applied) {
		this.marking = new Marking(this.requested, applied, note(applied));
	}

	private @Nullable String note(@Nullable Dscp applied) {
		if (!isNeeded()) {
			return NOT_NEEDED;
		}
		List<String> all = new ArrayList<>(this.notes);
		if (all.isEmpty() && applied != null && !applied.equals(this.requested)) {
			all.add(POLICY);
		}
		if (this.unneeded) {
			all.add(NOT_NEEDED_IN_PART);
		}
		return all.isEmpty() ? null : String.join("; ", all);
	}

	@Override
	public Marking marking() {
		return this.marking;
	}

}
