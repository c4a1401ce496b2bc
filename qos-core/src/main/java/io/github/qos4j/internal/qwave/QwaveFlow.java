package io.github.qos4j.internal.qwave;

import io.github.qos4j.Dscp;
import io.github.qos4j.Marking;
import io.github.qos4j.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow of a {@link QwaveSession}.
 *
 * @param id its id, which has a meaning only together with its session's handle, or
 * {@link #NO_ID} where qWAVE sees no need for a flow
 * @param requested the code point that was asked for
 * @param note what else there is to say about the marking, or {@code null}
 */
record QwaveFlow(int id, Dscp requested, @Nullable String note) implements SessionFlow {

	static final int NO_ID = 0;

	@Override
	public Marking marking() {
		return new Marking(this.requested, null, this.note);
	}

}
