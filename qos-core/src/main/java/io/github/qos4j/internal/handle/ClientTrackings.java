package io.github.qos4j.internal.handle;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Monitor;
import org.jspecify.annotations.Nullable;

/**
 * The clients that a handle tracks. Each is tracked once, whoever else asks for the same,
 * and again by each session. For each client one call is under way at a time, which ends
 * when what is in force is what is wanted. Methods are called under the handle's lock
 * unless they say otherwise; calls that they return have to be run after it is released.
 */
final class ClientTrackings {

	private final Map<InetAddress, Tracked> clients = new LinkedHashMap<>();

	private final Monitor monitor;

	private final SessionInUse session;

	private final Verdicts verdicts;

	private final Problems problems;

	/** Whether the handle is closed. */
	private boolean over;

	ClientTrackings(HandleParts parts, Verdicts verdicts) {
		this.monitor = parts.monitor();
		this.session = parts.session();
		this.problems = parts.problems();
		this.verdicts = verdicts;
	}

	/**
	 * Track a client. Not called under the lock.
	 */
	ClientTracking track(InetAddress client) {
		DefaultClientTracking tracking = new DefaultClientTracking(client);
		this.monitor.get(() -> {
			SessionLane lane = this.session.get();
			if (this.over) {
				tracking.refused(this.session.notOpen());
				return Verdicts.NOTHING;
			}
			Tracked tracked = this.clients.computeIfAbsent(client, Tracked::new);
			tracked.users.add(tracking);
			if (lane == null) {
				// The next session tracks it.
				return Verdicts.NOTHING;
			}
			if (tracked.startedOn == lane) {
				this.problems.over(client);
				tracking.started();
			}
			return bringUpToDate(lane, tracked);
		}).run();
		return tracking;
	}

	/**
	 * Have a session track all that it does not yet, and nothing else. Called for a new
	 * session and at every check.
	 */
	List<Runnable> bringAllUpToDate(SessionLane lane) {
		List<Runnable> calls = new ArrayList<>();
		for (Tracked tracked : List.copyOf(this.clients.values())) {
			calls.add(bringUpToDate(lane, tracked));
			forgetIfOver(tracked);
		}
		return calls;
	}

	private Runnable bringUpToDate(SessionLane lane, Tracked tracked) {
		if (tracked.busyOn == lane || tracked.isUpToDate(lane)) {
			return Verdicts.NOTHING;
		}
		tracked.busyOn = lane;
		return lane.submit(() -> callUntilUpToDate(lane, tracked));
	}

	private void callUntilUpToDate(SessionLane lane, Tracked tracked) {
		for (Step step = next(lane, tracked); step != null; step = next(lane, tracked)) {
			Step taken = step;
			QosException refusal = call(lane, tracked.client, taken);
			boolean complaint = this.monitor.get(() -> done(lane, tracked, taken, refusal));
			if (refusal != null) {
				this.verdicts.callFailed(lane, null, refusal);
				if (complaint) {
					// Nobody waits for the answer.
					this.problems.log(refusal);
				}
				return;
			}
		}
		this.session.callEnded(lane);
	}

	private @Nullable Step next(SessionLane lane, Tracked tracked) {
		return this.monitor.get(() -> {
			if (this.session.is(lane) && !tracked.isUpToDate(lane)) {
				return tracked.users.isEmpty() ? Step.STOP : Step.START;
			}
			ended(lane, tracked);
			return null;
		});
	}

	private static @Nullable QosException call(SessionLane lane, InetAddress client, Step step) {
		try {
			lane.callBegins();
			if (step == Step.START) {
				lane.session.startTracking(client);
			}
			else {
				lane.session.stopTracking(client);
			}
			return null;
		}
		catch (Throwable ex) {
			QosException failure = QosException.of(ex);
			boolean over = step == Step.STOP && failure.errorCase() == ErrorCase.NOT_FOUND;
			return over ? null : failure;
		}
	}

	private void ended(SessionLane lane, Tracked tracked) {
		tracked.busyOn = (tracked.busyOn == lane) ? null : tracked.busyOn;
		forgetIfOver(tracked);
	}

	private void forgetIfOver(Tracked tracked) {
		SessionLane startedOn = tracked.startedOn;
		boolean stillTracked = startedOn != null && this.session.is(startedOn);
		if (tracked.users.isEmpty() && tracked.busyOn == null && !stillTracked) {
			this.clients.remove(tracked.client, tracked);
			this.problems.over(tracked.client);
		}
	}

	/**
	 * Note what came of a step.
	 * @return whether to complain about its failure
	 */
	private boolean done(SessionLane lane, Tracked tracked, Step step, @Nullable QosException refusal) {
		boolean repeated = tracked.wasStarted;
		if (this.session.get() != null && !this.session.is(lane)) {
			// It came too late: another session is in charge.
			ended(lane, tracked);
			return false;
		}
		if (refusal != null && step == Step.START && !repeated && refusal.errorCase() != ErrorCase.HANDLE_LOST) {
			tracked.users.forEach((user) -> user.refused(refusal));
			tracked.users.clear();
		}
		if (refusal == null) {
			tracked.startedOn = (step == Step.START) ? lane : null;
		}
		if (refusal == null && step == Step.START) {
			lane.prove();
			tracked.wasStarted = true;
			tracked.users.forEach(DefaultClientTracking::started);
		}
		if (refusal == null) {
			this.problems.over(tracked.client);
			return false;
		}
		// It is tried again at the next check, unless nobody wants it any longer.
		boolean complaint = (step == Step.STOP) ? tracked.users.isEmpty() : repeated && !tracked.users.isEmpty();
		if (complaint) {
			this.problems.begin(tracked.client, refusal);
		}
		ended(lane, tracked);
		return complaint;
	}

	private Runnable stop(DefaultClientTracking tracking) {
		Tracked tracked = this.clients.get(tracking.client);
		if (tracked == null || !tracked.users.remove(tracking) || !tracked.users.isEmpty()) {
			return Verdicts.NOTHING;
		}
		SessionLane lane = this.session.get();
		Runnable call = (lane != null) ? bringUpToDate(lane, tracked) : Verdicts.NOTHING;
		forgetIfOver(tracked);
		return call;
	}

	/**
	 * End all trackings.
	 * @return what stops those of the session in use, to be called as a call of that
	 * session
	 */
	Runnable end() {
		this.over = true;
		SessionLane lane = this.session.get();
		List<Tracked> last = List.copyOf(this.clients.values());
		this.clients.clear();
		QosException closed = new QosException(ErrorCase.CANCELLED, "The handle is closed", null, null);
		last.forEach((tracked) -> {
			this.problems.over(tracked.client);
			tracked.users.forEach((user) -> user.refused(closed));
			tracked.users.clear();
		});
		return (lane != null) ? () -> last.forEach((tracked) -> stopAtTheEnd(lane, tracked)) : Verdicts.NOTHING;
	}

	private void stopAtTheEnd(SessionLane lane, Tracked tracked) {
		try {
			if (this.monitor.get(() -> tracked.startedOn == lane)) {
				lane.session.stopTracking(tracked.client);
			}
		}
		catch (Throwable ex) {
			// The session is closed next, and its trackings with it.
		}
	}

	/**
	 * What to do next for a client.
	 */
	private enum Step {

		START, STOP

	}

	/**
	 * A client, and those who want it tracked.
	 */
	private static final class Tracked {

		final InetAddress client;

		final Set<DefaultClientTracking> users = new LinkedHashSet<>();

		/** The session that tracks it. */
		@Nullable SessionLane startedOn;

		/** The session on which a call is under way or waiting. */
		@Nullable SessionLane busyOn;

		/** Whether any session did. */
		boolean wasStarted;

		Tracked(InetAddress client) {
			this.client = client;
		}

		boolean isUpToDate(SessionLane lane) {
			return (this.startedOn == lane) == !this.users.isEmpty();
		}

	}

	private final class DefaultClientTracking implements ClientTracking {

		private final InetAddress client;

		private final CompletableFuture<ClientTracking> future = new CompletableFuture<>();

		DefaultClientTracking(InetAddress client) {
			this.client = client;
		}

		@Override
		public InetAddress client() {
			return this.client;
		}

		@Override
		public CompletionStage<ClientTracking> whenTracked() {
			return this.future.copy();
		}

		void started() {
			this.future.completeAsync(() -> this);
		}

		void refused(QosException reason) {
			Questions.failLater(this.future, reason);
		}

		@Override
		public void close() {
			ClientTrackings.this.monitor.get(() -> stop(this)).run();
			refused(new QosException(ErrorCase.CANCELLED, "The tracking is closed", null, null));
		}

		@Override
		public String toString() {
			return "tracking of " + this.client;
		}

	}

}
