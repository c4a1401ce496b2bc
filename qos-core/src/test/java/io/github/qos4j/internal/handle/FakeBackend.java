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

	volatile @Nullable QosException onRemove;

	volatile @Nullable QosException onClose;

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
		return new QosException(new NativeError("Fake", code, "FAKE", errorCase, "Do something about it"));
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
				synchronized (this.inForce) {
					requireAlive();
					check(this.sockets.remove(flow) != null, "a flow was removed twice");
					if (!this.inForce.remove(flow)) {
						throw failure(1168, ErrorCase.NOT_FOUND);
					}
				}
				if (FakeBackend.this.onRemove != null) {
					throw FakeBackend.this.onRemove;
				}
			}
			finally {
				this.callers.decrementAndGet();
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
			if (this.dead) {
				throw failure(1164, ErrorCase.HANDLE_LOST);
			}
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
			enter();
			check(this.callers.get() == 1, "closed while another call was under way");
			check(!this.closed, "closed twice");
			this.closed = true;
			this.waits.forEach(FakeWait::cancel);
			List<SessionFlow> given = new ArrayList<>();
			flows.forEach(given::add);
			synchronized (this.inForce) {
				check(this.dead || given.containsAll(this.inForce),
						"closed with " + given.size() + " flows, not the " + this.inForce.size() + " in force");
				this.inForce.clear();
			}
			this.callers.decrementAndGet();
			if (FakeBackend.this.onClose != null) {
				throw FakeBackend.this.onClose;
			}
		}

		private void enter() {
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
