package io.github.qos4j.internal.recording;

import java.util.OptionalLong;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.Marking;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;

/**
 * A session that takes everything and touches no socket.
 */
final class RecordingSession implements QosSession {

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		return new RecordedFlow(options, dscp);
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		RecordedFlow recorded = (RecordedFlow) flow;
		recorded.options = options;
		recorded.dscp = dscp;
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		Dscp dscp = ((RecordedFlow) flow).dscp;
		return new PacketPriority(dscp, dscp, 0, 0);
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

		private volatile Dscp dscp;

		RecordedFlow(QosFlowOptions options, Dscp dscp) {
			this.options = options;
			this.dscp = dscp;
		}

		@Override
		public Marking marking() {
			return new Marking(this.dscp, this.dscp, "recorded, not applied");
		}

	}

}
