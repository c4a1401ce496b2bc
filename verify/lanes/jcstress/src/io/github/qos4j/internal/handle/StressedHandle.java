package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.ResourceBundle;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.Marking;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;

/**
 * An open handle over sessions that keep book, small enough to be made a million times.
 * It has no threads: what its threads would do is done by whoever calls {@link #work},
 * one task of a session or of the timer at a time, so that two actors are enough to race
 * with a session.
 */
final class StressedHandle implements QosBackend {

	static final String SOUND = "sound";

	private static final DatagramChannel SOCKET = open();

	private static final QosException LOST = new QosException(ErrorCase.HANDLE_LOST, "The session is dead", null, null);

	private static final HandleSettings SETTINGS = new HandleSettings("stress", QosVersion.V1_0,
			MarkingProfile.QWAVE, Duration.ofSeconds(30), Backoff.DEFAULT, Duration.ofSeconds(30), List.of(), List.of(),
			new Silence());

	private final List<Session> sessions = new CopyOnWriteArrayList<>();

	private final List<Worker> workers = new CopyOnWriteArrayList<>();

	private final List<QosFlow> flows = new CopyOnWriteArrayList<>();

	private final AtomicInteger adds = new AtomicInteger();

	private final AtomicInteger removes = new AtomicInteger();

	private final AtomicInteger misuses = new AtomicInteger();

	private volatile String misuse = SOUND;

	final DefaultQosHandle handle = new DefaultQosHandle(SETTINGS, BackendSelector.of(this),
			new StandingTime(newWorker()), (name) -> newWorker());

	/**
	 * Create an open handle.
	 */
	StressedHandle() {
		this.handle.open();
		work();
	}

	private Worker newWorker() {
		Worker worker = new Worker();
		this.workers.add(worker);
		return worker;
	}

	private static DatagramChannel open() {
		try {
			return DatagramChannel.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Add a flow.
	 * @return the flow, or {@code null} if the handle is closed
	 */
	QosFlow add() {
		try {
			QosFlow flow = this.handle.addFlow(SOCKET, TrafficType.VOICE);
			this.flows.add(flow);
			return flow;
		}
		catch (IllegalStateException ex) {
			return null;
		}
	}

	/**
	 * Kill the sessions, as standby does, and let the handle find out.
	 */
	void lose() {
		this.sessions.forEach((session) -> session.dead = true);
		check();
	}

	/**
	 * Let the handle look whether all is well, as it does now and then.
	 */
	void check() {
		this.handle.check();
	}

	/**
	 * Do what the handle's threads have to do, as far as nobody else is at it.
	 */
	void work() {
		boolean worked = true;
		while (worked) {
			worked = false;
			for (Worker worker : this.workers) {
				worked |= worker.work();
			}
		}
	}

	/**
	 * Return what is wrong once all is done, or {@link #SOUND}.
	 */
	String verdict() {
		work();
		Session live = null;
		for (Session session : this.sessions) {
			if (session.closes.get() == 0) {
				check(live == null, "two open sessions");
				check(!session.dead, "a dead session is open");
				live = session;
			}
		}
		check((live != null) == (this.handle.state() == HandleState.OPEN), "handle is " + this.handle.state());
		check(this.handle.isQuiet(), "not at rest");
		int active = 0;
		for (QosFlow flow : this.flows) {
			active += (flow.state() == FlowState.ACTIVE) ? 1 : 0;
		}
		check(active == ((live != null) ? live.inForce() : 0), active + " active flows, not those in force");
		return this.misuse;
	}

	/**
	 * Return how many sessions there have been.
	 */
	int sessions() {
		return this.sessions.size();
	}

	/**
	 * Return how often a flow was put in force.
	 */
	int adds() {
		return this.adds.get();
	}

	/**
	 * Return how often a flow was taken out of force other than by closing its session.
	 */
	int removes() {
		return this.removes.get();
	}

	private void check(boolean condition, String complaint) {
		if (!condition && this.misuses.getAndIncrement() == 0) {
			this.misuse = complaint;
		}
	}

	@Override
	public String name() {
		return "stress";
	}

	@Override
	public Availability availability() {
		return Availability.yes();
	}

	@Override
	public boolean mayBlock() {
		return true;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		Session session = new Session();
		this.sessions.add(session);
		return session;
	}

	private final class Session implements QosSession {

		private final List<Flow> flows = new CopyOnWriteArrayList<>();

		private final AtomicInteger callers = new AtomicInteger();

		private final AtomicInteger closes = new AtomicInteger();

		private volatile boolean dead;

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			return call(() -> {
				requireAlive();
				Flow flow = new Flow();
				this.flows.add(flow);
				StressedHandle.this.adds.getAndIncrement();
				return flow;
			});
		}

		@Override
		public void remove(SessionFlow flow) {
			call(() -> {
				StressedHandle.this.check(this.flows.contains(flow), "removed a flow of another session");
				// One that is refused has not ended, and is due when the session is closed.
				requireAlive();
				StressedHandle.this.removes.getAndIncrement();
				StressedHandle.this.check(((Flow) flow).ends.getAndIncrement() == 0, "removed a flow that had ended");
				return null;
			});
		}

		@Override
		public void check(SessionFlow flow) {
			verifyAlive();
		}

		@Override
		public void verifyAlive() {
			call(() -> {
				requireAlive();
				return null;
			});
		}

		private void requireAlive() {
			if (this.dead) {
				throw LOST;
			}
		}

		@Override
		public void close(Iterable<SessionFlow> given) {
			call(() -> {
				for (SessionFlow flow : given) {
					StressedHandle.this.check(this.flows.contains(flow), "closed with a flow of another session");
					StressedHandle.this.check(((Flow) flow).ends.getAndIncrement() == 0,
							"closed with a flow that had ended");
				}
				StressedHandle.this.check(inForce() == 0, "closed without a flow that was in force");
				StressedHandle.this.check(this.closes.getAndIncrement() == 0, "closed twice");
				return null;
			});
		}

		private int inForce() {
			int inForce = 0;
			for (Flow flow : this.flows) {
				inForce += (flow.ends.get() == 0) ? 1 : 0;
			}
			return inForce;
		}

		private <T> T call(Supplier<T> function) {
			StressedHandle.this.check(this.callers.getAndIncrement() == 0, "called by two at a time");
			StressedHandle.this.check(this.closes.get() == 0, "called after close");
			try {
				return function.get();
			}
			finally {
				this.callers.decrementAndGet();
			}
		}

	}

	private static final class Flow implements SessionFlow {

		private static final Marking MARKING = new Marking(Dscp.EF, Dscp.EF, null);

		private final AtomicInteger ends = new AtomicInteger();

		@Override
		public Marking marking() {
			return MARKING;
		}

	}

	/**
	 * A thread whose work is done by others, one at a time. Whoever waits for it works.
	 */
	private static final class Worker extends AbstractExecutorService {

		private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

		private final AtomicBoolean working = new AtomicBoolean();

		private volatile boolean shutdown;

		@Override
		public void execute(Runnable task) {
			if (this.shutdown) {
				throw new RejectedExecutionException();
			}
			this.tasks.add(task);
		}

		/**
		 * Do the next task, unless somebody else is at work.
		 * @return whether there was one
		 */
		boolean work() {
			if (this.tasks.isEmpty() || !this.working.compareAndSet(false, true)) {
				return false;
			}
			try {
				Runnable task = this.tasks.poll();
				if (task != null) {
					task.run();
				}
				return task != null;
			}
			finally {
				this.working.set(false);
			}
		}

		@Override
		public void shutdown() {
			this.shutdown = true;
		}

		@Override
		public List<Runnable> shutdownNow() {
			this.shutdown = true;
			List<Runnable> never = new ArrayList<>();
			for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
				never.add(task);
			}
			return never;
		}

		@Override
		public boolean isShutdown() {
			return this.shutdown;
		}

		@Override
		public boolean isTerminated() {
			return this.shutdown && this.tasks.isEmpty() && !this.working.get();
		}

		@Override
		public boolean awaitTermination(long timeout, TimeUnit unit) {
			long end = System.nanoTime() + unit.toNanos(timeout);
			while (!isTerminated() && System.nanoTime() - end < 0) {
				if (!work()) {
					Thread.yield();
				}
			}
			return isTerminated();
		}

	}

	/**
	 * Time that stands still. Waits that end by themselves, as those between attempts to
	 * open, are over as soon as somebody works; those for calls that hang and for the
	 * next check never are.
	 */
	private static final class StandingTime implements Timer {

		private final Worker worker;

		StandingTime(Worker worker) {
			this.worker = worker;
		}

		@Override
		public Instant now() {
			return Instant.EPOCH;
		}

		@Override
		public long nanoTime() {
			return 0;
		}

		@Override
		public void schedule(Duration delay, Runnable task) {
			try {
				if (delay.compareTo(Opening.HANGING) < 0) {
					this.worker.execute(task);
				}
			}
			catch (RejectedExecutionException ex) {
				// Closed meanwhile.
			}
		}

		@Override
		public void close() {
			this.worker.shutdownNow();
		}

	}

	private static final class Silence implements System.Logger {

		@Override
		public String getName() {
			return "";
		}

		@Override
		public boolean isLoggable(Level level) {
			return false;
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String format, Object... arguments) {
		}

	}

}
