package io.github.qos4j.recording;

import java.util.Collection;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowRate;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;

/**
 * A session that accepts every flow and reports it to a recorder, without touching
 * sockets, until it is lost.
 */
final class RecordingSession implements QosSession {

	private final Consumer<RecordingFlow> recorder;

	private final Consumer<RecordingSession> closed;

	/** Flows in force. Guarded by this session. */
	private final Set<RecordingFlow> flows = new HashSet<>();

	private volatile boolean lost;

	/**
	 * Create a session.
	 * @param recorder told of each flow
	 * @param closed told when this session is closed
	 */
	RecordingSession(Consumer<RecordingFlow> recorder, Consumer<RecordingSession> closed) {
		this.recorder = recorder;
		this.closed = closed;
	}

	/**
	 * Drop all flows, and refuse everything from now on.
	 * @param dropped receives the flows, to be closed
	 * @return {@code false} if it was lost before
	 */
	synchronized boolean lose(Collection<RecordingFlow> dropped) {
		if (this.lost) {
			return false;
		}
		this.lost = true;
		dropped.addAll(this.flows);
		this.flows.clear();
		return true;
	}

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		verifyAlive();
		RecordingFlow flow = new RecordingFlow(socket, options, dscp);
		synchronized (this) {
			verifyAlive();
			this.flows.add(flow);
		}
		this.recorder.accept(flow);
		return flow;
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
		verifyAlive();
		((RecordingFlow) flow).join(socket);
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		verifyAlive();
		((RecordingFlow) flow).change(options, dscp);
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		verifyAlive();
		Dscp dscp = ((RecordingFlow) flow).mark().dscp();
		return new PacketPriority(dscp, dscp, 0, 0);
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		verifyAlive();
		FlowRate rate = ((RecordingFlow) flow).mark().options().rate();
		return (rate != null) ? OptionalLong.of(rate.bitsPerSecond()) : OptionalLong.empty();
	}

	@Override
	public void remove(SessionFlow flow) {
		verifyAlive();
		drop(flow);
	}

	private void drop(SessionFlow flow) {
		RecordingFlow dropped = (RecordingFlow) flow;
		synchronized (this) {
			this.flows.remove(dropped);
		}
		dropped.close();
	}

	@Override
	public void check(SessionFlow flow) {
		verifyAlive();
	}

	@Override
	public void verifyAlive() {
		if (this.lost) {
			throw new QosException(ErrorCase.HANDLE_LOST, "The recording backend was told to lose its handles", null,
					null);
		}
	}

	@Override
	public void close(Iterable<SessionFlow> remaining) {
		this.closed.accept(this);
		remaining.forEach(this::drop);
	}

}
