package io.github.qos4j.recording;

import java.util.OptionalLong;
import java.util.function.Consumer;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;

/**
 * A session that accepts every flow and reports it to a recorder, without touching
 * sockets.
 */
final class RecordingSession implements QosSession {

	private final Consumer<RecordingFlow> recorder;

	RecordingSession(Consumer<RecordingFlow> recorder) {
		this.recorder = recorder;
	}

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		RecordingFlow flow = new RecordingFlow(socket, options, dscp);
		this.recorder.accept(flow);
		return flow;
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
		((RecordingFlow) flow).join(socket);
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		((RecordingFlow) flow).change(options, dscp);
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		Dscp dscp = ((RecordingFlow) flow).toRecord().dscp();
		return new PacketPriority(dscp, dscp, 0, 0);
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		FlowRate rate = ((RecordingFlow) flow).toRecord().options().rate();
		return (rate != null) ? OptionalLong.of(rate.bitsPerSecond()) : OptionalLong.empty();
	}

	@Override
	public void remove(SessionFlow flow) {
		((RecordingFlow) flow).close();
	}

	@Override
	public void close(Iterable<SessionFlow> flows) {
		flows.forEach(this::remove);
	}

}
