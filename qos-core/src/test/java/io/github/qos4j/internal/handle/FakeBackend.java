package io.github.qos4j.internal.handle;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.Marking;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.Subscription;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.spi.SystemListener;
import org.jspecify.annotations.Nullable;

/**
 * A backend whose sessions do as they are told and check that they are used as promised.
 */
public class FakeBackend implements QosBackend {

	final List<FakeSession> sessions = new CopyOnWriteArrayList<>();

	final AtomicInteger attempts = new AtomicInteger();

	final AtomicInteger adds = new AtomicInteger();

	/** What went against the promises that a handle makes to a session. */
	final List<String> misuse = new CopyOnWriteArrayList<>();

	private final boolean waiting;

	/** Answers attempts to open, by their number from 1. */
	volatile Function<Integer, @Nullable QosException> onOpen = (attempt) -> null;

	/** Answers adds. */
	volatile Function<QosSocket, @Nullable QosException> onAdd = (socket) -> null;

	/** Answers changes. */
	volatile Function<QosFlowOptions, @Nullable QosException> onChange = (options) -> null;

	/** Answers sockets that join. */
	volatile Function<QosSocket, @Nullable QosException> onJoin = (socket) -> null;

	/** Answers questions. */
	volatile @Nullable QosException onAsk;

	/** Answers waits for conditions. */
	volatile Function<FlowCondition, @Nullable QosException> onArm = (condition) -> null;

	/** Answers the tracking of clients. */
	volatile Function<InetAddress, @Nullable QosException> onTrack = (client) -> null;

	/** Answers checks of flows that are in force. */
	volatile Function<QosSocket, @Nullable QosException> onCheck = (socket) -> null;

	/**
	 * Answers removals. A flow whose removal is refused stays in force, unless it is
	 * {@link ErrorCase#NOT_FOUND}.
	 */
	volatile Function<QosSocket, @Nullable QosException> onRemove = (socket) -> null;

	/** Answers the unmarking of flows. */
	volatile Function<QosSocket, @Nullable QosException> onUnmark = (socket) -> null;

	/** Told of each call on a session but the last, while it is under way. */
	volatile Consumer<FakeSession> onCall = (session) -> {
	};

	/** Told what has been taken, by an add or by a change. */
	volatile Consumer<QosFlowOptions> onTaken = (options) -> {
	};

	volatile @Nullable QosException onClose;

	/**
	 * Whether each socket has one flow at most, so that a flow may be added again only
	 * once its removal was tried.
	 */
	volatile boolean checkAdds;

	/**
	 * Whether sessions can be opened but answer everything with
	 * {@link ErrorCase#HANDLE_LOST}.
	 */
	volatile boolean dead;

	/** How many sessions were opened. */
	final AtomicInteger opened = new AtomicInteger();

	/** Whether sessions insist on a thread of their own. */
	volatile boolean checkThreads = true;

	volatile ServiceState service = ServiceState.RUNNING;

	final Set<ServiceState> serviceAnswers = ConcurrentHashMap.newKeySet();

	volatile @Nullable SystemListener listener;

	volatile CountDownLatch openGate = new CountDownLatch(0);

	volatile CountDownLatch addGate = new CountDownLatch(0);

	volatile CountDownLatch removeGate = new CountDownLatch(0);

	public volatile Availability availability = Availability.yes();

	public FakeBackend(boolean waiting) {
		this.waiting = waiting;
	}

	public static FakeBackend waiting() {
		return new FakeBackend(true);
	}

	public static FakeBackend direct() {
		return new FakeBackend(false);
	}

	public static QosException failure(int code, ErrorCase errorCase) {
		return failure("Fake", code, errorCase);
	}

	static QosException failure(String operation, int code, ErrorCase errorCase) {
		return new QosException(new NativeError(operation, code, "FAKE", errorCase, "Do something about it"));
	}

	@Override
	public String name() {
		return "fake";
	}

	@Override
	public Availability availability() {
		return this.availability;
	}

	@Override
	public boolean mayBlock() {
		return this.waiting;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		int attempt = this.attempts.incrementAndGet();
		await(this.openGate);
		QosException failure = this.onOpen.apply(attempt);
		if (failure != null) {
			throw failure;
		}
		FakeSession session = new FakeSession();
		this.sessions.add(session);
		this.opened.incrementAndGet();
		return session;
	}

	@Override
	public ServiceStatus queryServiceStatus() {
		ServiceState answer = this.service;
		this.serviceAnswers.add(answer);
		return new ServiceStatus("FAKE", answer);
	}

	@Override
	public Subscription watch(SystemListener newListener) {
		this.listener = newListener;
		return () -> this.listener = null;
	}

	/**
	 * Return the session that was opened last.
	 */
	FakeSession session() {
		return this.sessions.get(this.sessions.size() - 1);
	}

	/**
	 * Do as standby does: kill all sessions and their flows, and tell nobody.
	 */
	void killSessions() {
		this.sessions.forEach(FakeSession::kill);
	}

	/**
	 * Do as a system does that has come back from standby only by half: kill all
	 * sessions, and open others that are dead as well.
	 */
	void die() {
		this.dead = true;
		killSessions();
	}

	/**
	 * Let the system be well again.
	 * @param sessionsToo whether sessions that were opened meanwhile come to life
	 */
	void recover(boolean sessionsToo) {
		if (!sessionsToo) {
			killSessions();
		}
		this.dead = false;
	}

	long open() {
		return this.sessions.stream().filter((session) -> !session.closed).count();
	}

	private static void await(CountDownLatch gate) {
		boolean interrupted = false;
		while (true) {
			try {
				gate.await();
				break;
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * A session that keeps book.
	 */
	final class FakeSession implements QosSession {

		final Set<SessionFlow> inForce = new LinkedHashSet<>();

		final ConcurrentHashMap<SessionFlow, QosSocket> sockets = new ConcurrentHashMap<>();

		/** Flows of which a removal was tried. */
		private final Set<SessionFlow> removals = ConcurrentHashMap.newKeySet();

		/** Flows that have lost their mark but could not be removed. */
		final Set<SessionFlow> unmarked = ConcurrentHashMap.newKeySet();

		/** What flows ask for. */
		final ConcurrentHashMap<SessionFlow, QosFlowOptions> options = new ConcurrentHashMap<>();

		/** Further sockets. */
		final List<QosSocket> joined = new CopyOnWriteArrayList<>();

		/** Waits for conditions that have not completed. */
		final List<FakeWait> waits = new CopyOnWriteArrayList<>();

		final List<InetAddress> tracked = new CopyOnWriteArrayList<>();

		private final AtomicInteger callers = new AtomicInteger();

		private volatile @Nullable Thread thread;

		volatile boolean closed;

		/** Answers everything with {@link ErrorCase#HANDLE_LOST} and has no flows. */
		volatile boolean dead;

		void kill() {
			synchronized (this.inForce) {
				this.dead = true;
				this.inForce.clear();
			}
		}

		/**
		 * Drop a flow and tell nobody.
		 */
		void drop(QosSocket socket) {
			synchronized (this.inForce) {
				this.inForce.removeIf((flow) -> this.sockets.get(flow) == socket);
			}
		}

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			enter();
			FakeBackend.this.adds.incrementAndGet();
			try {
				await(FakeBackend.this.addGate);
				requireAlive();
				QosException failure = FakeBackend.this.onAdd.apply(socket);
				requireAlive();
				if (failure != null) {
					throw failure;
				}
				check(!FakeBackend.this.checkAdds || !isHeldBy(socket),
						"a flow was added again before its removal was tried");
				Marking marking = new Marking(dscp, dscp, null);
				SessionFlow flow = new SessionFlow() {

					@Override
					public Marking marking() {
						return marking;
					}

				};
				this.sockets.put(flow, socket);
				this.options.put(flow, options);
				synchronized (this.inForce) {
					requireAlive();
					this.inForce.add(flow);
				}
				FakeBackend.this.onTaken.accept(options);
				return flow;
			}
			finally {
				this.callers.decrementAndGet();
			}
		}

		@Override
		public void change(SessionFlow flow, QosFlowOptions newOptions, Dscp dscp) {
			call(flow, () -> {
				answer(FakeBackend.this.onChange.apply(newOptions));
				this.options.put(flow, newOptions);
				FakeBackend.this.onTaken.accept(newOptions);
				return newOptions;
			});
		}

		@Override
		public void join(SessionFlow flow, QosSocket socket) {
			call(flow, () -> {
				answer(FakeBackend.this.onJoin.apply(socket));
				this.joined.add(socket);
				return socket;
			});
		}

		@Override
		public OptionalLong outgoingRate(SessionFlow flow) {
			return call(flow, () -> {
				await(FakeBackend.this.addGate);
				answer(FakeBackend.this.onAsk);
				FlowRate rate = this.options.get(flow).rate();
				return (rate != null) ? OptionalLong.of(rate.bitsPerSecond()) : OptionalLong.empty();
			});
		}

		@Override
		public PendingCondition arm(SessionFlow flow, FlowCondition condition,
				Consumer<@Nullable QosException> completion) {
			return call(flow, () -> {
				answer(FakeBackend.this.onArm.apply(condition));
				FakeWait wait = new FakeWait(this, flow, condition, completion);
				check(this.waits.stream()
					.noneMatch((other) -> other.flow == flow && other.condition.kind() == condition.kind()),
						"two waits of a kind for a flow");
				this.waits.add(wait);
				return wait;
			});
		}

		@Override
		public List<Long> flowIds() {
			return call(null, () -> {
				answer(FakeBackend.this.onAsk);
				return List.of(1L, 0xFFFFFFFEL);
			});
		}

		@Override
		public void startTracking(InetAddress client) {
			call(null, () -> {
				answer(FakeBackend.this.onTrack.apply(client));
				check(!this.tracked.contains(client), "a client is tracked twice");
				this.tracked.add(client);
				return client;
			});
		}

		@Override
		public void stopTracking(InetAddress client) {
			call(null, () -> {
				check(this.tracked.remove(client), "a client is not tracked");
				return client;
			});
		}

		private <T> T call(@Nullable SessionFlow flow, Supplier<T> action) {
			enter();
			try {
				requireAlive();
				synchronized (this.inForce) {
					if (flow != null && !this.inForce.contains(flow)) {
						throw failure(1168, ErrorCase.NOT_FOUND);
					}
				}
				return action.get();
			}
			finally {
				this.callers.decrementAndGet();
			}
		}

		private void answer(@Nullable QosException failure) {
			if (failure != null) {
				throw failure;
			}
		}

		/**
		 * Complete all waits for a kind of condition.
		 * @return how many there were
		 */
		int fire(FlowCondition.Kind kind) {
			List<FakeWait> fired = this.waits.stream().filter((wait) -> wait.condition.kind() == kind).toList();
			fired.forEach((wait) -> wait.complete(null));
			return fired.size();
		}

		/**
		 * Return what kinds of conditions are waited for.
		 */
		List<FlowCondition.Kind> waitedFor() {
			return this.waits.stream().map((wait) -> wait.condition.kind()).sorted().toList();
		}

		@Override
		public void remove(SessionFlow flow) {
			enter();
			try {
				await(FakeBackend.this.removeGate);
				requireAlive();
				QosSocket socket = this.sockets.get(flow);
				check(socket != null, "a flow was removed twice");
				QosException failure = (socket != null) ? FakeBackend.this.onRemove.apply(socket) : null;
				synchronized (this.inForce) {
					requireAlive();
					this.removals.add(flow);
					if (failure != null && failure.errorCase() != ErrorCase.NOT_FOUND) {
						throw failure;
					}
					this.sockets.remove(flow);
					boolean known = this.inForce.remove(flow) | this.unmarked.remove(flow);
					answer(known ? failure : failure(1168, ErrorCase.NOT_FOUND));
				}
			}
			finally {
				this.callers.decrementAndGet();
			}
		}

		@Override
		public void unmark(SessionFlow flow) {
			call(flow, () -> {
				check(this.removals.contains(flow), "a flow was unmarked that nobody tried to remove");
				answer(FakeBackend.this.onUnmark.apply(this.sockets.get(flow)));
				synchronized (this.inForce) {
					this.inForce.remove(flow);
				}
				this.unmarked.add(flow);
				return flow;
			});
		}

		/**
		 * Return whether a flow of a socket is in force that nobody tried to remove.
		 */
		private boolean isHeldBy(QosSocket socket) {
			synchronized (this.inForce) {
				return this.inForce.stream()
					.anyMatch((flow) -> this.sockets.get(flow) == socket && !this.removals.contains(flow));
			}
		}

		@Override
		public void check(SessionFlow flow) {
			enter();
			try {
				requireAlive();
				synchronized (this.inForce) {
					if (!this.inForce.contains(flow)) {
						throw failure(1168, ErrorCase.NOT_FOUND);
					}
				}
				answer(FakeBackend.this.onCheck.apply(this.sockets.get(flow)));
			}
			finally {
				this.callers.decrementAndGet();
			}
		}

		@Override
		public void verifyAlive() {
			enter();
			try {
				requireAlive();
			}
			finally {
				this.callers.decrementAndGet();
			}
		}

		private void requireAlive() {
			if (this.dead || FakeBackend.this.dead) {
				throw failure(1164, ErrorCase.HANDLE_LOST);
			}
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
			begin();
			check(this.callers.get() == 1, "closed while another call was under way");
			check(!this.closed, "closed twice");
			this.closed = true;
			this.waits.forEach(FakeWait::cancel);
			List<SessionFlow> given = new ArrayList<>();
			flows.forEach(given::add);
			synchronized (this.inForce) {
				check(this.dead || FakeBackend.this.dead || given.containsAll(this.inForce),
						"closed with " + given.size() + " flows, not the " + this.inForce.size() + " in force");
				this.inForce.clear();
			}
			this.callers.decrementAndGet();
			if (FakeBackend.this.onClose != null) {
				throw FakeBackend.this.onClose;
			}
		}

		private void enter() {
			begin();
			FakeBackend.this.onCall.accept(this);
		}

		private void begin() {
			int together = this.callers.incrementAndGet();
			check(!this.closed, "called after close");
			if (FakeBackend.this.waiting) {
				check(together == 1, "called by two threads at a time");
				Thread first = this.thread;
				this.thread = Thread.currentThread();
				check(first == null || first == this.thread || !FakeBackend.this.checkThreads,
						"called by a second thread");
			}
		}

		private void check(boolean condition, String complaint) {
			if (!condition) {
				FakeBackend.this.misuse.add(complaint);
			}
		}

		/**
		 * Return the Java sockets whose flows are in force.
		 */
		List<Object> socketsInForce() {
			synchronized (this.inForce) {
				return this.inForce.stream().<Object>map((flow) -> this.sockets.get(flow).get()).toList();
			}
		}

		int flows() {
			synchronized (this.inForce) {
				return this.inForce.size();
			}
		}

	}

	/**
	 * A wait for a condition.
	 */
	record FakeWait(FakeSession session, SessionFlow flow, FlowCondition condition,
			Consumer<@Nullable QosException> completion) implements PendingCondition {

		void complete(@Nullable QosException result) {
			if (this.session.waits.remove(this)) {
				this.completion.accept(result);
			}
		}

		@Override
		public void cancel() {
			complete(failure(995, ErrorCase.CANCELLED));
		}

	}

}
