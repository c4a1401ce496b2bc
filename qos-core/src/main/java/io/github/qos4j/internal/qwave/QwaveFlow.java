package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow of a {@link QwaveSession}. All but the marking belongs to the session's thread.
 */
final class QwaveFlow implements SessionFlow {

	static final int NO_ID = 0;

	private static final String POLICY = "a policy of this machine changes the marks of applications";

	/**
	 * Has a meaning only together with its session's handle; {@link #NO_ID} where qWAVE
	 * sees no need for a flow.
	 */
	int id = NO_ID;

	/** Whether qWAVE has lost it, through what we did ourselves. */
	boolean gone;

	/** The sockets that qWAVE was given, in their order. */
	final List<QosSocket> sockets = new ArrayList<>(1);

	/** What there is to say about them. */
	final List<String> notes = new ArrayList<>(0);

	QosFlowOptions options;

	Dscp requested;

	private volatile Marking marking;

	QwaveFlow(QosFlowOptions options, Dscp requested) {
		this.options = options;
		this.requested = requested;
		this.marking = new Marking(requested, null, null);
	}

	/**
	 * Note what is in force.
	 * @param applied what qWAVE says, or {@code null} where it does not tell
	 * @param notes what else there is to say
	 */
	void mark(@Nullable Dscp applied, List<String> notes) {
		String note = notes.isEmpty() ? null : String.join("; ", notes);
		if (note == null && applied != null && !applied.equals(this.requested)) {
			note = POLICY;
		}
		this.marking = new Marking(this.requested, applied, note);
	}

	/**
	 * Note what qWAVE says when it is asked again.
	 */
	void applied(Dscp dscp) {
		Marking last = this.marking;
		if (!dscp.equals(last.applied())) {
			mark(dscp, (last.note() != null && !last.note().equals(POLICY)) ? List.of(last.note()) : List.of());
		}
	}

	@Override
	public Marking marking() {
		return this.marking;
	}

}
