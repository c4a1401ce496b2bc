package io.github.qos4j.internal.handle;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.internal.handle.FlowExtras.Change;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * Other options for flows that are wanted already. Each change belongs to its own
 * options: it completes when they are in force, or others that were asked for later, and
 * fails if the system refuses them. A refused change takes no other along: the flow goes
 * to the newest options that were not refused. Where very many are asked for before one
 * can be tried, such as in a pause, the oldest are not tried any more. Methods are called
 * under the handle's lock unless they say otherwise; calls that they return have to be
 * run after it is released.
 */
final class FlowChanges {

	/**
	 * How many changes of a flow are kept, to go back to where newer ones are refused.
	 */
	static final int MOST = 16;

	private final Monitor monitor;

	private final SessionInUse session;

	private final Verdicts verdicts;

	private final CodePoints dscp;

	FlowChanges(HandleParts parts, Verdicts verdicts) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.dscp = parts.codePoints();
		this.verdicts = verdicts;
	}

	/**
	 * Ask for other options.
	 */
	void ask(ManagedFlow flow, QosFlowOptions options, CompletableFuture<QosFlow> future) {
		FlowExtras extras = flow.extras();
		if (extras.changes.isEmpty()) {
			extras.before = flow.options();
		}
		flow.ask(options);
		extras.changes.add(new Change(options, future));
		if (extras.changes.size() > MOST) {
			extras.superseded.add(extras.changes.remove(0).future());
		}
	}

	/**
	 * Bring a flow that is in force up to what is asked for.
	 */
	Runnable apply(ManagedFlow flow) {
		SessionLane lane = this.session.get();
		FlowExtras extras = flow.extrasIfAny();
		if (lane == null || extras == null || flow.sessionFlow() == null || extras.changingOn == lane
				|| extras.changes.isEmpty()) {
			return Verdicts.NOTHING;
		}
		extras.changingOn = lane;
		return lane.submit(() -> callChange(lane, flow));
	}

	/**
	 * Change a flow until it is as asked for: others may ask for something else
	 * meanwhile, and what is refused gives way to what was asked for before.
	 */
	private void callChange(SessionLane lane, ManagedFlow flow) {
		for (Step step = next(lane, flow); step != null; step = next(lane, flow)) {
			QosFlowOptions options = step.options;
			SessionFlow sessionFlow = step.sessionFlow;
			try {
				lane.callBegins();
				lane.session.change(sessionFlow, options, this.dscp.of(options));
				this.monitor.run(() -> flow.changed(sessionFlow, options));
			}
			catch (Throwable ex) {
				QosException failure = QosException.of(ex);
				this.verdicts.callFailed(lane, flow, failure);
				this.monitor.get(() -> refused(lane, flow, sessionFlow, options, failure)).run();
				return;
			}
		}
		this.session.callEnded(lane);
	}

	private @Nullable Step next(SessionLane lane, ManagedFlow flow) {
		return this.monitor.get(() -> {
			SessionFlow sessionFlow = flow.sessionFlow();
			if (this.session.is(lane) && sessionFlow != null) {
				complete(flow);
				if (!flow.options().equals(flow.applied())) {
					return new Step(sessionFlow, flow.options());
				}
			}
			ended(lane, flow);
			return null;
		});
	}

	private static void ended(SessionLane lane, ManagedFlow flow) {
		FlowExtras extras = flow.extras();
		extras.changingOn = (extras.changingOn == lane) ? null : extras.changingOn;
	}

	/**
	 * Tell those who wait for the options that are in force, or for others that were
	 * asked for before.
	 */
	void complete(ManagedFlow flow) {
		FlowExtras extras = flow.extrasIfAny();
		if (extras == null || extras.changes.isEmpty()) {
			return;
		}
		List<Change> changes = extras.changes;
		for (int i = changes.size() - 1; i >= 0; i--) {
			if (changes.get(i).options().equals(flow.applied())) {
				List<Change> done = changes.subList(0, i + 1);
				done.forEach((change) -> change.future().completeAsync(() -> flow));
				done.clear();
				extras.superseded.forEach((future) -> future.completeAsync(() -> flow));
				extras.superseded.clear();
				extras.before = flow.applied();
				this.monitor.changed();
				return;
			}
		}
	}

	/**
	 * Forget the options that were refused, and go on with the newest that were not.
	 * Where the flow is no longer in force, what is asked for is kept for when it is
	 * again.
	 */
	private Runnable refused(SessionLane lane, ManagedFlow flow, SessionFlow sessionFlow, QosFlowOptions options,
			QosException reason) {
		ended(lane, flow);
		QosFlowOptions applied = flow.applied();
		if (flow.sessionFlow() != sessionFlow || applied == null) {
			// It may have come in force anew meanwhile.
			return apply(flow);
		}
		List<Change> refused = take(flow, options);
		List<Change> changes = flow.extras().changes;
		flow.ask(changes.isEmpty() ? applied : changes.get(changes.size() - 1).options());
		fail(flow, refused, reason);
		return apply(flow);
	}

	/**
	 * Have options give way that were refused while the flow was added.
	 * @return whether there are others to try: newer ones, or those from before
	 */
	boolean giveWay(ManagedFlow flow, QosFlowOptions options, QosException reason) {
		FlowExtras extras = flow.extrasIfAny();
		if (extras == null) {
			return false;
		}
		List<Change> refused = take(flow, options);
		QosFlowOptions before = extras.before;
		if (!extras.changes.isEmpty()) {
			flow.ask(extras.changes.get(extras.changes.size() - 1).options());
		}
		else if (before != null) {
			flow.ask(before);
			extras.before = null;
		}
		fail(flow, refused, reason);
		return !flow.options().equals(options);
	}

	private static List<Change> take(ManagedFlow flow, QosFlowOptions options) {
		List<Change> changes = flow.extras().changes;
		List<Change> taken = changes.stream().filter((change) -> change.options().equals(options)).toList();
		changes.removeAll(taken);
		return taken;
	}

	/**
	 * Tell those whose options were refused. Called last: who is told may ask at once
	 * what the flow has now, and does not wait for the lock. Once none are left, those
	 * are told that were not tried.
	 */
	private static void fail(ManagedFlow flow, List<Change> refused, QosException reason) {
		refused.forEach((change) -> {
			CompletableFuture<QosFlow> future = change.future();
			future.defaultExecutor()
				.execute(() -> future.completeExceptionally(flow.exception(reason, change.options())));
		});
		FlowExtras extras = flow.extras();
		if (extras.changes.isEmpty() && !extras.superseded.isEmpty()) {
			failSuperseded(flow, new QosException(ErrorCase.CANCELLED,
					"So many others were asked for that these were not tried", null, null));
		}
	}

	/**
	 * Tell all who wait for changes of a flow that has failed or ended.
	 */
	void fail(ManagedFlow flow) {
		FlowExtras extras = flow.extrasIfAny();
		if (extras != null && !extras.changes.isEmpty()) {
			QosException reason = flow.endedBecause();
			List.copyOf(extras.changes).forEach((change) -> Questions.failLater(change.future(), flow, reason));
			extras.changes.clear();
			failSuperseded(flow, reason);
		}
	}

	private static void failSuperseded(ManagedFlow flow, QosException reason) {
		List<CompletableFuture<QosFlow>> superseded = flow.extras().superseded;
		superseded.forEach((future) -> Questions.failLater(future, flow, reason));
		superseded.clear();
	}

	/**
	 * A change to make.
	 */
	private record Step(SessionFlow sessionFlow, QosFlowOptions options) {

	}

}
