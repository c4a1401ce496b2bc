package io.github.qos4j.internal.qwave;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * One handle of qWAVE as handles of this library use it: its flows, their conditions, and
 * a canary that tells whether it lives. Called by one thread at a time.
 */
final class QwaveSession implements QosSession {

	private final NativeHandle handle;

	private final QwaveFlows flows;

	private final QwaveConditions conditions;

	private final Canary canary;

	private QwaveSession(NativeHandle handle, SocketLender lender, CompletionPort completions, System.Logger logger) {
		this.handle = handle;
		this.flows = new QwaveFlows(handle, lender);
		this.conditions = new QwaveConditions(handle, completions, logger);
		this.canary = new Canary(handle, lender);
	}

	/**
	 * Open a session.
	 * @throws QosException if qWAVE refuses a handle
	 */
	static QwaveSession open(Qwave qwave, SocketLender lender, CompletionPort completions, QosVersion version,
			System.Logger logger) {
		return new QwaveSession(NativeHandle.open(qwave, version), lender, completions, logger);
	}

	// Flows

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		return this.flows.add(socket, options, dscp);
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
		this.flows.join((QwaveFlow) flow, socket);
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		this.flows.change((QwaveFlow) flow, options, dscp);
	}

	@Override
	public void remove(SessionFlow flow) {
		this.flows.remove((QwaveFlow) flow);
	}

	@Override
	public void unmark(SessionFlow flow) {
		this.flows.unmark((QwaveFlow) flow);
	}

	// Questions

	@Override
	public FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
		QwaveFlow asked = (QwaveFlow) flow;
		asked.requirePresent();
		if (!asked.options.qwave().adaptive() || !asked.isNeeded()) {
			// qWAVE measures the paths of adaptive flows alone.
			return FlowFundamentals.NOT_AVAILABLE;
		}
		try {
			return this.handle.fundamentals(asked.id, fresh);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.TRY_AGAIN) {
				return FlowFundamentals.MEASURING;
			}
			throw ex;
		}
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		return this.handle.packetPriority(((QwaveFlow) flow).requireId());
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		QwaveFlow asked = (QwaveFlow) flow;
		try {
			long bitsPerSecond = this.handle.outgoingRate(asked.requireId());
			return (bitsPerSecond != 0) ? OptionalLong.of(bitsPerSecond) : OptionalLong.empty();
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.TRY_AGAIN && asked.options.rate() == null) {
				// None was set.
				return OptionalLong.empty();
			}
			throw ex;
		}
	}

	@Override
	public List<Long> flowIds() {
		return this.handle.flowIds();
	}

	@Override
	public PendingCondition arm(SessionFlow flow, FlowCondition condition,
			Consumer<@Nullable QosException> completion) {
		return this.conditions.arm((QwaveFlow) flow, condition, completion);
	}

	@Override
	public void startTracking(InetAddress client) {
		this.handle.startTracking(client);
	}

	@Override
	public void stopTracking(InetAddress client) {
		this.handle.stopTracking(client);
	}

	// Whether all is well

	@Override
	public void check(SessionFlow flow) {
		QwaveFlow checked = (QwaveFlow) flow;
		checked.requirePresent();
		if (checked.isNeeded()) {
			checked.applied(this.handle.packetPriority(checked.id).conformantDscp());
		}
	}

	@Override
	public void verifyAlive() {
		this.canary.verify();
		this.flows.removeLeftBehind();
	}

	// The end

	@Override
	public void close(Iterable<SessionFlow> flows) {
		try {
			this.conditions.cancelAll();
			// This removes the flows.
			this.handle.close();
		}
		finally {
			this.conditions.end();
			this.canary.close();
		}
	}

}
