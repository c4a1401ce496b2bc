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

	/** Those whose end was refused, until the next look at the session. */
	private final Set<Tracked> endRefused = new LinkedHashSet<>();

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
				tracking.started();
			}
			return bringUpToDate(lane, tracked);
		}).run();
		return tracking;
	}

	/**
	 * Track all clients on a session that does not yet. Called for a new session and at
	 * every check.
	 */
	List<Runnable> startAll(SessionLane lane) {
		this.endRefused.forEach(this.problems::over);
		this.endRefused.clear();
		List<Runnable> calls = new ArrayList<>();
		this.clients.values().forEach((tracked) -> calls.add(bringUpToDate(lane, tracked)));
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
				if (taken == Step.STOP) {
					// Somebody may want it again.
					this.monitor.get(() -> this.session.is(lane) ? bringUpToDate(lane, tracked) : Verdicts.NOTHING)
						.run();
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
			return QosException.of(ex);
		}
	}

	private void ended(SessionLane lane, Tracked tracked) {
		tracked.busyOn = (tracked.busyOn == lane) ? null : tracked.busyOn;
		if (tracked.users.isEmpty() && tracked.busyOn == null) {
			forget(tracked);
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
		if (step == Step.STOP) {
			// It counts as ended whatever the system says.
			tracked.startedOn = null;
		}
		else if (refusal == null) {
			tracked.startedOn = lane;
			lane.prove();
			tracked.wasStarted = true;
			tracked.users.forEach(DefaultClientTracking::started);
		}
		else if (!repeated && refusal.errorCase() != ErrorCase.HANDLE_LOST) {
			tracked.users.forEach((user) -> user.refused(refusal));
			tracked.users.clear();
		}
		if (refusal == null) {
			this.problems.over(tracked.client);
			return false;
		}
		ended(lane, tracked);
		if (step == Step.STOP) {
			this.endRefused.add(tracked);
		}
		else if (!repeated || tracked.users.isEmpty()) {
			return false;
		}
		this.problems.begin((step == Step.STOP) ? tracked : tracked.client, refusal);
		return true;
	}

	private void forget(Tracked tracked) {
		this.clients.remove(tracked.client, tracked);
		this.problems.over(tracked.client);
	}

	private Runnable stop(DefaultClientTracking tracking) {
		Tracked tracked = this.clients.get(tracking.client);
		if (tracked == null || !tracked.users.remove(tracking) || !tracked.users.isEmpty()) {
			return Verdicts.NOTHING;
		}
		SessionLane lane = this.session.get();
		Runnable call = (lane != null) ? bringUpToDate(lane, tracked) : Verdicts.NOTHING;
		if (lane == null || tracked.busyOn == null) {
			forget(tracked);
		}
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
