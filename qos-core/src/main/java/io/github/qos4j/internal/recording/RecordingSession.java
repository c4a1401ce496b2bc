package io.github.qos4j.internal.recording;

import java.util.OptionalLong;
import java.util.function.Function;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.SessionFlow;

/**
 * A session that takes everything and touches no socket.
 */
public final class RecordingSession implements QosSession {

	private final Function<Dscp, Marking> marking;

	/**
	 * Create a session.
	 * @param marking what it says about a code point that was asked for
	 */
	public RecordingSession(Function<Dscp, Marking> marking) {
		this.marking = marking;
	}

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		return new RecordedFlow(options, this.marking.apply(dscp));
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		RecordedFlow recorded = (RecordedFlow) flow;
		recorded.options = options;
		recorded.marking = this.marking.apply(dscp);
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		FlowRate rate = ((RecordedFlow) flow).options.rate();
		return (rate != null) ? OptionalLong.of(rate.bitsPerSecond()) : OptionalLong.empty();
	}

	@Override
	public void remove(SessionFlow flow) {
	}

	@Override
	public void close(Iterable<SessionFlow> flows) {
	}

	private static final class RecordedFlow implements SessionFlow {

		private volatile QosFlowOptions options;

		private volatile Marking marking;

		RecordedFlow(QosFlowOptions options, Marking marking) {
			this.options = options;
			this.marking = marking;
		}

		@Override
		public Marking marking() {
			return this.marking;
		}

	}

}
