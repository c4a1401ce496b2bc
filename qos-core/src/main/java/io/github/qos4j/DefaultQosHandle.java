package io.github.qos4j;

import java.lang.System.Logger.Level;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;

import io.github.qos4j.BackendSelector.Selection;
import org.jspecify.annotations.Nullable;

/**
 * The states of a handle: how it opens and closes. {@link HandleFlows} has its flows.
 */
final class DefaultQosHandle implements QosHandle {

	/** How long the first flows wait for a backend that cannot wait. */
	private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);

	private static final System.Logger logger = System.getLogger(QosHandle.class.getName());

	private final Monitor monitor = new Monitor();

	private final Failures failures = new Failures(logger);

	private final HandleFlows flows;

	private final String name;

	private final QosVersion version;

	private final BackendSelector backends;

	private final Duration closeTimeout;

	private final Backoff backoff;

	private final Timer timer;

	private HandleState state = HandleState.OPENING;

	private Instant since;

	private @Nullable Selection selection;

	/** The thread of an attempt to open that is under way. */
	private @Nullable ExecutorService opening;

	private @Nullable QosException error;

	private @Nullable Instant nextTry;

	private int failedAttempts;

	/** Whether this handle will never be open again. */
	private boolean over;

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
		this.flows = new HandleFlows(this.monitor, profile, timer, this::flowFailed);
	}

	// Opening

	/**
	 * Begin to open, in the background.
	 */
	void open() {
		ExecutorService thread = Threads.single("qos-session-" + this.name);
		this.monitor.run(() -> {
			if (this.state == HandleState.CLOSED) {
				return;
			}
			this.opening = thread;
			thread.execute(() -> openOn(thread));
		});
	}

	private void openOn(ExecutorService thread) {
		boolean needsThread = false;
		try {
			QosBackend backend = select().backend();
			needsThread = backend.isWaiting();
			opened(backend.open(this.version), needsThread ? thread : null);
		}
		catch (Throwable ex) {
			needsThread = false;
			openFailed(Failures.of(ex));
		}
		finally {
			this.monitor.run(() -> this.opening = null);
			if (!needsThread) {
				thread.shutdown();
			}
		}
	}

	private Selection select() {
		Selection known = this.monitor.get(() -> this.selection);
		if (known != null) {
			return known;
		}
		Selection selected = this.backends.select();
		this.monitor.run(() -> {
			this.selection = selected;
			this.monitor.changed();
		});
		if (selected.refusal() != null) {
			boolean broken = selected.intended() != selected.backend();
			this.failures.log(broken ? Level.WARNING : Level.INFO, selected.refusal(),
					"QoS handle '" + this.name + "' marks nothing: " + selected.refusal().getMessage());
		}
		return selected;
	}

	private void opened(QosSession session, @Nullable ExecutorService thread) {
		SessionLane lane = new SessionLane(session, thread);
		List<Runnable> calls = this.monitor.get(() -> {
			if (this.state == HandleState.CLOSED) {
				return null;
			}
			this.failedAttempts = 0;
			this.error = null;
			enter(HandleState.OPEN);
			if (this.open != null) {
				this.open.completeAsync(() -> this);
			}
			return this.flows.attach(lane);
		});
		if (calls == null) {
			closeSession(session, List.of());
			if (thread != null) {
				thread.shutdown();
			}
			return;
		}
		this.failures.forget();
		logger.log(Level.DEBUG, () -> "QoS handle '" + this.name + "' is open");
		calls.forEach(Runnable::run);
	}

	private void openFailed(QosException failure) {
		this.monitor.run(() -> {
			if (this.state == HandleState.CLOSED) {
				return;
			}
			this.failedAttempts++;
			this.error = failure;
			enter(HandleState.UNAVAILABLE);
			if (this.selection == null) {
				// Nothing to choose from now means nothing to choose from later.
				this.over = true;
				completeOpen(failure);
			}
			else {
				Duration delay = this.backoff.delay(this.failedAttempts, ThreadLocalRandom.current()::nextDouble);
				this.nextTry = this.timer.now().plus(delay);
				this.timer.schedule(delay, this::open);
			}
		});
		warn(failure, "could not be opened, the application goes on");
	}

	private void warn(QosException failure, String what) {
		this.failures.log(Level.WARNING, failure,
				"QoS handle '" + this.name + "' " + what + ": " + failure.getMessage());
	}

	private void enter(HandleState newState) {
		this.state = newState;
		this.since = this.timer.now();
		this.nextTry = null;
		this.monitor.changed();
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
		return this.monitor.get(() -> this.state);
	}

	@Override
	public HandleStatus status() {
		return this.monitor.get(() -> {
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
		Selection selected = this.monitor.get(() -> this.selection);
		return (selected != null) ? selected.intended().service() : new ServiceStatus("none", ServiceState.UNKNOWN);
	}

	@Override
	public CompletionStage<QosHandle> whenOpen() {
		return this.monitor.get(() -> {
			CompletableFuture<QosHandle> future = this.open;
			if (future == null) {
				future = new CompletableFuture<>();
				this.open = future;
				if (this.state == HandleState.OPEN) {
					future.complete(this);
				}
				else if (this.over) {
					completeOpen(notOpenReason());
				}
			}
			return future.copy();
		});
	}

	@Override
	public void awaitOpen(Duration timeout) {
		Assert.positive(timeout, "timeout");
		this.monitor.run(() -> {
			boolean inTime = this.monitor.awaitWhile(timeout,
					() -> this.state == HandleState.OPENING || this.state == HandleState.RECOVERING);
			if (this.state != HandleState.OPEN) {
				throw notOpen(inTime ? notOpenReason() : timeout("has not opened", timeout));
			}
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
		Runnable call = this.monitor.get(() -> {
			// A backend that cannot wait is soon open, and then the first packet is
			// marked.
			this.monitor.awaitWhile(JOIN_LIMIT, () -> this.state == HandleState.OPENING
					&& (this.selection == null || !this.selection.backend().isWaiting()));
			if (this.state == HandleState.CLOSED) {
				throw new IllegalStateException("QoS handle '" + this.name + "' is closed");
			}
			return this.flows.add(flow);
		});
		call.run();
		this.flows.endSomeOfClosedSockets();
		return flow;
	}

	private void flowFailed(QosException failure) {
		this.monitor.run(() -> this.error = failure);
		warn(failure, (failure instanceof QosFlowException) ? "leaves a flow unmarked, its connection is not affected"
				: "closed a flow with a complaint");
	}

	void close(DefaultQosFlow flow) {
		this.monitor.get(() -> this.flows.end(flow)).run();
	}

	FlowState stateOf(DefaultQosFlow flow) {
		return this.monitor.get(() -> flow.state);
	}

	FlowStatus statusOf(DefaultQosFlow flow) {
		return this.monitor.get(() -> {
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

	Marking markingOf(DefaultQosFlow flow) {
		SessionFlow inForce = this.monitor.get(() -> flow.sessionFlow);
		return (inForce != null) ? inForce.marking()
				: new Marking(this.flows.dscp(flow.options), null, "the flow is " + stateOf(flow));
	}

	CompletableFuture<QosFlow> futureOf(DefaultQosFlow flow) {
		return this.monitor.get(flow::future);
	}

	void awaitActive(DefaultQosFlow flow, Duration timeout) {
		Assert.positive(timeout, "timeout");
		this.monitor.run(() -> {
			boolean inTime = this.monitor.awaitWhile(timeout, () -> flow.state == FlowState.PENDING);
			if (flow.state != FlowState.ACTIVE) {
				throw inTime ? flow.endedException()
						: flow.exception(timeout("has become active (" + statusOf(flow).reason() + ")", timeout));
			}
		});
	}

	@Override
	public List<QosFlow> flows() {
		return this.monitor.get(() -> List.copyOf(this.flows.list()));
	}

	// Closing

	@Override
	public void close() {
		List<SessionFlow> inForce = new ArrayList<>();
		Ending ending = this.monitor.get(() -> end(inForce));
		if (ending == null) {
			return;
		}
		if (ending.session() != null) {
			closeSession(ending.session(), inForce);
		}
		if (ending.thread() != null && !Threads.awaitEnd(ending.thread(), this.closeTimeout)) {
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
	private @Nullable Ending end(List<SessionFlow> inForce) {
		if (this.state == HandleState.CLOSED) {
			return null;
		}
		enter(HandleState.CLOSED);
		this.over = true;
		this.timer.close();
		completeOpen(notOpenReason());
		SessionLane last = this.flows.detach(inForce);
		if (last == null) {
			return new Ending(null, this.opening);
		}
		ExecutorService thread = last.submitLast(() -> closeSession(last.session, inForce));
		if (thread == null) {
			// Not for long: only calls that cannot wait run in threads of others.
			this.monitor.awaitWhile(this.closeTimeout, last::isBusy);
		}
		return new Ending((thread == null) ? last.session : null, thread);
	}

	private void closeSession(QosSession session, Iterable<SessionFlow> inForce) {
		try {
			session.close(inForce);
		}
		catch (Throwable ex) {
			QosException failure = Failures.of(ex);
			this.monitor.run(() -> this.error = failure);
			warn(failure, "was closed with a complaint");
		}
	}

	/**
	 * What is left to do when a handle closes.
	 *
	 * @param session the session that the closing thread has to close, or {@code null}
	 * @param thread the thread that ends by closing the session, or {@code null}
	 */
	private record Ending(@Nullable QosSession session, @Nullable ExecutorService thread) {

	}

}
