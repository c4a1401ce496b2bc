package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;

/**
 * A flow as users see it.
 */
final class DefaultQosFlow extends ManagedFlow {

	private final Shared shared;

	DefaultQosFlow(Shared shared, QosSocket socket, QosFlowOptions options) {
		super(socket, options);
		this.shared = shared;
	}

	@Override
	public FlowState state() {
		// Without the lock: who looks at thousands of flows must not make others wait.
		return current();
	}

	@Override
	public FlowStatus status() {
		return this.shared.monitor().get(this::currentStatus);
	}

	/**
	 * Return the status. Called under the lock.
	 */
	FlowStatus currentStatus() {
		QosException failure = failure();
		switch (current()) {
			case CLOSED -> {
				return new FlowStatus(FlowState.CLOSED, null, null);
			}
			case ACTIVE -> {
				// Where nothing is marked, against the application's wish.
				QosException refusal = this.shared.backend().refusal();
				return new FlowStatus(FlowState.ACTIVE,
						(refusal != null) ? "nothing is marked: " + refusal.getMessage() : null, refusal);
			}
			default -> {
				if (this.shared.pause().isOn()) {
					return new FlowStatus(current(), Pause.REASON, null);
				}
				if (failure != null) {
					return new FlowStatus(current(), failure.getMessage(), failure);
				}
				HandleCondition handle = this.shared.condition();
				return new FlowStatus(current(), handle.isOpen() ? "the flow is being added"
						: "QoS handle '" + this.shared.name() + "' is " + handle.state(), handle.error());
			}
		}
	}

	@Override
	public Marking marking() {
		SessionFlow inForce = this.shared.monitor().get(this::sessionFlow);
		return (inForce != null) ? inForce.marking()
				: new Marking(this.shared.codePoints().of(options()), null, unmarkedBecause(state()));
	}

	private String unmarkedBecause(FlowState state) {
		return (state == FlowState.PENDING && this.shared.pause().isOn()) ? Pause.REASON : "the flow is " + state;
	}

	@Override
	public CompletionStage<QosFlow> whenActive() {
		return this.shared.monitor().get(this::future).copy();
	}

	@Override
	public void awaitActive(Duration timeout) {
		Assert.positive(timeout, "timeout");
		Monitor monitor = this.shared.monitor();
		QosException failure = monitor.get(() -> {
			boolean inTime = monitor.awaitWhile(timeout, () -> current() == FlowState.PENDING);
			if (current() == FlowState.ACTIVE) {
				return null;
			}
			return inTime ? endedBecause()
					: HandleCondition.timeout("has become active (" + currentStatus().reason() + ")", timeout);
		});
		if (failure != null) {
			throw exception(failure);
		}
	}

	@Override
	public CompletionStage<QosFlow> setOptions(QosFlowOptions options) {
		return this.shared.flows().setOptions(this, Assert.notNull(options, "options"));
	}

	@Override
	public CompletionStage<QosFlow> add(QosSocket socket) {
		return this.shared.flows().addSocket(this, Assert.notNull(socket, "socket"));
	}

	@Override
	public CompletionStage<FlowFundamentals> fundamentals() {
		return this.shared.questions().ask(this, (session, flow) -> session.fundamentals(flow, false));
	}

	@Override
	public CompletionStage<FlowFundamentals> freshFundamentals() {
		return this.shared.questions().ask(this, (session, flow) -> session.fundamentals(flow, true));
	}

	@Override
	public CompletionStage<PacketPriority> packetPriority() {
		return this.shared.questions().ask(this, QosSession::packetPriority);
	}

	@Override
	public CompletionStage<OptionalLong> outgoingRate() {
		return this.shared.questions().ask(this, QosSession::outgoingRate);
	}

	@Override
	public CompletableFuture<FlowCondition> when(FlowCondition condition) {
		return this.shared.flows().conditions().when(this, Assert.notNull(condition, "condition"));
	}

	@Override
	public Subscription listen(FlowCondition condition, QosFlow.ConditionListener listener) {
		return this.shared.flows()
			.conditions()
			.listen(this, Assert.notNull(condition, "condition"), Assert.notNull(listener, "listener"));
	}

	@Override
	public void close() {
		this.shared.flows().end(this);
	}

	@Override
	public String toString() {
		return options().trafficType() + " on " + socket() + " (" + state() + ")";
	}

	/**
	 * What all flows of a handle share.
	 *
	 * @param name name of the handle
	 * @param monitor its lock
	 * @param condition its state
	 * @param pause whether its marking is paused
	 * @param backend its backend
	 * @param codePoints which code point options come to
	 * @param flows its flows
	 * @param questions what answers questions
	 */
	record Shared(String name, Monitor monitor, HandleCondition condition, Pause pause, BackendInUse backend,
			CodePoints codePoints, HandleFlows flows, Questions questions) {

	}

}
