package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.qos4j.QosFlow;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.internal.handle.Events.Recipient;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * All who wait for one kind of condition of a flow, and the one wait of the session that
 * they share. Guarded by the handle's lock.
 */
final class ConditionWait {

	/** What is waited for. */
	FlowCondition condition;

	final List<CompletableFuture<FlowCondition>> futures = new ArrayList<>(1);

	final List<Listening> listeners = new ArrayList<>(1);

	/** The session's wait, or {@code null} while there is none. */
	@Nullable Arm arm;

	/** How often it was refused in a row, by one session. */
	int tries;

	/** Whether it is tried again later, by itself. */
	boolean later;

	ConditionWait(FlowCondition condition) {
		this.condition = condition;
	}

	/**
	 * Return whether somebody waits for this condition itself.
	 */
	boolean isAwaited() {
		return !this.futures.isEmpty() || this.listeners.stream().anyMatch((listening) -> !listening.told);
	}

	/**
	 * Return whether a listener was told and is to be told again once this condition has
	 * ceased.
	 */
	boolean isAwaitedToCease() {
		return this.listeners.stream().anyMatch((listening) -> listening.told);
	}

	/**
	 * A listener.
	 */
	static final class Listening {

		final Recipient<QosFlow.ConditionListener> recipient;

		/** Whether it was told since the condition began to hold. */
		boolean told;

		Listening(Recipient<QosFlow.ConditionListener> recipient) {
			this.recipient = recipient;
		}

	}

	/**
	 * A wait of a session.
	 */
	static final class Arm {

		final SessionLane lane;

		final SessionFlow flow;

		/** When it began, as {@link System#nanoTime()}. */
		final long since;

		/** What cancels it, once it is under way. */
		@Nullable PendingCondition pending;

		/** Whether nobody wants it any longer. */
		boolean unwanted;

		/** Whether it has completed. */
		boolean over;

		Arm(SessionLane lane, SessionFlow flow, long since) {
			this.lane = lane;
			this.flow = flow;
			this.since = since;
		}

	}

}
