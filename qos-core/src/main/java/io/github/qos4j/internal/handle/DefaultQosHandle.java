package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.QwaveFeatures;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.backend.BackendSelector.Selection;
import io.github.qos4j.internal.handle.Events.Recipient;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import org.jspecify.annotations.Nullable;

/**
 * The states of a handle: how it opens, is opened again after it was lost, and closes.
 * {@link HandleFlows} has its flows, {@link Watch} finds out that it is lost.
 */
final class DefaultQosHandle implements QosHandle, QwaveFeatures, HandleFlows.Owner {

	/**
	 * For how long after this handle was created flows wait for a backend that cannot
	 * wait.
	 */
	private static final Duration JOIN_LIMIT = Duration.ofSeconds(10);

	/** How long the network may take after the system has come back from standby. */
	private static final Duration NETWORK_SETTLES = Duration.ofMinutes(1);

	/**
	 * How many sessions and attempts to open may hang at a time before nothing further is
	 * opened: each holds a thread that nothing can end.
	 */
	static final int MOST_HANGING = 3;

	private final Monitor monitor = new Monitor();

	/** As {@link System#nanoTime()}. */
	private final long created = System.nanoTime();

	private final System.Logger logger;

	private final Failures failures;

	private final HandleSettings settings;

	private final BackendSelector backends;

	private final Timer timer;

	private final Function<String, ExecutorService> threads;

	private final HandleFlows flows;

	private final Questions questions;

	private final Events events;

	private final Watch watch;

	private HandleState state = HandleState.OPENING;

	private Instant since;

	private @Nullable Selection selection;

	/** The thread of the attempt to open that is under way. */
	private @Nullable ExecutorService opening;

	/** Threads of attempts to open that were given up and have not ended yet. */
	private final Set<ExecutorService> givenUp = new HashSet<>();

	/** Sessions that are used no longer and have not been closed yet. */
	private final Set<SessionLane> closing = new HashSet<>();

	private @Nullable QosException error;

	private @Nullable Instant nextTry;

	private int failedAttempts;

	/** Attempts to open so far. */
	private int openings;

	/**
	 * Whether it was logged that this handle is lost, so that its return is logged too.
	 */
	private boolean lossLogged;

	private Instant networkSettled = Instant.MIN;

	/** Whether this handle will never be open again. */
	private boolean over;

	/** Created when somebody waits. */
	private @Nullable CompletableFuture<QosHandle> open;

	DefaultQosHandle(HandleSettings settings, BackendSelector backends, Timer timer) {
		this(settings, backends, timer, Threads::single);
	}

	/**
	 * Create a handle that is not open.
	 * @param threads creates an executor with one thread of the given name
	 */
	DefaultQosHandle(HandleSettings settings, BackendSelector backends, Timer timer,
			Function<String, ExecutorService> threads) {
		this.threads = threads;
		this.settings = settings;
		this.logger = settings.logger();
		this.failures = new Failures(this.logger);
		this.backends = backends;
		this.timer = timer;
		this.since = timer.now();
		this.flows = new HandleFlows(this.monitor, settings, timer, this);
		this.questions = new Questions(this.monitor, this.flows);
		this.events = new Events(settings.name(), settings.listeners());
		this.watch = new Watch(this, settings, timer, threads);
	}

	// Opening

	/**
	 * Begin to open, in the background, unless that is under way.
	 */
	void open() {
		this.monitor.run(() -> {
			boolean wanted = this.state != HandleState.CLOSED && this.state != HandleState.OPEN;
			if (!wanted || this.opening != null) {
				return;
			}
			this.nextTry = null;
			if (hanging() < MOST_HANGING) {
				ExecutorService thread = this.threads.apply("qos-session-" + name());
				int attempt = ++this.openings;
				this.opening = thread;
				try {
					this.timer.schedule(Watch.HANGING, () -> giveUp(attempt));
					thread.execute(() -> openOn(thread));
				}
				catch (Throwable ex) {
					// No thread to be had. There may be one later.
					this.opening = null;
					openLater();
				}
			}
		});
	}

	/**
	 * Return whether an attempt to open still counts: it has not been given up, and this
	 * handle has not been closed. Called under the lock.
	 */
	private boolean isUnderWay(ExecutorService thread) {
		return this.opening == thread && this.state != HandleState.CLOSED;
	}

	/**
	 * Return how many threads calls hold that nobody waits for any longer. Called under
	 * the lock.
	 */
	private int hanging() {
		return this.givenUp.size() + this.closing.size();
	}

	private void openOn(ExecutorService thread) {
		boolean keepsThread = false;
		try {
			QosBackend backend = select().backend();
			if (this.monitor.get(() -> isUnderWay(thread))) {
				QosSession session = backend.open(this.settings.session());
				keepsThread = opened(thread, new SessionLane(session, backend.mayBlock() ? thread : null, this.timer));
			}
		}
		catch (Throwable ex) {
			openFailed(thread, QosException.of(ex));
		}
		finally {
			if (!keepsThread) {
				thread.shutdown();
			}
			noLongerHangs(() -> attemptEnded(thread));
		}
	}

	private void attemptEnded(ExecutorService thread) {
		this.givenUp.remove(thread);
		if (this.opening == thread) {
			// Too late: this handle has been closed.
			this.opening = null;
		}
	}

	private Selection select() {
		Selection known = this.monitor.get(() -> this.selection);
		if (known != null) {
			return known;
		}
		Selection selected = this.backends.select();
		boolean first = this.monitor.get(() -> {
			if (this.selection != null) {
				return false;
			}
			this.selection = selected;
			this.monitor.changed();
			return true;
		});
		if (first) {
			this.watch.begin(selected);
			logSelection(selected);
		}
		return selected;
	}

	private void logSelection(Selection selected) {
		this.backends.loadFailures()
			.forEach((failure) -> this.logger.log(Level.WARNING, "A QoS backend that cannot be loaded is left out",
					failure));
		if (selected.refusal() != null) {
			boolean broken = selected.intended() != selected.backend();
			this.failures.log(broken ? Level.WARNING : Level.INFO, selected.refusal(),
					"QoS handle '" + name() + "' marks nothing: " + selected.refusal().getMessage());
		}
	}

	/**
	 * Use a session, or close it if it comes too late.
	 * @return whether it needs its thread
	 */
	private boolean opened(ExecutorService thread, SessionLane lane) {
		List<Runnable> calls;
		try {
			calls = this.monitor.get(() -> isUnderWay(thread) ? use(lane) : null);
		}
		catch (Throwable ex) {
			// Opening has not failed, there is a session to close.
			lose(lane, QosException.of(ex), () -> this.monitor.run(this::openLater));
			return false;
		}
		if (calls == null) {
			closeSession(lane.session, List.of());
			return false;
		}
		calls.forEach(Runnable::run);
		return lane.isThreaded();
	}

	/**
	 * Use a session from now on. Called under the lock.
	 * @return what the calling thread has to run once it has released the lock
	 */
	private List<Runnable> use(SessionLane lane) {
		this.opening = null;
		List<Runnable> calls = new ArrayList<>(this.flows.attach(lane));
		Runnable report = reportOf(this.lossLogged, this.since);
		calls.add(lane.submit(() -> end(lane, report)));
		this.lossLogged = false;
		this.failedAttempts = 0;
		if (this.flows.counts().failed() == 0) {
			this.error = null;
		}
		enter(HandleState.OPEN);
		if (this.open != null) {
			this.open.completeAsync(() -> this);
			this.open = null;
		}
		return calls;
	}

	/**
	 * Return what tells that this handle is open, once the flows that have waited for it
	 * have been added.
	 */
	private Runnable reportOf(boolean again, Instant lostAt) {
		return () -> {
			if (again) {
				FlowCounts counts = status().flows();
				this.logger.log(Level.INFO,
						"QoS handle ''{0}'' is back after {1} ms, with {2} flows in force, {3} pending, {4} failed",
						name(), Duration.between(lostAt, this.timer.now()).toMillis(), counts.active(),
						counts.pending(), counts.failed());
			}
			else {
				logOpen();
			}
		};
	}

	/**
	 * Log that there is QoS now, unless it was logged that nothing is marked.
	 */
	private void logOpen() {
		Selection selected = this.monitor.get(() -> this.selection);
		Level level = (selected != null && selected.refusal() == null) ? Level.INFO : Level.DEBUG;
		this.logger.log(level,
				() -> "QoS handle '" + name() + "' is open: backend " + backendName() + (backendName().equals("none")
						? ", which marks nothing" : ", marking profile " + this.settings.profile()));
	}

	private void end(SessionLane lane, Runnable lastAction) {
		lastAction.run();
		this.monitor.run(() -> {
			lane.ended();
			this.monitor.changed();
		});
	}

	private void openFailed(ExecutorService thread, QosException failure) {
		boolean counts = this.monitor.get(() -> {
			if (!isUnderWay(thread)) {
				return false;
			}
			// Nothing to choose from now means nothing to choose from later.
			this.over = this.selection == null;
			notOpened(failure);
			return true;
		});
		if (counts) {
			warnNotOpened(failure);
		}
	}

	/**
	 * Give up on an attempt to open that is still under way. Its thread is left to it,
	 * and a session that it brings after all is closed.
	 */
	private void giveUp(int attempt) {
		QosException failure = new QosException(ErrorCase.TIMEOUT,
				"A native call to open has not returned for " + Watch.HANGING, null, null);
		boolean hangs = this.monitor.get(() -> {
			ExecutorService thread = this.opening;
			if (thread == null || attempt != this.openings || this.state == HandleState.CLOSED) {
				return false;
			}
			this.givenUp.add(thread);
			notOpened(failure);
			return true;
		});
		if (hangs) {
			warnNotOpened(failure);
		}
	}

	/**
	 * Note that the attempt under way has failed. Called under the lock.
	 */
	private void notOpened(QosException failure) {
		this.opening = null;
		this.error = failure;
		if (this.state != HandleState.RECOVERING) {
			enter(HandleState.UNAVAILABLE);
		}
		if (this.over) {
			completeOpen(failure);
		}
		else {
			openLater();
		}
	}

	private void warnNotOpened(QosException failure) {
		warn(failure,
				this.monitor.get(() -> this.over) ? "cannot be opened" : "could not be opened and is tried again");
	}

	/**
	 * Try again later, unless there has been another attempt by then. Called under the
	 * lock.
	 */
	private void openLater() {
		this.failedAttempts++;
		Duration delay = this.settings.backoff().delay(this.failedAttempts, ThreadLocalRandom.current()::nextDouble);
		this.nextTry = this.timer.now().plus(delay);
		int last = this.openings;
		this.timer.schedule(delay, () -> {
			if (this.monitor.get(() -> this.openings == last)) {
				open();
			}
		});
	}

	private void warn(QosException failure, String what) {
		this.failures.log(Level.WARNING, failure, "QoS handle '" + name() + "' " + what + ": " + failure.getMessage());
	}

	private void enter(HandleState newState) {
		this.state = newState;
		this.since = this.timer.now();
		this.nextTry = null;
		this.monitor.changed();
		if (this.events.isHeard()) {
			HandleStatus status = status();
			this.events.tell((listener) -> listener.handleChanged(this, status));
		}
	}

	private void completeOpen(QosException failure) {
		CompletableFuture<QosHandle> future = this.open;
		if (future != null) {
			QosUnavailableException unavailable = notOpen(failure);
			future.defaultExecutor().execute(() -> future.completeExceptionally(unavailable));
		}
	}

	// Recovering

	@Override
	public void lost(SessionLane lane, QosException failure) {
		lose(lane, failure, this::open);
	}

	private void lose(SessionLane lane, QosException failure, Runnable next) {
		Runnable recovery = this.monitor.get(() -> {
			if (this.flows.lane() != lane) {
				return null;
			}
			List<SessionFlow> inForce = new ArrayList<>();
			this.flows.suspend(inForce);
			this.error = failure;
			enter(HandleState.RECOVERING);
			Questions.giveUp(lane, notOpen(failure));
			Runnable close = submitClose(lane, HandleFlows.NOTHING, inForce);
			boolean first = this.failures.isFirst(failure);
			this.lossLogged |= first;
			return () -> {
				close.run();
				next.run();
				// Last, since marks shall not wait for the application's log.
				this.failures.log(Level.WARNING, failure,
						"QoS handle '" + name() + "' was lost and is opened again: " + failure.getMessage(), first);
			};
		});
		if (recovery != null) {
			recovery.run();
		}
	}

	/**
	 * Have a session that is used no longer closed. Called under the lock.
	 * @return what the calling thread has to run once it has released the lock
	 */
	private Runnable submitClose(SessionLane lane, Runnable before, List<SessionFlow> inForce) {
		this.closing.add(lane);
		return lane.submitLast(() -> {
			before.run();
			closeSession(lane.session, inForce);
			noLongerHangs(() -> this.closing.remove(lane));
		});
	}

	/**
	 * Note that a call has returned after all, and open if there were too many that hang.
	 */
	private void noLongerHangs(Runnable note) {
		boolean tooMany = this.monitor.get(() -> {
			boolean before = hanging() >= MOST_HANGING;
			note.run();
			this.monitor.changed();
			return before;
		});
		if (tooMany) {
			open();
		}
	}

	/**
	 * Look whether all is well. Called by the timer now and then.
	 */
	void check() {
		Runnable call = this.monitor.get(() -> {
			SessionLane lane = this.flows.lane();
			return (lane != null) ? lane.submit(() -> this.flows.check(lane)) : null;
		});
		if (call != null) {
			call.run();
		}
	}

	/**
	 * Give up on the session in use if a call on it has been under way for too long.
	 * @return whether the session answers
	 */
	boolean checkHanging(Duration limit) {
		SessionLane lane = this.monitor.get(() -> {
			SessionLane current = this.flows.lane();
			return (current != null && current.isBusy()) ? current : null;
		});
		Instant callSince = (lane != null) ? lane.callSince() : null;
		if (lane == null || callSince == null || callSince.plus(limit).isAfter(this.timer.now())) {
			return true;
		}
		lost(lane, new QosException(ErrorCase.TIMEOUT, "A native call has not returned for " + limit, null, null));
		return false;
	}

	/**
	 * The system has come back from standby, or the service was started again: whatever
	 * there was is dead.
	 */
	void reopen(String why) {
		SessionLane lane = this.monitor.get(() -> {
			this.networkSettled = this.timer.now().plus(NETWORK_SETTLES);
			this.failedAttempts = 0;
			return this.flows.lane();
		});
		if (lane != null && lane.isThreaded()) {
			lost(lane, new QosException(ErrorCase.HANDLE_LOST, why, null, null));
		}
		else {
			open();
		}
	}

	/**
	 * Try now what would be tried later.
	 */
	void tryNow() {
		List<Runnable> calls = this.monitor.get(this.flows::tryNow);
		calls.forEach(Runnable::run);
		open();
	}

	/**
	 * Return whether nothing is under way, so that nothing changes until time passes or
	 * somebody calls. For tests.
	 */
	boolean isQuiet() {
		return underWay() == 0;
	}

	/**
	 * Return how many threads of sessions and attempts to open are at work. For tests.
	 */
	int underWay() {
		return this.monitor.get(() -> {
			SessionLane lane = this.flows.lane();
			return hanging() + ((this.opening != null) ? 1 : 0) + ((lane != null && lane.isBusy()) ? 1 : 0);
		});
	}

	@Override
	public boolean isNetworkSettling() {
		return this.timer.now().isBefore(this.networkSettled);
	}

	// What users see of the handle

	@Override
	public String name() {
		return this.settings.name();
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
			return HandleStatus.builder(this.state)
				.since(this.since)
				.backend(backendName())
				.version(this.settings.version())
				.reason((well || problem == null) ? null : problem.getMessage())
				.error(problem)
				.nextTry(this.nextTry)
				.flows(this.flows.counts())
				.hanging(hanging())
				.build();
		});
	}

	private String backendName() {
		return (this.selection != null) ? this.selection.backend().name() : this.backends.name();
	}

	@Override
	public ServiceStatus queryServiceStatus() {
		Selection selected = this.monitor.get(() -> this.selection);
		return (selected != null) ? selected.intended().queryServiceStatus()
				: new ServiceStatus("none", ServiceState.UNKNOWN);
	}

	@Override
	public CompletionStage<QosHandle> whenOpen() {
		return this.monitor.get(() -> {
			if (this.state == HandleState.OPEN) {
				return CompletableFuture.completedFuture(this);
			}
			if (this.over) {
				return CompletableFuture.failedFuture(notOpen(notOpenReason()));
			}
			// Only what is still to come is kept.
			CompletableFuture<QosHandle> future = (this.open != null) ? this.open : new CompletableFuture<>();
			this.open = future;
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
				"QoS handle '" + name() + "' (backend " + backendName() + ") is not open: " + reason.getMessage(),
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
	public QosFlow addFlow(QosSocket socket, QosFlowOptions options) {
		if (!Assert.notNull(socket, "socket").isOpen()) {
			throw new IllegalArgumentException("'socket' must be open");
		}
		DefaultQosFlow flow = new DefaultQosFlow(this, socket, Assert.notNull(options, "options"));
		Runnable call = this.monitor.get(() -> {
			join();
			return this.flows.add(flow);
		});
		call.run();
		this.flows.endSomeOfClosedSockets();
		return flow;
	}

	/**
	 * Wait for a backend that cannot wait: it is soon open, and then the first packet is
	 * marked. Called under the lock.
	 * @throws IllegalStateException if this handle is closed
	 */
	private void join() {
		this.monitor.awaitWhile(JOIN_LIMIT.minusNanos(System.nanoTime() - this.created),
				() -> this.state == HandleState.OPENING
						&& (this.selection == null || !this.selection.backend().mayBlock()));
		if (this.state == HandleState.CLOSED) {
			throw new IllegalStateException("QoS handle '" + name() + "' is closed");
		}
	}

	@Override
	public void sound() {
		this.failures.forget();
	}

	@Override
	public void noted(QosException failure) {
		this.error = failure;
	}

	@Override
	public void failed(QosException failure) {
		warn(failure, (failure instanceof QosFlowException) ? "leaves a flow unmarked, its connection is not affected"
				: "closed a flow with a complaint");
	}

	@Override
	public void changed(DefaultQosFlow flow) {
		if (this.events.isHeard()) {
			FlowStatus status = statusOf(flow);
			this.events.tell((listener) -> listener.flowChanged(flow, status));
		}
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
					: "QoS handle '" + name() + "' is " + this.state, this.error);
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
		QosException failure = this.monitor.get(() -> {
			boolean inTime = this.monitor.awaitWhile(timeout, () -> flow.state == FlowState.PENDING);
			if (flow.state == FlowState.ACTIVE) {
				return null;
			}
			return inTime ? flow.endedBecause()
					: timeout("has become active (" + statusOf(flow).reason() + ")", timeout);
		});
		if (failure != null) {
			// Not under the lock: a socket that closes slowly makes those wait who ask it
			// for its address.
			throw flow.exception(failure);
		}
	}

	@Override
	public List<QosFlow> flows() {
		return this.monitor.get(() -> List.copyOf(this.flows.list()));
	}

	CompletionStage<QosFlow> setOptions(DefaultQosFlow flow, QosFlowOptions options) {
		return this.flows.changes().setOptions(flow, options);
	}

	CompletionStage<QosFlow> addSocket(DefaultQosFlow flow, QosSocket socket) {
		return this.flows.changes().add(flow, socket);
	}

	<T> CompletionStage<T> ask(DefaultQosFlow flow, BiFunction<QosSession, SessionFlow, T> question) {
		return this.questions.ask(flow, (lane) -> {
			SessionFlow sessionFlow = this.flows.requireActive(flow);
			return (session) -> question.apply(session, sessionFlow);
		});
	}

	CompletableFuture<FlowCondition> when(DefaultQosFlow flow, FlowCondition condition) {
		return this.flows.conditions().when(flow, condition);
	}

	Subscription listen(DefaultQosFlow flow, FlowCondition condition, QosFlow.ConditionListener listener) {
		return this.flows.conditions().listen(flow, condition, listener);
	}

	@Override
	public Recipient<QosFlow.ConditionListener> recipient(QosFlow.ConditionListener listener) {
		return this.events.recipient(listener);
	}

	@Override
	public QosUnavailableException notOpen() {
		return notOpen(notOpenReason());
	}

	// What the system offers beside flows

	@Override
	public QosDatagramSender datagramSender(QosSocket socket) {
		Assert.notNull(socket, "socket");
		QosBackend backend = this.monitor.get(() -> {
			join();
			if (this.selection == null) {
				throw notOpen();
			}
			return this.selection.backend();
		});
		return DefaultQosDatagramSender.open(backend, socket, this.flows::dscp);
	}

	@Override
	public QwaveFeatures qwave() {
		return this;
	}

	@Override
	public CompletionStage<List<Long>> systemFlows() {
		return this.questions.ask(null, (lane) -> QosSession::flowIds);
	}

	@Override
	public ClientTracking trackClient(InetAddress client) {
		return this.flows.trackings().track(Assert.notNull(client, "client"));
	}

	// Closing

	@Override
	public void close() {
		long start = System.nanoTime();
		this.watch.end();
		List<Predicate<Duration>> unfinished = new ArrayList<>();
		Runnable close = this.monitor.get(() -> end(unfinished, start));
		if (close == null) {
			return;
		}
		close.run();
		if (!awaitEnd(unfinished, start)) {
			this.logger.log(Level.WARNING,
					() -> "QoS handle '" + name() + "' (backend " + backendName() + ") has not closed within "
							+ this.settings.closeTimeout().toMillis() + " ms: a call still hangs. "
							+ "It is left to a daemon thread, which closes the native handle once the call returns");
		}
		this.events.close();
	}

	/**
	 * End this handle and all its flows. Called under the lock.
	 * @param unfinished receives what to wait for, each with its timeout
	 * @param start when closing began, as {@link System#nanoTime()}
	 * @return what the calling thread has to run once it has released the lock, or
	 * {@code null} if this handle was closed before
	 */
	private @Nullable Runnable end(List<Predicate<Duration>> unfinished, long start) {
		if (this.state == HandleState.CLOSED) {
			return null;
		}
		this.over = true;
		SessionLane last = this.flows.lane();
		List<SessionFlow> inForce = new ArrayList<>();
		Runnable before = this.flows.endAll(inForce);
		enter(HandleState.CLOSED);
		this.timer.close();
		completeOpen(notOpenReason());
		Runnable close = () -> {
		};
		if (last != null) {
			close = submitClose(last, before, inForce);
			Questions.giveUp(last, notOpen(notOpenReason()));
			if (!last.isThreaded()) {
				// Not for long: only calls that cannot wait run in threads of others.
				this.monitor.awaitWhile(leftToClose(start), last::isBusy);
			}
		}
		this.closing.forEach((lane) -> unfinished.add(lane::awaitEnd));
		this.givenUp.forEach((thread) -> unfinished.add((timeout) -> Threads.awaitEnd(thread, timeout)));
		ExecutorService attempt = this.opening;
		if (attempt != null) {
			unfinished.add((timeout) -> Threads.awaitEnd(attempt, timeout));
		}
		return close;
	}

	private boolean awaitEnd(List<Predicate<Duration>> unfinished, long start) {
		boolean ended = true;
		for (Predicate<Duration> last : unfinished) {
			ended &= last.test(leftToClose(start));
		}
		return ended;
	}

	/**
	 * Return what is left of the close timeout.
	 * @param start when closing began, as {@link System#nanoTime()}
	 */
	private Duration leftToClose(long start) {
		return this.settings.closeTimeout().minusNanos(System.nanoTime() - start);
	}

	private void closeSession(QosSession session, Iterable<SessionFlow> inForce) {
		try {
			session.close(inForce);
		}
		catch (Throwable ex) {
			QosException failure = QosException.of(ex);
			if (failure.errorCase() == ErrorCase.HANDLE_LOST || state() == HandleState.OPEN) {
				// One that is dead complains about that.
				this.logger.log(Level.DEBUG, "A lost session was closed with a complaint", failure);
				return;
			}
			this.monitor.run(() -> this.error = failure);
			warn(failure, "was closed with a complaint");
		}
	}

}
