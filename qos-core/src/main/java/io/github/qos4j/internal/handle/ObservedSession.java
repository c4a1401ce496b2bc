package io.github.qos4j.internal.handle;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosOperation;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import org.jspecify.annotations.Nullable;

/**
 * A session whose calls are observed. Which operation a call is, is all that it knows.
 */
final class ObservedSession implements QosSession {

	private final QosSession session;

	private final Observers observers;

	private ObservedSession(QosSession session, Observers observers) {
		this.session = session;
		this.observers = observers;
	}

	/**
	 * Open a session, which is observed if there is anybody to observe it.
	 */
	static QosSession open(QosBackend backend, SessionSettings settings, Observers observers) {
		return observers.areNone() ? backend.open(settings)
				: new ObservedSession(observers.observe(QosOperation.OPEN, () -> backend.open(settings)), observers);
	}

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		return this.observers.observe(QosOperation.ADD_FLOW, () -> this.session.add(socket, options, dscp));
	}

	@Override
	public void remove(SessionFlow flow) {
		this.observers.run(QosOperation.REMOVE_FLOW, () -> this.session.remove(flow));
	}

	@Override
	public void unmark(SessionFlow flow) {
		this.observers.run(QosOperation.REMOVE_FLOW, () -> this.session.unmark(flow));
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
		this.observers.run(QosOperation.JOIN_FLOW, () -> this.session.join(flow, socket));
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		this.observers.run(QosOperation.SET_FLOW, () -> this.session.change(flow, options, dscp));
	}

	@Override
	public FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
		return this.observers.observe(QosOperation.QUERY_FLOW, () -> this.session.fundamentals(flow, fresh));
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		return this.observers.observe(QosOperation.QUERY_FLOW, () -> this.session.packetPriority(flow));
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		return this.observers.observe(QosOperation.QUERY_FLOW, () -> this.session.outgoingRate(flow));
	}

	@Override
	public PendingCondition arm(SessionFlow flow, FlowCondition condition,
			Consumer<@Nullable QosException> completion) {
		return this.observers.observe(QosOperation.NOTIFY_FLOW, () -> this.session.arm(flow, condition, completion));
	}

	@Override
	public List<Long> flowIds() {
		return this.observers.observe(QosOperation.ENUMERATE_FLOWS, this.session::flowIds);
	}

	@Override
	public void startTracking(InetAddress client) {
		this.observers.run(QosOperation.START_TRACKING, () -> this.session.startTracking(client));
	}

	@Override
	public void stopTracking(InetAddress client) {
		this.observers.run(QosOperation.STOP_TRACKING, () -> this.session.stopTracking(client));
	}

	@Override
	public void check(SessionFlow flow) {
		this.observers.run(QosOperation.CHECK, () -> this.session.check(flow));
	}

	@Override
	public void verifyAlive() {
		this.observers.run(QosOperation.CHECK, this.session::verifyAlive);
	}

	@Override
	public void close(Iterable<SessionFlow> flows) {
		this.observers.run(QosOperation.CLOSE, () -> this.session.close(flows));
	}

}
