package io.github.qos4j.internal.socket;

import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A session that holds nothing but waits for conditions: what it marks is known to the
 * process.
 */
final class SocketSession implements QosSession {

	private final MarkedSockets sockets;

	private final Sampler sampler;

	private final System.Logger logger;

	private final Set<PathCondition> conditions = ConcurrentHashMap.newKeySet();

	SocketSession(MarkedSockets sockets, Sampler sampler, System.Logger logger) {
		this.sockets = sockets;
		this.sampler = sampler;
		this.logger = logger;
	}

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		return this.sockets.add(socket, options, dscp);
	}

	@Override
	public void remove(SessionFlow flow) {
		this.sockets.remove((SocketFlow) flow);
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
		this.sockets.join((SocketFlow) flow, socket);
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		this.sockets.change((SocketFlow) flow, options, dscp);
	}

	@Override
	public FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
		return ((SocketFlow) flow).fundamentals();
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		return ((SocketFlow) flow).packetPriority();
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		return ((SocketFlow) flow).outgoingRate();
	}

	@Override
	public PendingCondition arm(SessionFlow flow, FlowCondition condition,
			Consumer<@Nullable QosException> completion) {
		PathCondition armed = new PathCondition((SocketFlow) flow, condition, completion, this::ended, System::nanoTime,
				this.logger);
		this.conditions.add(armed);
		try {
			this.sampler.add(armed);
		}
		catch (Throwable ex) {
			// No thread can be had.
			this.conditions.remove(armed);
			throw ex;
		}
		return armed;
	}

	private void ended(PathCondition condition) {
		this.conditions.remove(condition);
		this.sampler.remove(condition);
	}

	@Override
	public void close(Iterable<SessionFlow> flows) {
		this.conditions.forEach(PathCondition::cancel);
		RuntimeException failure = null;
		for (SessionFlow flow : flows) {
			try {
				remove(flow);
			}
			catch (RuntimeException ex) {
				// The others are still to be restored.
				failure = (failure != null) ? failure : ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
