package io.github.qos4j.policy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.internal.util.Threads;
import org.jspecify.annotations.Nullable;

/**
 * Marks the connections that no integration reaches: looks through the sockets of this
 * process again and again, on a thread of its own, and marks those that a policy matches.
 * What a connection sends before the first look at it is not marked. If somebody adds a
 * flow to such a connection, that one is left alone from then on.
 * <p>
 * Looks take a 250th of one processor at most, however many sockets there are: those that
 * take long are further apart than the interval. The first look does not count, since it
 * takes long once and for all, and a tenth of a second may be taken ahead. Follows
 * changes of the marker's policies. Thread-safe.
 */
public final class ProcessMarker implements AutoCloseable {

	static final String THREAD_NAME = "qos-process";

	private static final System.Logger logger = System.getLogger(ProcessMarker.class.getName());

	/** How long closing waits for a look to end. */
	private static final long END_MILLIS = 2_000;

	private final PolicyMarker marker;

	private final Duration interval;

	/**
	 * The flows added here. A flow refers to its socket weakly, and nobody but us knows
	 * these. Used by the thread alone.
	 */
	private final Map<NativeSocket, QosFlow> flows = new HashMap<>();

	private @Nullable SocketFinder finder;

	/** What decided about the sockets that were found so far. */
	private @Nullable Object basis;

	private final List<Observer> observers = new CopyOnWriteArrayList<>();

	private boolean failed;

	private @Nullable Thread thread;

	private boolean closed;

	/**
	 * Create a marker.
	 * @param marker marks what is found
	 * @param interval the shortest time between two looks
	 * @throws IllegalArgumentException if an argument is null, or the interval is zero or
	 * negative
	 */
	public ProcessMarker(PolicyMarker marker, Duration interval) {
		this.marker = Assert.notNull(marker, "marker");
		this.interval = Assert.positive(interval, "interval");
	}

	/**
	 * Return the handle that flows are added to.
	 * @return the handle
	 */
	public QosHandle handle() {
		return this.marker.handle();
	}

	/**
	 * Add an observer of the looks from now on.
	 * @param observer the observer
	 * @throws IllegalArgumentException if the observer is null
	 */
	public void observe(Observer observer) {
		this.observers.add(Assert.notNull(observer, "observer"));
	}

	/**
	 * Begin to look, on a thread of its own. Has no effect if it was started or closed
	 * before.
	 */
	public synchronized void start() {
		if (this.thread == null && !this.closed) {
			this.thread = Threads.daemon(THREAD_NAME, this::run);
			this.thread.start();
		}
	}

	private void run() {
		try {
			boolean again = attempt() && pause(0);
			LookBudget budget = new LookBudget(System.nanoTime());
			while (again) {
				long start = processorTime();
				again = attempt();
				again = again && pause(budget.take(processorTime() - start, System.nanoTime()));
			}
		}
		finally {
			this.flows.values().forEach(QosFlow::close);
			this.flows.clear();
		}
	}

	/**
	 * Return the processor time of this thread, in nanoseconds. What it waits for a
	 * processor costs nobody anything.
	 */
	private static long processorTime() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		boolean known = threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
		return known ? threads.getCurrentThreadCpuTime() : System.nanoTime();
	}

	/**
	 * Wait for the interval, or longer.
	 * @return whether there is to be another look
	 */
	private synchronized boolean pause(long nanos) {
		long end = System.nanoTime() + Math.max(TimeUnit.NANOSECONDS.convert(this.interval), nanos);
		for (long left = end - System.nanoTime(); left > 0 && !this.closed; left = end - System.nanoTime()) {
			try {
				// Not zero, which would be for ever.
				wait(left / 1_000_000 + 1);
			}
			catch (InterruptedException ex) {
				// Nobody has a reason to. At worst a look comes early.
				break;
			}
		}
		return !this.closed;
	}

	/**
	 * Look once, whatever comes of it.
	 * @return whether another look makes sense
	 */
	private boolean attempt() {
		try {
			look();
			this.failed = false;
			return this.marker.handle().state() != HandleState.CLOSED;
		}
		catch (QosUnavailableException ex) {
			// The handle itself tells why it is not open.
			logger.log(System.Logger.Level.DEBUG, "Sockets cannot be marked yet", ex);
			return true;
		}
		catch (Throwable ex) {
			if (this.marker.handle().state() == HandleState.CLOSED) {
				return false;
			}
			if (ex instanceof QosException failure && failure.errorCase() == ErrorCase.NOT_SUPPORTED) {
				logger.log(System.Logger.Level.WARNING,
						"Connections that no integration reaches are not marked: " + failure.getMessage());
				return false;
			}
			tell(ex);
			return true;
		}
	}

	private void tell(Throwable failure) {
		logger.log(this.failed ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
				"A look through the sockets of this process has failed, and will be tried again", failure);
		this.failed = true;
	}

	/**
	 * Look once.
	 */
	void look() {
		long start = System.nanoTime();
		forgetEnded();
		if (!this.marker.policies().haveMatches()) {
			return;
		}
		Object current = this.marker.basis();
		SocketFinder known = (this.finder != null) ? this.finder : this.marker.handle().socketFinder();
		this.finder = known;
		if (!current.equals(this.basis)) {
			known.forget();
			this.basis = current;
		}
		List<NativeSocket> found = known.find();
		int marked = 0;
		for (NativeSocket socket : found) {
			marked += mark(socket) ? 1 : 0;
		}
		tellObservers(System.nanoTime() - start, found.size(), marked);
	}

	private void tellObservers(long nanos, int sockets, int marked) {
		for (Observer observer : this.observers) {
			try {
				observer.looked(nanos, sockets, marked);
			}
			catch (RuntimeException ex) {
				logger.log(System.Logger.Level.DEBUG, "An observer has thrown", ex);
			}
		}
	}

	private boolean mark(NativeSocket socket) {
		QosSocket wrapped;
		try {
			wrapped = QosSocket.of(socket);
		}
		catch (IllegalArgumentException ex) {
			// Closed since it was found. The others are found only once.
			return false;
		}
		QosFlow flow = this.marker.mark(wrapped, Endpoints.of(wrapped), null);
		if (flow != null) {
			this.flows.put(socket, flow);
		}
		return flow != null;
	}

	private void forgetEnded() {
		this.flows.entrySet().removeIf((entry) -> {
			boolean ended = !entry.getKey().isOpen() || entry.getValue().state() == FlowState.CLOSED;
			if (ended) {
				entry.getValue().close();
			}
			return ended;
		});
	}

	/**
	 * Return the flows added here that are open. Only for the thread itself, and tests.
	 */
	List<QosFlow> flows() {
		return List.copyOf(this.flows.values());
	}

	/**
	 * Stop looking, and close the flows that were added. Waits for a look that is under
	 * way, but not for long. Has no effect if already closed.
	 */
	@Override
	public void close() {
		Thread started;
		synchronized (this) {
			this.closed = true;
			notifyAll();
			started = this.thread;
			this.thread = null;
		}
		if (started != null) {
			try {
				started.join(END_MILLIS);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/**
	 * Is told of each look through the sockets: for meters. Called by the thread that
	 * looks, so it must not block. Exceptions that it throws are logged at debug level.
	 */
	@FunctionalInterface
	public interface Observer {

		/**
		 * Called after a look.
		 * @param nanos how long it took, in nanoseconds
		 * @param sockets how many sockets were compared with the policies: those that
		 * were not found before, and after a change of policies all
		 * @param marked how many of these were marked
		 */
		void looked(long nanos, int sockets, int marked);

	}

}
