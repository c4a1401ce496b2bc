package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * A flow of a {@link DefaultQosHandle}, and the link of its registry's list. There may be
 * very many, so it is small: whatever can be derived or is rarely asked for is not
 * stored. All fields that are not final are guarded by the handle's lock.
 */
final class DefaultQosFlow implements QosFlow {

	final DefaultQosHandle handle;

	/** The first socket, or another one once that is closed. */
	volatile QosSocket socket;

	/** What is asked for. */
	volatile QosFlowOptions options;

	@Nullable DefaultQosFlow previous;

	@Nullable DefaultQosFlow next;

	/** State of the flow as its owner sees it. */
	FlowState state = FlowState.PENDING;

	/** The session on which a call that adds this flow is under way or waiting. */
	@Nullable SessionLane addingOn;

	/** Whether it is tried again later, by itself. */
	boolean later;

	/** How often it was put off so, to tell the last time from those before. */
	int putOff;

	/** How often it was refused since it was in force. */
	byte tries;

	/** Whether its session died when it was added once more after a refusal. */
	boolean deadly;

	/** What the session returned, while it is in force. */
	@Nullable SessionFlow sessionFlow;

	/** The options in force, while it is. */
	@Nullable QosFlowOptions applied;

	/** What few flows have, created when it is needed. */
	@Nullable FlowExtras extras;

	/** Why the last attempt failed. */
	@Nullable QosException failure;

	/** Created when somebody waits. */
	private @Nullable CompletableFuture<QosFlow> active;

	DefaultQosFlow(DefaultQosHandle handle, QosSocket socket, QosFlowOptions options) {
		this.handle = handle;
		this.socket = socket;
		this.options = options;
	}

	@Override
	public QosFlowOptions options() {
		return this.options;
	}

	@Override
	public FlowState state() {
		return this.handle.stateOf(this);
	}

	@Override
	public FlowStatus status() {
		return this.handle.statusOf(this);
	}

	@Override
	public Marking marking() {
		return this.handle.markingOf(this);
	}

	@Override
	public CompletionStage<QosFlow> whenActive() {
		return this.handle.futureOf(this).copy();
	}

	@Override
	public void awaitActive(Duration timeout) {
		this.handle.awaitActive(this, timeout);
	}

	@Override
	public void close() {
		this.handle.close(this);
	}

	@Override
	public CompletionStage<QosFlow> setOptions(QosFlowOptions options) {
		return this.handle.setOptions(this, Assert.notNull(options, "options"));
	}

	@Override
	public CompletionStage<QosFlow> add(QosSocket socket) {
		return this.handle.addSocket(this, Assert.notNull(socket, "socket"));
	}

	@Override
	public CompletionStage<FlowFundamentals> fundamentals() {
		return this.handle.ask(this, (session, flow) -> session.fundamentals(flow, false));
	}

	@Override
	public CompletionStage<FlowFundamentals> freshFundamentals() {
		return this.handle.ask(this, (session, flow) -> session.fundamentals(flow, true));
	}

	@Override
	public CompletionStage<PacketPriority> packetPriority() {
		return this.handle.ask(this, QosSession::packetPriority);
	}

	@Override
	public CompletionStage<OptionalLong> outgoingRate() {
		return this.handle.ask(this, QosSession::outgoingRate);
	}

	@Override
	public CompletableFuture<FlowCondition> when(FlowCondition condition) {
		return this.handle.when(this, Assert.notNull(condition, "condition"));
	}

	@Override
	public Subscription listen(FlowCondition condition, QosFlow.ConditionListener listener) {
		return this.handle.listen(this, Assert.notNull(condition, "condition"), Assert.notNull(listener, "listener"));
	}

	/**
	 * Return what few flows have. Called under the lock.
	 */
	FlowExtras extras() {
		FlowExtras existing = this.extras;
		if (existing == null) {
			existing = new FlowExtras();
			this.extras = existing;
		}
		return existing;
	}

	/**
	 * Return the future of those who wait. Called under the lock.
	 */
	CompletableFuture<QosFlow> future() {
		CompletableFuture<QosFlow> future = this.active;
		if (future == null) {
			future = new CompletableFuture<>();
			this.active = future;
			completeIfDecided();
		}
		return future;
	}

	/**
	 * Tell those who wait, if there is something to tell. They run elsewhere, since this
	 * is called under the lock.
	 */
	void completeIfDecided() {
		CompletableFuture<QosFlow> future = this.active;
		if (future == null || this.state == FlowState.PENDING) {
			return;
		}
		if (this.state == FlowState.ACTIVE) {
			future.completeAsync(() -> this);
		}
		else {
			QosException cause = endedBecause();
			future.defaultExecutor().execute(() -> future.completeExceptionally(exception(cause)));
		}
		if (this.state != FlowState.CLOSED) {
			// What comes next is another future's news.
			this.active = null;
		}
	}

	/**
	 * Return why this flow, failed or closed, is not active.
	 */
	QosException endedBecause() {
		QosException cause = this.failure;
		return (this.state == FlowState.FAILED && cause != null) ? cause
				: new QosException(ErrorCase.CANCELLED, "Flow is closed", null, null);
	}

	QosFlowException exception(QosException cause) {
		return new QosFlowException(this.socket.toString(), this.options, cause);
	}

	@Override
	public String toString() {
		return this.options.trafficType() + " on " + this.socket + " (" + state() + ")";
	}

}
