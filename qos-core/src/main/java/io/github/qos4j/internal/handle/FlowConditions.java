package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowCondition.Kind;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.handle.ConditionWait.Arm;
import io.github.qos4j.internal.handle.ConditionWait.Listening;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * Waits for conditions of flows. A session waits once for each kind and flow, whoever
 * else waits for the same. The wait is desired state: it is armed again with each session
 * that the flow comes in force on. Methods are called under the handle's lock unless they
 * say otherwise; calls that they return have to be run after it is released.
 */
final class FlowConditions {

	/** The shortest time between two tellings of an available bandwidth, or two tries. */
	private static final Duration PAUSE = Duration.ofSeconds(1);

	/** How long a session has to wait so that it has not refused to. */
	private static final Duration LONG = Duration.ofSeconds(10);

	private final Monitor monitor;

	private final SessionInUse session;

	private final Verdicts verdicts;

	private final Timer timer;

	private final Events events;

	FlowConditions(HandleParts parts, Verdicts verdicts) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.timer = parts.timer();
		this.events = parts.events();
		this.verdicts = verdicts;
	}

	/**
	 * Wait for a condition. Not called under the lock.
	 */
	CompletableFuture<FlowCondition> when(ManagedFlow flow, FlowCondition condition) {
		CompletableFuture<FlowCondition> future = new CompletableFuture<>();
		QosException refusal = begin(flow, condition, (wait) -> wait.futures.add(future));
		if (refusal != null) {
			future.completeExceptionally(refusal);
			return future;
		}
		// However it ends, by the caller's cancellation too, nobody waits any longer.
		future.whenComplete((result, failure) -> this.monitor.get(() -> {
			ConditionWait wait = waitOf(flow, condition.kind());
			return (wait != null && wait.futures.remove(future)) ? disarm(flow) : Verdicts.NOTHING;
		}).run());
		return future;
	}

	/**
	 * Tell a listener whenever a condition begins to hold. Not called under the lock.
	 */
	Subscription listen(ManagedFlow flow, FlowCondition condition, QosFlow.ConditionListener listener) {
		Listening listening = new Listening(this.events.recipient(listener));
		QosException refusal = begin(flow, condition, (wait) -> wait.listeners.add(listening));
		if (refusal != null) {
			listening.recipient.tell((told) -> told.ended(flow, refusal));
			listening.recipient.close();
		}
		return () -> {
			listening.recipient.close();
			this.monitor.get(() -> {
				ConditionWait wait = waitOf(flow, condition.kind());
				return (wait != null && wait.listeners.remove(listening)) ? disarm(flow) : Verdicts.NOTHING;
			}).run();
		};
	}

	/**
	 * Begin to wait for a condition.
	 * @param join notes who waits
	 * @return {@code null}, or why nobody can wait for it
	 */
	private @Nullable QosException begin(ManagedFlow flow, FlowCondition condition, Consumer<ConditionWait> join) {
		try {
			this.monitor.get(() -> {
				join.accept(waitFor(flow, condition));
				return arm(flow, condition.kind());
			}).run();
			return null;
		}
		catch (QosUnavailableException ex) {
			return ex;
		}
		catch (QosException ex) {
			return flow.exception(ex);
		}
	}

	private ConditionWait waitFor(ManagedFlow flow, FlowCondition condition) {
		this.session.require();
		flow.requireActive();
		ConditionWait wait = flow.extras().conditions.computeIfAbsent(condition.kind(),
				(kind) -> new ConditionWait(condition));
		if (!wait.condition.equals(condition)) {
			if (wait.arm != null || wait.isAwaited() || wait.isAwaitedToCease()) {
				throw new QosException(ErrorCase.INVALID, "A wait for " + wait.condition.bitsPerSecond()
						+ " bits a second is under way, and there is one at a time", null, null);
			}
			wait.condition = condition;
		}
		return wait;
	}

	private static @Nullable ConditionWait waitOf(ManagedFlow flow, Kind kind) {
		return (flow.extrasIfAny() != null) ? flow.extras().conditions.get(kind) : null;
	}

	// Arming

	/**
	 * Have the session of a flow that has come in force wait for what is waited for.
	 */
	List<Runnable> armAll(ManagedFlow flow) {
		if (flow.extrasIfAny() == null) {
			return List.of();
		}
		List<Runnable> calls = new ArrayList<>();
		for (Kind kind : Kind.values()) {
			calls.add(arm(flow, kind));
		}
		return calls;
	}

	private Runnable arm(ManagedFlow flow, Kind kind) {
		SessionLane lane = this.session.get();
		SessionFlow sessionFlow = flow.sessionFlow();
		if (lane == null || sessionFlow == null || !isWanted(flow, kind)) {
			return Verdicts.NOTHING;
		}
		ConditionWait wait = flow.extras().conditions.computeIfAbsent(kind,
				(missing) -> new ConditionWait(new FlowCondition(missing, 0)));
		if (wait.later || wait.arm != null && wait.arm.flow == sessionFlow) {
			return Verdicts.NOTHING;
		}
		Arm arm = new Arm(lane, sessionFlow, this.timer.nanoTime());
		wait.arm = arm;
		return lane.submit(() -> callArm(flow, wait, arm));
	}

	/**
	 * Return whether a condition has to be waited for: for those who wait for it, or to
	 * learn that the opposite has ceased.
	 */
	private static boolean isWanted(ManagedFlow flow, Kind kind) {
		ConditionWait wait = waitOf(flow, kind);
		ConditionWait opposite = switch (kind) {
			case CONGESTED -> waitOf(flow, Kind.UNCONGESTED);
			case UNCONGESTED -> waitOf(flow, Kind.CONGESTED);
			case AVAILABLE -> null;
		};
		return wait != null && wait.isAwaited() || opposite != null && opposite.isAwaitedToCease();
	}

	private void callArm(ManagedFlow flow, ConditionWait wait, Arm arm) {
		boolean wanted = this.monitor.get(() -> wait.arm == arm && !arm.unwanted && flow.sessionFlow() == arm.flow);
		QosException failure = null;
		if (wanted) {
			try {
				PendingCondition pending = arm.lane.session.arm(arm.flow, wait.condition,
						(result) -> completed(flow, wait, arm, result));
				this.monitor.run(() -> arm.pending = pending);
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
		}
		boolean cancel = wanted && this.monitor.get(() -> arm.unwanted && !arm.over);
		if (cancel) {
			cancel(arm);
		}
		this.session.callEnded(arm.lane);
		if (failure != null) {
			completed(flow, wait, arm, failure);
		}
		else if (!wanted) {
			completed(flow, wait, arm, new QosException(ErrorCase.CANCELLED, "Nobody waits", null, null));
		}
	}

	private void cancel(Arm arm) {
		PendingCondition pending = this.monitor.get(() -> arm.pending);
		if (pending != null) {
			pending.cancel();
		}
	}

	/**
	 * Give up a wait that nobody wants any longer.
	 */
	private Runnable disarm(ManagedFlow flow) {
		List<Runnable> calls = new ArrayList<>();
		if (flow.extrasIfAny() != null) {
			flow.extras().conditions.forEach((kind, wait) -> {
				Arm arm = wait.arm;
				if (arm != null && !arm.unwanted && !isWanted(flow, kind)) {
					calls.add(cancelLater(arm));
				}
			});
		}
		return () -> calls.forEach(Runnable::run);
	}

	private Runnable cancelLater(Arm arm) {
		arm.unwanted = true;
		if (arm.lane != this.session.get()) {
			// Its session cancels it when it closes.
			return Verdicts.NOTHING;
		}
		return arm.lane.submit(() -> {
			if (this.monitor.get(() -> !arm.over)) {
				cancel(arm);
			}
			this.session.callEnded(arm.lane);
		});
	}

	// Completion

	/**
	 * A session's wait has completed. Called by any thread, not under the lock.
	 */
	private void completed(ManagedFlow flow, ConditionWait wait, Arm arm, @Nullable QosException result) {
		List<Runnable> calls = this.monitor.get(() -> {
			List<Runnable> after = new ArrayList<>();
			if (arm.over) {
				return after;
			}
			arm.over = true;
			boolean current = wait.arm == arm;
			if (current) {
				wait.arm = null;
			}
			if (flow.isClosed()) {
				return after;
			}
			if (result == null) {
				occurred(flow, wait);
			}
			else if (current && !arm.unwanted && arm.flow == flow.sessionFlow()) {
				refused(flow, wait, arm, result, after);
			}
			after.addAll(armAll(flow));
			// What an earlier wait has told may be all that the present one was for.
			after.add(disarm(flow));
			return after;
		});
		calls.forEach(Runnable::run);
	}

	private void occurred(ManagedFlow flow, ConditionWait wait) {
		FlowCondition condition = wait.condition;
		wait.tries = 0;
		wait.futures.forEach((future) -> future.completeAsync(() -> condition));
		wait.futures.clear();
		for (Listening listening : wait.listeners) {
			if (!listening.told) {
				listening.told = true;
				listening.recipient.tell((listener) -> listener.occurred(flow, condition));
			}
		}
		switch (condition.kind()) {
			case CONGESTED -> ceased(flow, Kind.UNCONGESTED);
			case UNCONGESTED -> ceased(flow, Kind.CONGESTED);
			case AVAILABLE -> later(flow, wait, () -> wait.listeners.forEach((listening) -> listening.told = false));
		}
	}

	private static void ceased(ManagedFlow flow, Kind kind) {
		ConditionWait wait = waitOf(flow, kind);
		if (wait != null) {
			wait.listeners.forEach((listening) -> listening.told = false);
		}
	}

	private void refused(ManagedFlow flow, ConditionWait wait, Arm arm, QosException reason, List<Runnable> after) {
		boolean held = this.timer.nanoTime() - arm.since > LONG.toNanos();
		// What a session has kept waiting for long it has not refused.
		wait.tries = held ? 1 : wait.tries + 1;
		boolean passing = switch (reason.errorCase()) {
			case HANDLE_LOST, NOT_FOUND -> {
				// Either the flow is gone, and comes in force again, or it is not.
				after.add(arm.lane.submit(() -> this.verdicts.callFailed(arm.lane, flow, reason)));
				yield true;
			}
			case NETWORK, DEVICE, RESOURCES, TRY_AGAIN, CANCELLED -> true;
			default -> false;
		};
		if (passing && wait.tries < ManagedFlow.MOST_TRIES) {
			later(flow, wait, Verdicts.NOTHING);
			return;
		}
		List<CompletableFuture<FlowCondition>> futures = List.copyOf(wait.futures);
		List<Listening> listeners = List.copyOf(wait.listeners);
		wait.futures.clear();
		wait.listeners.clear();
		wait.tries = 0;
		after.add(() -> {
			QosFlowException failure = flow.exception(reason);
			futures.forEach((future) -> Questions.failLater(future, failure));
			listeners.forEach((listening) -> {
				listening.recipient.tell((listener) -> listener.ended(flow, failure));
				listening.recipient.close();
			});
		});
	}

	/**
	 * Go on with a wait after a pause.
	 */
	private void later(ManagedFlow flow, ConditionWait wait, Runnable action) {
		wait.later = true;
		this.timer.schedule(PAUSE, () -> {
			List<Runnable> calls = this.monitor.get(() -> {
				wait.later = false;
				action.run();
				return armAll(flow);
			});
			calls.forEach(Runnable::run);
		});
	}

	// The end

	/**
	 * Give up what a session has of a flow's waits, since the flow is removed to be put
	 * in force anew. Those who wait go on waiting.
	 * @return what cancels them, to be called as a call of that session
	 */
	Runnable suspend(ManagedFlow flow) {
		List<Arm> arms = new ArrayList<>();
		if (flow.extrasIfAny() != null) {
			flow.extras().conditions.forEach((kind, wait) -> {
				giveUp(wait, arms);
				wait.arm = null;
			});
		}
		return () -> cancelAll(arms);
	}

	/**
	 * End all waits of a flow that is closed.
	 * @return what cancels those of its session, to be called as a call of that session
	 */
	Runnable end(ManagedFlow flow) {
		if (flow.extrasIfAny() == null) {
			return Verdicts.NOTHING;
		}
		List<Arm> arms = new ArrayList<>();
		flow.extras().conditions.forEach((kind, wait) -> {
			wait.futures.forEach((future) -> future.defaultExecutor().execute(() -> future.cancel(false)));
			wait.futures.clear();
			wait.listeners.forEach((listening) -> listening.recipient.close());
			wait.listeners.clear();
			giveUp(wait, arms);
		});
		return () -> cancelAll(arms);
	}

	private static void giveUp(ConditionWait wait, List<Arm> arms) {
		Arm arm = wait.arm;
		if (arm != null) {
			// Where sessions have no thread, it may be about to be under way.
			arm.unwanted = true;
			arms.add(arm);
		}
	}

	private void cancelAll(List<Arm> arms) {
		arms.stream().filter((arm) -> this.monitor.get(() -> !arm.over)).forEach(this::cancel);
	}

}
