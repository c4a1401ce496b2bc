package io.github.qos4j.internal.handle;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Monitor;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether a session and its flows are still in force: now and then, since nobody
 * tells of it.
 */
final class FlowChecks {

	/** As many flows as are looked at under one taking of the lock. */
	private static final int SLICE = 200;

	private final Monitor monitor;

	private final SessionInUse session;

	private final HandleFlows flows;

	private final ClientTrackings trackings;

	private final Verdicts verdicts;

	FlowChecks(HandleParts parts, HandleFlows flows, ClientTrackings trackings) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.flows = flows;
		this.trackings = trackings;
		this.verdicts = flows.verdicts();
	}

	/**
	 * Look whether the session and some of its flows are still in force, and try again
	 * what it has not taken. Called as a call of that session; ends that call.
	 * @return why the session is dead, or {@code null} if it lives
	 */
	@Nullable QosException check(SessionLane target) {
		QosException failure = this.verdicts.verify(target);
		if (failure != null) {
			// Without a look at the flows: the sooner they are in force again, the
			// better.
			this.session.callEnded(target);
			return failure;
		}
		this.monitor.get(() -> this.session.is(target) ? this.trackings.bringAllUpToDate(target) : List.<Runnable>of())
			.forEach(Runnable::run);
		inSlices((slice) -> {
			this.monitor.get(() -> bringUpToDate(target, slice)).forEach(Runnable::run);
			slice.forEach(this.flows::endIfSocketIsClosed);
		});
		if (!checkSome(target)) {
			inSlices((slice) -> slice.forEach((flow) -> this.verdicts.check(target, flow)));
		}
		this.session.callEnded(target);
		return null;
	}

	/**
	 * Do something with all flows, a few at a time: whoever adds one meanwhile must not
	 * wait for all. Not called under the lock.
	 */
	private void inSlices(Consumer<List<ManagedFlow>> action) {
		FlowRegistry.Walk walk = this.monitor.get(this.flows.registry()::walk);
		try {
			List<ManagedFlow> slice = this.monitor.get(() -> walk.next(SLICE));
			while (!slice.isEmpty()) {
				action.accept(slice);
				slice = this.monitor.get(() -> walk.next(SLICE));
			}
		}
		finally {
			this.monitor.run(walk::end);
		}
	}

	private List<Runnable> bringUpToDate(SessionLane target, List<ManagedFlow> slice) {
		if (!this.session.is(target)) {
			return List.of();
		}
		List<Runnable> calls = new ArrayList<>();
		slice.stream()
			.filter((flow) -> flow.extrasIfAny() != null)
			.forEach((flow) -> calls.addAll(this.flows.bringUpToDate(flow)));
		return calls;
	}

	private boolean checkSome(SessionLane target) {
		boolean good = true;
		for (ManagedFlow flow : some()) {
			good &= this.verdicts.check(target, flow);
		}
		return good;
	}

	private List<ManagedFlow> some() {
		return this.monitor.get(() -> {
			FlowRegistry registry = this.flows.registry();
			int size = registry.size();
			List<ManagedFlow> next = new ArrayList<>();
			for (int i = Math.min(1 + size / 100, size); i > 0; i--) {
				ManagedFlow flow = registry.nextToCheck();
				if (flow != null) {
					next.add(flow);
				}
			}
			return next;
		});
	}

}
