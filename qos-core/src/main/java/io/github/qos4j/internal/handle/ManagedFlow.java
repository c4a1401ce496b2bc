package io.github.qos4j.internal.handle;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a flow, what is in force of it, and what came of the last attempt:
 * the one place that changes these, in steps that leave nothing half done. It is the link
 * of its registry's list, too. There may be very many, so it is small: whatever can be
 * derived or is rarely asked for is not stored. Guarded by the handle's lock, but for
 * socket and options, which anybody may read.
 */
abstract class ManagedFlow implements QosFlow {

	/** How often a flow is tried before it has failed. */
	static final int MOST_TRIES = 5;

	private static final AtomicLong LAST_ID = new AtomicLong();

	private final long id = LAST_ID.incrementAndGet();

	/** Links of the {@link FlowRegistry}. */
	@Nullable ManagedFlow previous;

	@Nullable ManagedFlow next;

	/** The first socket, or another one once that is closed. */
	private volatile QosSocket socket;

	/** What is asked for. */
	private volatile QosFlowOptions options;

	/** Changed under the lock, and read without it by those who look at many flows. */
	private volatile FlowState state = FlowState.PENDING;

	/** The session on which a call that adds this flow is under way or waiting. */
	private @Nullable SessionLane addingOn;

	/** Stands for the next try, where it is tried again later by itself. */
	private @Nullable Object later;

	/** What the session returned, while it is in force. */
	private @Nullable SessionFlow sessionFlow;

	/** The options in force, while it is. */
	private @Nullable QosFlowOptions applied;

	/** What few flows have, created when it is needed. */
	private @Nullable FlowExtras extras;

	/** What is held against it since it was in force, if anything is. */
	private @Nullable Refusals refusals;

	/** Created when somebody waits. */
	private @Nullable CompletableFuture<QosFlow> active;

	ManagedFlow(QosSocket socket, QosFlowOptions options) {
		this.socket = socket;
		this.options = options;
	}

	// What is wanted

	@Override
	public final long id() {
		return this.id;
	}

	@Override
	public final QosSocket socket() {
		return this.socket;
	}

	/**
	 * Go on with another socket, the first one being closed.
	 */
	final void replaceSocket(QosSocket socket) {
		this.socket = socket;
	}

	@Override
	public final QosFlowOptions options() {
		return this.options;
	}

	final void ask(QosFlowOptions options) {
		this.options = options;
	}

	/**
	 * Return what few flows have, or {@code null} where this one has nothing of it.
	 */
	final @Nullable FlowExtras extrasIfAny() {
		return this.extras;
	}

	final FlowExtras extras() {
		FlowExtras existing = this.extras;
		if (existing == null) {
			existing = new FlowExtras();
			this.extras = existing;
		}
		return existing;
	}

	// The state

	/**
	 * Return the state.
	 */
	final FlowState current() {
		return this.state;
	}

	/**
	 * Enter a state. Called by the registry, which counts.
	 */
	final void enter(FlowState newState) {
		this.state = newState;
	}

	final boolean isClosed() {
		return this.state == FlowState.CLOSED;
	}

	/**
	 * Return whether the system should have this flow and has not.
	 */
	final boolean isMissing() {
		return this.state == FlowState.PENDING || this.state == FlowState.FAILED && mayPass();
	}

	final @Nullable QosException failure() {
		return (this.refusals != null) ? this.refusals.last : null;
	}

	/**
	 * Return whether it failed for a reason that may pass. One that kills sessions is
	 * left alone, or two of that kind would never let the others rest.
	 */
	final boolean mayPass() {
		QosException reason = failure();
		return reason != null && switch (reason.errorCase()) {
			case HANDLE_LOST, NETWORK, DEVICE, RESOURCES, TRY_AGAIN -> !refusals().deadly;
			// Tried again only while nothing hangs.
			case TIMEOUT -> true;
			default -> false;
		};
	}

	/**
	 * Return whether the call that added it has hung.
	 */
	final boolean hasHung() {
		QosException reason = failure();
		return reason != null && reason.errorCase() == ErrorCase.TIMEOUT;
	}

	// Attempts

	/**
	 * Note that a call that adds this flow is submitted.
	 * @return {@code false} if there is one already, or if it is to wait
	 */
	final boolean beginAdding(SessionLane lane) {
		if (!isMissing() || this.later != null || this.addingOn == lane) {
			return false;
		}
		this.addingOn = lane;
		return true;
	}

	/**
	 * Note that the call that adds this flow has ended.
	 */
	final void endAdding(SessionLane lane) {
		this.addingOn = (this.addingOn == lane) ? null : this.addingOn;
	}

	/**
	 * Note why the last attempt failed.
	 */
	final void refused(QosException reason) {
		refusals().last = reason;
	}

	/**
	 * Count a refusal that is this flow's own.
	 * @return how many there were in a row
	 */
	final int countRefusal() {
		Refusals all = refusals();
		all.tries = Math.min(all.tries + 1, MOST_TRIES);
		return all.tries;
	}

	/**
	 * Suspect this flow of having killed the session that it was added to. If that had
	 * others in force and it was suspected before, it has.
	 * @param othersInForce whether others were in force on that session
	 * @return whether it was this flow
	 */
	final boolean suspect(boolean othersInForce) {
		Refusals all = refusals();
		all.deadly |= all.suspect && othersInForce;
		all.suspect = true;
		return all.deadly;
	}

	final boolean isSuspect() {
		return this.refusals != null && this.refusals.suspect;
	}

	final boolean isPutOff() {
		return this.later != null;
	}

	/**
	 * Leave this flow to be tried again later.
	 * @return what stands for that try, for {@link #due}
	 */
	final Object putOff() {
		Object attempt = new Object();
		this.later = attempt;
		return attempt;
	}

	/**
	 * Note that later has come.
	 * @param attempt what {@link #putOff()} returned
	 * @return {@code false} if it was put off anew since, or tried before its time
	 */
	final boolean due(Object attempt) {
		if (this.later != attempt) {
			return false;
		}
		this.later = null;
		return true;
	}

	/**
	 * Forget all refusals: something has changed.
	 */
	final void beginAnew() {
		QosException reason = failure();
		this.refusals = null;
		if (reason != null) {
			refused(reason);
		}
		this.later = null;
	}

	// In force

	final @Nullable SessionFlow sessionFlow() {
		return this.sessionFlow;
	}

	final @Nullable QosFlowOptions applied() {
		return this.applied;
	}

	/**
	 * Note that a session has put this flow in force.
	 */
	final void inForce(SessionFlow flow, QosFlowOptions with) {
		this.sessionFlow = flow;
		this.applied = with;
		this.refusals = null;
		this.later = null;
	}

	/**
	 * Note that a session has taken a change.
	 */
	final void changed(SessionFlow flow, QosFlowOptions with) {
		if (this.sessionFlow == flow) {
			this.applied = with;
		}
	}

	/**
	 * Note that this flow is no longer in force, or shall not be.
	 * @return what the session has of it, or {@code null} where it has nothing
	 */
	final @Nullable SessionFlow takeSessionFlow() {
		SessionFlow taken = this.sessionFlow;
		this.sessionFlow = null;
		this.applied = null;
		return taken;
	}

	/**
	 * Return what a session has in force.
	 * @throws QosException if there is nothing
	 */
	final SessionFlow requireActive() {
		SessionFlow inForce = this.sessionFlow;
		if (inForce == null) {
			// Without its socket: a socket that closes slowly makes those wait who ask.
			throw new QosException(ErrorCase.INVALID, "The flow must be ACTIVE but is " + this.state, null, null);
		}
		return inForce;
	}

	// Those who wait

	/**
	 * Return the future of those who wait until this flow is active.
	 */
	final CompletableFuture<QosFlow> future() {
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
	final void completeIfDecided() {
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
	final QosException endedBecause() {
		QosException cause = failure();
		return (this.state == FlowState.FAILED && cause != null) ? cause
				: new QosException(ErrorCase.CANCELLED, "Flow is closed", null, null);
	}

	/**
	 * Return a failure as one of this flow. Not called under the lock: a socket that
	 * closes slowly makes those wait who ask it for its address.
	 */
	final QosFlowException exception(QosException cause) {
		return exception(cause, this.options);
	}

	/**
	 * Return a failure of certain options as one of this flow. Not called under the lock.
	 */
	final QosFlowException exception(QosException cause, QosFlowOptions asked) {
		return new QosFlowException(socketInWords(), asked, cause);
	}

	private String socketInWords() {
		try {
			return this.socket.toString();
		}
		catch (RuntimeException ex) {
			// An application's own kind of socket.
			return "a socket that cannot be asked";
		}
	}

	private Refusals refusals() {
		Refusals existing = this.refusals;
		if (existing == null) {
			existing = new Refusals();
			this.refusals = existing;
		}
		return existing;
	}

	/**
	 * What is held against a flow since it was in force.
	 */
	private static final class Refusals {

		/** Why the last attempt failed. */
		private @Nullable QosException last;

		/** How often it was refused, {@link #MOST_TRIES} at most. */
		private int tries;

		/** Whether a session died when it was added. */
		private boolean suspect;

		/**
		 * Whether that session had other flows in force, and it was not the first time.
		 */
		private boolean deadly;

	}

}
