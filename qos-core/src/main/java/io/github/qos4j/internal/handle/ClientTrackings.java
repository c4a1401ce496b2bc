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
 * and again by each session. Methods are called under the handle's lock unless they say
 * otherwise; calls that they return have to be run after it is released.
 */
final class ClientTrackings {

	private final Map<InetAddress, Tracked> clients = new LinkedHashMap<>();

	private final Monitor monitor;

	private final HandleFlows flows;

	ClientTrackings(Monitor monitor, HandleFlows flows) {
		this.monitor = monitor;
		this.flows = flows;
	}

	/**
	 * Track a client. Not called under the lock.
	 */
	ClientTracking track(InetAddress client) {
		DefaultClientTracking tracking = new DefaultClientTracking(client);
		this.monitor.get(() -> {
			SessionLane lane = this.flows.requireLane();
			Tracked tracked = this.clients.computeIfAbsent(client, Tracked::new);
			tracked.users.add(tracking);
			if (tracked.startedOn == lane) {
				tracking.started();
			}
			return start(lane, tracked);
		}).run();
		return tracking;
	}

	/**
	 * Track all clients on a session that does not yet.
	 */
	List<Runnable> startAll(SessionLane lane) {
		List<Runnable> calls = new ArrayList<>();
		this.clients.values().forEach((tracked) -> calls.add(start(lane, tracked)));
		return calls;
	}

	private Runnable start(SessionLane lane, Tracked tracked) {
		if (tracked.startedOn == lane || tracked.startingOn == lane) {
			return HandleFlows.NOTHING;
		}
		tracked.startingOn = lane;
		return lane.submit(() -> callStart(lane, tracked));
	}

	private void callStart(SessionLane lane, Tracked tracked) {
		QosException failure = null;
		boolean wanted = this.monitor.get(() -> lane == this.flows.lane() && !tracked.users.isEmpty());
		if (wanted) {
			try {
				lane.session.startTracking(tracked.client);
			}
			catch (Throwable ex) {
				failure = QosException.of(ex);
			}
		}
		QosException refusal = failure;
		boolean repeated = this.monitor.get(() -> {
			tracked.startingOn = (tracked.startingOn == lane) ? null : tracked.startingOn;
			if (wanted && refusal == null) {
				tracked.startedOn = lane;
				tracked.wasStarted = true;
				tracked.users.forEach(DefaultClientTracking::started);
			}
			else if (refusal != null && !tracked.wasStarted && refusal.errorCase() != ErrorCase.HANDLE_LOST) {
				tracked.users.forEach((user) -> user.refused(refusal));
				tracked.users.clear();
				this.clients.remove(tracked.client, tracked);
			}
			return tracked.wasStarted;
		});
		if (refusal == null) {
			this.flows.callEnded(lane);
			return;
		}
		this.flows.callFailed(lane, null, refusal);
		if (repeated) {
			// It was tracked before, so nobody waits for the answer.
			this.flows.complain(refusal);
		}
	}

	private Runnable stop(DefaultClientTracking tracking) {
		Tracked tracked = this.clients.get(tracking.client);
		if (tracked == null || !tracked.users.remove(tracking) || !tracked.users.isEmpty()) {
			return HandleFlows.NOTHING;
		}
		this.clients.remove(tracking.client);
		SessionLane lane = this.flows.lane();
		return (lane != null) ? lane.submit(() -> callStop(lane, tracked)) : HandleFlows.NOTHING;
	}

	private void callStop(SessionLane lane, Tracked tracked) {
		QosException failure = stop(lane, tracked);
		if (failure == null) {
			this.flows.callEnded(lane);
			return;
		}
		this.flows.callFailed(lane, null, failure);
		this.flows.complain(failure);
	}

	private @Nullable QosException stop(SessionLane lane, Tracked tracked) {
		try {
			if (this.monitor.get(() -> tracked.startedOn == lane)) {
				lane.session.stopTracking(tracked.client);
			}
			return null;
		}
		catch (Throwable ex) {
			return QosException.of(ex);
		}
	}

	/**
	 * End all trackings.
	 * @return what stops those of the session in use, to be called as a call of that
	 * session
	 */
	Runnable end() {
		SessionLane lane = this.flows.lane();
		List<Tracked> last = List.copyOf(this.clients.values());
		this.clients.clear();
		QosException closed = new QosException(ErrorCase.CANCELLED, "The handle is closed", null, null);
		last.forEach((tracked) -> tracked.users.forEach((user) -> user.refused(closed)));
		return (lane != null) ? () -> last.forEach((tracked) -> stop(lane, tracked)) : HandleFlows.NOTHING;
	}

	/**
	 * A client, and those who want it tracked.
	 */
	private static final class Tracked {

		final InetAddress client;

		final Set<DefaultClientTracking> users = new LinkedHashSet<>();

		/** The session that tracks it. */
		@Nullable SessionLane startedOn;

		/** The session that is about to. */
		@Nullable SessionLane startingOn;

		/** Whether any session did. */
		boolean wasStarted;

		Tracked(InetAddress client) {
			this.client = client;
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
