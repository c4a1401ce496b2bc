package io.github.qos4j;

import java.lang.System.Logger.Level;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.github.qos4j.BackendSelector.Selection;
import org.jspecify.annotations.Nullable;

/**
 * The states of a handle and of its flows. Everything that changes is guarded by one
 * lock, which is never held during a call of a backend or a session, nor while anybody is
 * told.
 */
final class DefaultQosHandle implements QosHandle {

	/** How long the first flows wait for a backend that cannot wait. */
	private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);

	/** How often unconnected sockets are looked at. */
	private static final Duration PEER_CHECK = Duration.ofMillis(50);

	/** How many old flows are checked for closed sockets whenever one is added. */
	private static final int CHECKED_PER_ADD = 2;

	private static final System.Logger logger = System.getLogger(QosHandle.class.getName());

	private final ReentrantLock lock = new ReentrantLock();

	/** Signalled whenever the state of the handle or of a flow changes. */
	private final Condition changed = this.lock.newCondition();

	private final FlowRegistry flows = new FlowRegistry();

	private final Set<DefaultQosFlow> withoutPeer = new LinkedHashSet<>();

	private final LoggedOnce failures = new LoggedOnce(logger);

	private final String name;

	private final QosVersion version;

	private final BackendSelector backends;

	private final MarkingProfile profile;

	private final Duration closeTimeout;

	private final Backoff backoff;

	private final Timer timer;

	private HandleState state = HandleState.OPENING;

	private Instant since;

	private @Nullable Selection selection;

	/** The thread of an attempt to open that is under way. */
	private @Nullable ExecutorService opening;

	/** The session in use; not null while the handle is open. */
	private @Nullable SessionLane lane;

	private @Nullable QosException error;

	private @Nullable Instant nextTry;

	private int failedAttempts;

	/** Created when somebody waits. */
	private @Nullable CompletableFuture<QosHandle> open;

	DefaultQosHandle(String name, QosVersion version, BackendSelector backends, MarkingProfile profile,
			Duration closeTimeout, Backoff backoff, Timer timer) {
		this.name = name;
		this.version = version;
		this.backends = backends;
		this.closeTimeout = closeTimeout;
		this.backoff = backoff;
		this.timer = timer;
		this.since = timer.now();
		this.profile = profile;
	}

	// Opening

	/**
	 * Begin to open, in the background.
	 */
	void open() {
		ExecutorService thread = Threads.single("qos-session-" + this.name);
		locked(() -> {
			if (this.state == HandleState.CLOSED) {
				return;
			}
			this.opening = thread;
			thread.execute(() -> openOn(thread));
		});
	}

	private void openOn(ExecutorService thread) {
		try {
			QosBackend backend = select().backend();
			QosSession session = backend.open(this.version);
			opened(session, backend.isWaiting() ? thread : null);
		}
		catch (Throwable ex) {
			// A LinkageError as well: without native access the application still runs.
			openFailed(unavailable(ex));
		}
		finally {
			locked(() -> {
				this.opening = (this.opening == thread) ? null : this.opening;
				if (this.lane == null || !this.lane.isThreaded()) {
					thread.shutdown();
				}
			});
		}
	}

	private Selection select() {
		Selection known = locked(() -> this.selection);
		if (known != null) {
			return known;
		}
		Selection selected = this.backends.select();
		locked(() -> {
			this.selection = selected;
			this.changed.signalAll();
		});
		if (selected.refusal() != null) {
			boolean broken = selected.intended() != selected.backend();
			this.failures.log(broken ? Level.WARNING : Level.INFO, selected.refusal(),
					"QoS handle '" + this.name + "' marks nothing: " + selected.refusal().getMessage());
		}
		return selected;
	}

	private void opened(QosSession session, @Nullable ExecutorService thread) {
		List<Runnable> calls = locked(() -> {
			if (this.state == HandleState.CLOSED) {
				return null;
			}
			this.lane = new SessionLane(session, thread);
			this.failedAttempts = 0;
			this.error = null;
			enter(HandleState.OPEN);
			if (this.open != null) {
				this.open.completeAsync(() -> this);
			}
			return this.flows.list((flow) -> flow.state == FlowState.PENDING).stream().map(this::submitAdd).toList();
		});
		if (calls == null) {
			closeSession(session, List.of());
			return;
		}
		this.failures.forget();
		logger.log(Level.DEBUG, () -> "QoS handle '" + this.name + "' is open");
		calls.forEach(Runnable::run);
	}

	private void openFailed(QosException failure) {
		locked(() -> {
			if (this.state == HandleState.CLOSED) {
				return;
			}
			this.failedAttempts++;
			this.error = failure;
			enter(HandleState.UNAVAILABLE);
			if (this.selection == null) {
				// Nothing to choose from now means nothing to choose from later.
				completeOpen(failure);
			}
			else {
				Duration delay = this.backoff.delay(this.failedAttempts, ThreadLocalRandom.current()::nextDouble);
				this.nextTry = this.timer.now().plus(delay);
				this.timer.schedule(delay, this::open);
			}
		});
		this.failures.log(failure,
				"QoS handle '" + this.name + "' could not be opened, the application goes on: " + failure.getMessage());
	}

	private QosException unavailable(Throwable ex) {
		if (ex instanceof QosException failure) {
			return failure;
		}
		return new QosUnavailableException((ex instanceof LinkageError) ? ErrorCase.LIBRARY : ErrorCase.UNKNOWN,
				"QoS backend '" + status().backend() + "' failed: " + ex, null, ex);
	}

	private void enter(HandleState newState) {
		this.state = newState;
		this.since = this.timer.now();
		this.nextTry = null;
		this.changed.signalAll();
	}

	private void completeOpen(QosException failure) {
		CompletableFuture<QosHandle> future = this.open;
		if (future != null) {
			QosUnavailableException unavailable = notOpen(failure);
			future.defaultExecutor().execute(() -> future.completeExceptionally(unavailable));
		}
	}

	// What users see of the handle

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public HandleState state() {
		return locked(() -> this.state);
	}

	@Override
	public HandleStatus status() {
		return locked(() -> {
			QosException problem = this.error;
			if (problem == null && this.selection != null) {
				problem = this.selection.refusal();
			}
			boolean well = this.state == HandleState.OPEN && problem == this.error;
			return new HandleStatus(this.state, this.since, backendName(), this.version,
					(well || problem == null) ? null : problem.getMessage(), problem, this.nextTry,
					this.flows.counts());
		});
	}

	private String backendName() {
		return (this.selection != null) ? this.selection.backend().name() : this.backends.name();
	}

	@Override
	public ServiceStatus service() {
		Selection selected = locked(() -> this.selection);
		return (selected != null) ? selected.intended().service() : new ServiceStatus("none", ServiceState.UNKNOWN);
	}

	@Override
	public CompletionStage<QosHandle> whenOpen() {
		return locked(() -> {
			CompletableFuture<QosHandle> future = this.open;
			if (future == null) {
				future = new CompletableFuture<>();
				this.open = future;
				if (this.state == HandleState.OPEN) {
					future.complete(this);
				}
				else if (isOver()) {
					completeOpen(notOpenReason());
				}
			}
			return future.copy();
		});
	}

	/**
	 * Return whether this handle will never be open.
	 */
	private boolean isOver() {
		return this.state == HandleState.CLOSED
				|| (this.state == HandleState.UNAVAILABLE && this.nextTry == null && this.opening == null);
	}

	@Override
	public void awaitOpen(Duration timeout) {
		Assert.positive(timeout, "timeout");
		locked(() -> {
			boolean inTime = awaitChange(timeout,
					() -> this.state == HandleState.OPENING || this.state == HandleState.RECOVERING);
			if (this.state == HandleState.OPEN) {
				return;
			}
			throw notOpen((inTime || this.state == HandleState.UNAVAILABLE) ? notOpenReason()
					: timeout("has not opened", timeout));
		});
	}

	private QosException notOpenReason() {
		return (this.error != null && this.state != HandleState.CLOSED) ? this.error
				: new QosException(ErrorCase.CANCELLED, "it is " + this.state, null, null);
	}

	private QosUnavailableException notOpen(QosException reason) {
		return new QosUnavailableException(
				"QoS handle '" + this.name + "' (backend " + backendName() + ") is not open: " + reason.getMessage(),
				reason);
	}

	private static QosException timeout(String what, Duration timeout) {
		return new QosException(ErrorCase.TIMEOUT,
				(Thread.currentThread().isInterrupted() ? "interrupted before it " : "it ") + what + " within "
						+ timeout.toMillis() + " ms",
				null, null);
	}

	/**
	 * Wait while a condition holds. Called under the lock, which is released meanwhile.
	 * @return {@code false} if it still holds when the time is over, or if this thread is
	 * interrupted (its interrupt flag is set again)
	 */
	private boolean awaitChange(Duration timeout, Supplier<Boolean> condition) {
		long nanos = timeout.toNanos();
		while (condition.get()) {
			if (nanos <= 0) {
				return false;
			}
			try {
				nanos = this.changed.awaitNanos(nanos);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return false;
			}
		}
		return true;
	}

	// Flows

	@Override
	public QosFlow addFlow(Socket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	@Override
	public QosFlow addFlow(DatagramSocket socket, QosFlowOptions options) {
		return addFlow(QosSocket.of(socket), options);
	}

	@Override
	public QosFlow addFlow(NetworkChannel channel, QosFlowOptions options) {
		return addFlow(QosSocket.of(channel), options);
	}

	private QosFlow addFlow(QosSocket socket, QosFlowOptions options) {
		DefaultQosFlow flow = new DefaultQosFlow(this, socket, Assert.notNull(options, "options"));
		List<Runnable> calls = new ArrayList<>(1 + CHECKED_PER_ADD);
		locked(() -> {
			// A backend that cannot wait is soon open, and then the first packet is
			// marked.
			awaitChange(JOIN_LIMIT, () -> this.state == HandleState.OPENING
					&& (this.selection == null || !this.selection.backend().isWaiting()));
			if (this.state == HandleState.CLOSED) {
				throw new IllegalStateException("QoS handle '" + this.name + "' is closed");
			}
			endFlowsOfClosedSockets(calls);
			this.flows.add(flow);
			calls.add(submitAdd(flow));
		});
		calls.forEach(Runnable::run);
		return flow;
	}

	/**
	 * Submit the call that adds a flow, if the handle is open. Called under the lock.
	 */
	private Runnable submitAdd(DefaultQosFlow flow) {
		SessionLane current = this.lane;
		if (current == null || flow.adding) {
			return () -> {
			};
		}
		flow.adding = true;
		return current.submit(() -> add(current, flow));
	}

	private void add(SessionLane target, DefaultQosFlow flow) {
		SessionFlow added = null;
		QosException failure = null;
		if (locked(() -> target == this.lane && flow.state == FlowState.PENDING)) {
			try {
				added = target.session.add(flow.socket, flow.options, dscp(flow.options));
			}
			catch (Throwable ex) {
				failure = asFailure(ex);
			}
		}
		SessionFlow sessionFlow = added;
		QosException refused = failure;
		boolean wanted = locked(() -> {
			flow.adding = false;
			boolean stillWanted = target == this.lane && flow.state == FlowState.PENDING;
			if (stillWanted && sessionFlow != null) {
				flow.sessionFlow = sessionFlow;
				flow.failure = null;
				setState(flow, FlowState.ACTIVE);
			}
			else if (stillWanted && refused != null) {
				refused(flow, refused);
			}
			if (stillWanted || sessionFlow == null) {
				target.ended();
				this.changed.signalAll();
			}
			return stillWanted;
		});
		if (!wanted && sessionFlow != null) {
			remove(target, sessionFlow);
		}
		else if (refused != null && refused.errorCase() != ErrorCase.NOT_CONNECTED
				&& refused.errorCase() != ErrorCase.SOCKET_CLOSED) {
			QosFlowException report = flow.exception(refused);
			this.failures.log(refused, "A flow of QoS handle '" + this.name
					+ "' goes unmarked, its connection is not affected: " + report.getMessage());
		}
	}

	private void refused(DefaultQosFlow flow, QosException failure) {
		flow.failure = failure;
		if (failure.errorCase() == ErrorCase.NOT_CONNECTED) {
			if (this.withoutPeer.isEmpty()) {
				this.timer.schedule(PEER_CHECK, this::addConnected);
			}
			this.withoutPeer.add(flow);
			return;
		}
		if (failure.errorCase() == ErrorCase.SOCKET_CLOSED) {
			end(flow);
			return;
		}
		this.error = failure;
		setState(flow, FlowState.FAILED);
	}

	/**
	 * Add the flows whose sockets have been connected meanwhile.
	 */
	private void addConnected() {
		List<Runnable> calls = locked(() -> {
			List<DefaultQosFlow> ready = this.withoutPeer.stream()
				.filter((flow) -> flow.socket.isConnected() || !flow.socket.isOpen())
				.toList();
			ready.forEach(this.withoutPeer::remove);
			if (!this.withoutPeer.isEmpty()) {
				this.timer.schedule(PEER_CHECK, this::addConnected);
			}
			return ready.stream().map(this::submitAdd).toList();
		});
		calls.forEach(Runnable::run);
	}

	void close(DefaultQosFlow flow) {
		locked(() -> end(flow)).run();
	}

	/**
	 * End a flow. Called under the lock.
	 * @return what the calling thread has to run once it has released the lock
	 */
	private Runnable end(DefaultQosFlow flow) {
		SessionFlow sessionFlow = flow.sessionFlow;
		if (flow.state != FlowState.CLOSED) {
			this.withoutPeer.remove(flow);
			this.flows.remove(flow);
			flow.state = FlowState.CLOSED;
			flow.sessionFlow = null;
			flow.completeIfDecided();
			this.changed.signalAll();
		}
		SessionLane current = this.lane;
		if (sessionFlow == null || current == null) {
			return () -> {
			};
		}
		return current.submit(() -> remove(current, sessionFlow));
	}

	private void endFlowsOfClosedSockets(List<Runnable> calls) {
		for (int i = 0; i < CHECKED_PER_ADD; i++) {
			DefaultQosFlow old = this.flows.nextToCheck();
			if (old != null && !old.socket.isOpen()) {
				calls.add(end(old));
			}
		}
	}

	private void remove(SessionLane target, SessionFlow sessionFlow) {
		try {
			target.session.remove(sessionFlow);
		}
		catch (Throwable ex) {
			QosException failure = asFailure(ex);
			locked(() -> this.error = failure);
			this.failures.log(failure,
					"A flow of QoS handle '" + this.name + "' was closed with a complaint: " + failure.getMessage());
		}
		finally {
			locked(() -> {
				target.ended();
				this.changed.signalAll();
			});
		}
	}

	private void setState(DefaultQosFlow flow, FlowState newState) {
		this.flows.setState(flow, newState);
		flow.completeIfDecided();
		this.changed.signalAll();
	}

	private static QosException asFailure(Throwable ex) {
		return (ex instanceof QosException failure) ? failure : new QosException(
				(ex instanceof LinkageError) ? ErrorCase.LIBRARY : ErrorCase.UNKNOWN, ex.toString(), null, ex);
	}

	/**
	 * Return the code point that options come to.
	 */
	Dscp dscp(QosFlowOptions options) {
		return (options.dscp() != null) ? options.dscp() : this.profile.dscp(options.trafficType());
	}

	FlowStatus statusOf(DefaultQosFlow flow) {
		return locked(() -> {
			QosException failure = flow.failure;
			if (flow.state == FlowState.ACTIVE || flow.state == FlowState.CLOSED) {
				return new FlowStatus(flow.state, null, null);
			}
			if (failure != null) {
				return new FlowStatus(flow.state, failure.getMessage(), failure);
			}
			return new FlowStatus(flow.state, (this.state == HandleState.OPEN) ? "the flow is being added"
					: "QoS handle '" + this.name + "' is " + this.state, this.error);
		});
	}

	void awaitActive(DefaultQosFlow flow, Duration timeout) {
		Assert.positive(timeout, "timeout");
		locked(() -> {
			boolean inTime = awaitChange(timeout, () -> flow.state == FlowState.PENDING);
			if (flow.state != FlowState.ACTIVE) {
				throw inTime ? flow.endedException()
						: flow.exception(timeout("has become active (" + statusOf(flow).reason() + ")", timeout));
			}
		});
	}

	@Override
	public List<QosFlow> flows() {
		return locked(() -> List.copyOf(this.flows.list((flow) -> true)));
	}

	// Closing

	@Override
	public void close() {
		List<SessionFlow> inForce = new ArrayList<>();
		Ending ending = locked(() -> endAll(inForce));
		if (ending == null) {
			return;
		}
		boolean inTime = true;
		if (ending.lane() != null && !ending.lane().isThreaded()) {
			closeSession(ending.lane().session, inForce);
		}
		else if (ending.thread() != null) {
			inTime = Threads.awaitEnd(ending.thread(), this.closeTimeout);
		}
		if (!inTime) {
			logger.log(Level.WARNING,
					() -> "QoS handle '" + this.name + "' (backend " + backendName() + ") has not closed within "
							+ this.closeTimeout.toMillis() + " ms: a call still hangs. It is left to a daemon thread, "
							+ "which closes the native handle once the call returns");
		}
	}

	/**
	 * End this handle and all its flows, as far as that takes no native call. Called
	 * under the lock.
	 * @return what is left to do, or {@code null} if this handle was closed before
	 */
	private @Nullable Ending endAll(List<SessionFlow> inForce) {
		if (this.state == HandleState.CLOSED) {
			return null;
		}
		enter(HandleState.CLOSED);
		this.timer.close();
		for (DefaultQosFlow flow : this.flows.list((flow) -> true)) {
			if (flow.sessionFlow != null) {
				inForce.add(flow.sessionFlow);
				flow.sessionFlow = null;
			}
			end(flow);
		}
		completeOpen(notOpenReason());
		SessionLane last = this.lane;
		this.lane = null;
		if (last == null) {
			return new Ending(null, this.opening);
		}
		ExecutorService thread = last.submitLast(() -> closeSession(last.session, inForce));
		if (thread == null) {
			last.awaitRunning(this.changed);
		}
		return new Ending(last, thread);
	}

	private void closeSession(QosSession session, Iterable<SessionFlow> inForce) {
		try {
			session.close(inForce);
		}
		catch (Throwable ex) {
			QosException failure = asFailure(ex);
			locked(() -> this.error = failure);
			this.failures.log(failure,
					"QoS handle '" + this.name + "' was closed with a complaint: " + failure.getMessage());
		}
	}

	<T extends @Nullable Object> T locked(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void locked(Runnable action) {
		this.lock.lock();
		try {
			action.run();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * What is left to do when a handle closes.
	 *
	 * @param lane the session to close, or {@code null} where there was none
	 * @param thread the thread that does it, or {@code null} where the closing thread has
	 * to
	 */
	private record Ending(@Nullable SessionLane lane, @Nullable ExecutorService thread) {

	}

}
