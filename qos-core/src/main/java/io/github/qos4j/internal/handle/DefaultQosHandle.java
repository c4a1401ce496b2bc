package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveFeatures;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.internal.util.Monitor;
import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;

/**
 * A handle as users see it, and how its parts are put together: {@link HandleSessions}
 * has its sessions, {@link HandleFlows} its flows, {@link HandleCondition} its state, and
 * {@link Watch} finds out what nobody tells.
 */
final class DefaultQosHandle implements QosHandle, QwaveFeatures {

	/**
	 * For how long after this handle was created flows wait for a backend that cannot
	 * block.
	 */
	private static final Duration JOIN_LIMIT = Duration.ofSeconds(2);

	private final Monitor monitor = new Monitor();

	/** As {@link System#nanoTime()}. */
	private final long created = System.nanoTime();

	private final HandleSettings settings;

	private final Timer timer;

	private final Problems problems;

	private final Pause pause = new Pause();

	private final Events events;

	private final BackendInUse backend;

	private final HandleCondition condition;

	private final HandleSessions sessions;

	private final HandleFlows flows;

	private final Questions questions;

	private final Watch watch;

	private final DefaultQosFlow.Shared shared;

	DefaultQosHandle(HandleSettings settings, BackendSelector backends, Timer timer) {
		this(settings, backends, timer, Threads::single);
	}

	/**
	 * Create a handle that is not open.
	 * @param threads creates an executor with one thread of the given name
	 */
	DefaultQosHandle(HandleSettings settings, BackendSelector backends, Timer timer,
			Function<String, ExecutorService> threads) {
		this.settings = settings;
		this.timer = timer;
		Failures failures = new Failures(settings.logger());
		this.problems = new Problems(settings.name(), failures);
		this.events = new Events(settings.name(), settings.listeners(), settings.logger());
		this.backend = new BackendInUse(this.monitor, backends, settings, failures, this::watch);
		this.condition = new HandleCondition(this, this.monitor, timer, this.backend::name, this::tellOfHandle);
		HandleParts parts = new HandleParts(settings, this.monitor, timer,
				new SessionInUse(this.monitor, this.condition::notOpen), this.pause, this.problems, this.events,
				new Owner());
		this.sessions = new HandleSessions(parts, this.condition, this.backend, failures, threads);
		this.flows = this.sessions.flows();
		this.questions = new Questions(parts, this.flows.verdicts());
		this.watch = new Watch(this.sessions, this.backend, settings, timer, threads);
		this.shared = new DefaultQosFlow.Shared(settings.name(), this.monitor, this.condition, this.pause, this.backend,
				parts.codePoints(), this.flows, this.questions);
	}

	private void watch(QosBackend chosen) {
		this.watch.begin(chosen);
	}

	private void tellOfHandle() {
		if (this.events.isHeard()) {
			HandleStatus status = status();
			this.events.tell((listener) -> listener.handleChanged(this, status));
		}
	}

	private void tellOfNew(QosFlow flow) {
		if (this.events.areFlowsHeard()) {
			this.events.tellOfFlow((listener) -> listener.flowAdded(this, flow));
		}
	}

	private void tellOfFlow(ManagedFlow flow) {
		if (this.events.areFlowsHeard() && flow instanceof DefaultQosFlow changed) {
			FlowStatus status = changed.currentStatus();
			this.events.tellOfFlow((listener) -> listener.flowChanged(flow, status));
		}
	}

	/**
	 * Begin to open, in the background, unless that is under way.
	 */
	void open() {
		this.sessions.open();
	}

	/**
	 * Look whether all is well. For tests: {@link Watch} does it now and then.
	 */
	void check() {
		this.sessions.check();
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
		return this.monitor.get(this.sessions::underWay);
	}

	@Override
	public String name() {
		return this.settings.name();
	}

	@Override
	public HandleState state() {
		return this.monitor.get(this.condition::state);
	}

	@Override
	public HandleStatus status() {
		return this.monitor.get(() -> {
			QosException error = this.condition.error();
			QosException reason = this.condition.isOpen() ? null : error;
			if (error == null) {
				error = this.problems.last();
			}
			if (error == null) {
				error = this.backend.refusal();
				reason = error;
			}
			return HandleStatus.builder(this.condition.state())
				.since(this.condition.since())
				.backend(this.backend.name())
				.version(this.settings.version())
				.reason((reason != null) ? reason.getMessage() : null)
				.error(error)
				.nextTry(this.condition.nextTry())
				.flows(this.flows.counts())
				.hanging(this.sessions.hanging())
				.paused(this.pause.isOn())
				.refusals(this.backend.refusals())
				.build();
		});
	}

	@Override
	public ServiceStatus queryServiceStatus() {
		return this.backend.queryServiceStatus();
	}

	@Override
	public CompletionStage<QosHandle> whenOpen() {
		return this.condition.whenOpen();
	}

	@Override
	public void awaitOpen(Duration timeout) {
		this.condition.awaitOpen(Assert.positive(timeout, "timeout"));
	}

	@Override
	public QosFlow addFlow(QosSocket socket, QosFlowOptions options) {
		if (!Assert.notNull(socket, "socket").isOpen()) {
			throw new IllegalArgumentException("'socket' must be open");
		}
		DefaultQosFlow flow = new DefaultQosFlow(this.shared, socket, Assert.notNull(options, "options"));
		SessionLane lane;
		ManagedFlow old;
		ManagedFlow another;
		this.monitor.lock();
		try {
			join();
			tellOfNew(flow);
			old = this.flows.registry().nextToCheck();
			another = this.flows.registry().nextToCheck();
			lane = this.flows.add(flow);
		}
		finally {
			this.monitor.unlock();
		}
		if (lane != null) {
			this.flows.addTo(lane, flow);
		}
		// Two for one, so that flows whose sockets were closed do not pile up.
		this.flows.endIfSocketIsClosed(old);
		this.flows.endIfSocketIsClosed(another);
		return flow;
	}

	/**
	 * Wait for a backend that cannot block: it is soon open, and then the first packet is
	 * marked. Called under the lock.
	 * @throws IllegalStateException if this handle is closed
	 */
	private void join() {
		this.monitor.awaitWhile(JOIN_LIMIT.minusNanos(System.nanoTime() - this.created),
				() -> this.condition.state() == HandleState.OPENING && !this.backend.mayBlock());
		if (this.condition.isClosed()) {
			throw new IllegalStateException("QoS handle '" + name() + "' is closed");
		}
	}

	@Override
	public List<QosFlow> flows() {
		List<ManagedFlow> all = this.monitor.get(this.flows::list);
		return List.copyOf(all);
	}

	@Override
	public QosDatagramSender datagramSender(QosSocket socket) {
		Assert.notNull(socket, "socket");
		return DefaultQosDatagramSender.open(requireBackend(), socket, this.shared.codePoints(), this.pause);
	}

	@Override
	public MarkingProfile markingProfile() {
		return this.settings.profile();
	}

	@Override
	public boolean marksListeners() {
		return this.monitor.get(this.backend::marksListeners);
	}

	@Override
	public SocketFinder socketFinder() {
		return this.sessions.settled(requireBackend().socketFinder());
	}

	private QosBackend requireBackend() {
		return this.monitor.get(() -> {
			join();
			QosBackend known = this.backend.get();
			if (known == null || this.condition.isOver()) {
				throw this.condition.notOpen();
			}
			return known;
		});
	}

	@Override
	public void pauseMarking() {
		this.sessions.pause(true, this::tellOfHandle);
	}

	@Override
	public void resumeMarking() {
		this.sessions.pause(false, this::tellOfHandle);
	}

	@Override
	public void reopen() {
		this.sessions.reopen();
	}

	@Override
	public QwaveFeatures qwave() {
		return this;
	}

	@Override
	public CompletionStage<List<Long>> systemFlows() {
		return this.questions.ask(QosSession::flowIds);
	}

	@Override
	public ClientTracking trackClient(InetAddress client) {
		return this.sessions.trackings().track(Assert.notNull(client, "client"));
	}

	@Override
	public void close() {
		long start = System.nanoTime();
		this.watch.end();
		List<Predicate<Duration>> unfinished = new ArrayList<>();
		Runnable close = this.monitor
			.get(() -> this.condition.isClosed() ? null : this.sessions.end(unfinished, () -> leftToClose(start)));
		if (close == null) {
			return;
		}
		close.run();
		if (!awaitEnd(unfinished, start)) {
			this.settings.logger()
				.log(Level.WARNING, () -> "QoS handle '" + name() + "' (backend " + this.backend.name()
						+ ") has not closed within " + this.settings.closeTimeout().toMillis()
						+ " ms: a call still hangs. "
						+ "It is left to a daemon thread, which closes the native handle once the call returns");
		}
		this.events.close();
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

	private final class Owner implements FlowsOwner {

		@Override
		public void lost(SessionLane lane, QosException failure) {
			DefaultQosHandle.this.sessions.lost(lane, failure);
		}

		@Override
		public void changed(ManagedFlow flow) {
			tellOfFlow(flow);
		}

		@Override
		public boolean isNetworkSettling() {
			return DefaultQosHandle.this.sessions.isNetworkSettling();
		}

		@Override
		public boolean isHanging() {
			return DefaultQosHandle.this.sessions.hanging() > 0;
		}

	}

}
