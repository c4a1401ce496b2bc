package io.github.qos4j.internal.qwave;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow of a {@link QwaveSession}.
 */
final class QwaveFlow implements SessionFlow {

	static final int NO_ID = 0;

	/**
	 * Has a meaning only together with its session's handle; {@link #NO_ID} where qWAVE
	 * sees no need for a flow.
	 */
	final int id;

	private final Dscp requested;

	private final @Nullable String note;

	/** What qWAVE said when it was last asked. */
	private volatile @Nullable Dscp applied;

	/**
	 * Create a flow.
	 * @param id its id
	 * @param requested the code point that was asked for
	 * @param note what else there is to say about the marking, or {@code null}
	 */
	QwaveFlow(int id, Dscp requested, @Nullable String note) {
		this.id = id;
		this.requested = requested;
		this.note = note;
	}

	void applied(Dscp dscp) {
		this.applied = dscp;
	}

	@Override
	public Marking marking() {
		Dscp last = this.applied;
		if (this.note == null && last != null && !last.equals(this.requested)) {
			return new Marking(this.requested, last, "a policy of this machine changes the marks of applications");
		}
		return new Marking(this.requested, last, this.note);
	}

}
