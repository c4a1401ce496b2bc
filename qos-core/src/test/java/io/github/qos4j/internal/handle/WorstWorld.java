package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.handle.FakeBackend.FakeSession;
import io.github.qos4j.internal.util.Backoff;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a system does to a handle at its worst, and what a handle must not do even then.
 * Both walks go through it. {@code -Dqos4j.walk.troubles=DEAD_SYSTEM,CLOCK_STEPS} limits
 * it to some of its troubles.
 * <p>
 * Thread-safe, so that several threads can walk.
 */
final class WorstWorld {

	/** How often a handle looks whether its flows are in force. */
	static final Duration CHECK = Duration.ofSeconds(30);

	static final Backoff BACKOFF = Backoff.DEFAULT;

	/**
	 * How long it may take until all flows are in force after all faults have passed:
	 * until the next check, and then until the next attempt, and a few seconds since time
	 * passes in steps here.
	 */
	static final Duration RECOVERY = CHECK.plus(BACKOFF.max()).plusSeconds(30);

	/** How much later than after 30 seconds a call that hangs may be noticed. */
	static final Duration GRACE = Duration.ofSeconds(5);

	/** Names the refusals of changes, together with the rate that was asked for. */
	private static final String REFUSED_CHANGE = "FakeChange to ";

	private final Random random;

	private final FakeBackend backend;

	private final ManualTimer timer;

	/** What can happen until the next quiet point. */
	private volatile Set<Trouble> troubles = Set.of();

	/** Sockets that were refused on their own account since the last quiet point. */
	private final Set<Object> refused = ConcurrentHashMap.newKeySet();

	/** What the system has taken since the last quiet point. */
	private final Set<QosFlowOptions> taken = ConcurrentHashMap.newKeySet();

	private final Queue<Change> changes = new ConcurrentLinkedQueue<>();

	/** So that no two changes ask for the same. */
	private final AtomicLong lastRate = new AtomicLong(FlowRate.MINIMUM_BITS_PER_SECOND);

	/** How likely it is that a change is refused, in percent. */
	private volatile int changeFaults;

	/** How likely it is that a removal is refused, in percent. */
	private volatile int removeFaults;

	/** Sockets whose flows can never be removed. */
	private final Set<QosSocket> stuck = ConcurrentHashMap.newKeySet();

	/** Whether the next flow that is looked at becomes {@link #doubted}. */
	private volatile boolean doubting;

	/** The socket of a flow that is in force, of which the system tells otherwise. */
	private volatile @Nullable QosSocket doubted;

	/** When the system died, and how many sessions had been opened by then. */
	private volatile long diedAt;

	private volatile int openedBefore;

	/** What the handle was told since, which it may take as a reason to open at once. */
	private final AtomicInteger told = new AtomicInteger();

	private final TimeoutLogger logger = new TimeoutLogger();

	WorstWorld(Random random, FakeBackend backend, ManualTimer timer) {
		this.random = random;
		this.backend = backend;
		this.timer = timer;
		backend.checkAdds = true;
		backend.onTaken = this.taken::add;
		backend.onChange = this::refuseChange;
		backend.onRemove = this::refuseRemoval;
		backend.onCheck = this::doubt;
	}

	/**
	 * Return what a handle has to log to.
	 */
	System.Logger logger() {
		return this.logger;
	}

	/**
	 * Decide which troubles there may be until the next quiet point.
	 */
	void begin() {
		Set<Trouble> drawn = EnumSet.noneOf(Trouble.class);
		for (Trouble trouble : Trouble.CHOSEN) {
			if (this.random.nextInt(3) == 0 && (this.backend.mayBlock() || trouble != Trouble.DEAD_SYSTEM)) {
				drawn.add(trouble);
			}
		}
		this.troubles = drawn;
	}

	boolean has(Trouble trouble) {
		return this.troubles.contains(trouble);
	}

	/**
	 * Let a trouble come or pass.
	 */
	void disturb(Random chance) {
		List<Trouble> all = List.copyOf(this.troubles);
		if (all.isEmpty()) {
			return;
		}
		switch (all.get(chance.nextInt(all.size()))) {
			case DEAD_SYSTEM -> {
				if (!this.backend.dead) {
					die();
				}
				else if (chance.nextInt(6) == 0) {
					recover(chance.nextBoolean());
				}
			}
			case REFUSED_CHANGES -> this.changeFaults = chance.nextBoolean() ? chance.nextInt(100) : 0;
			case REFUSED_REMOVALS -> this.removeFaults = chance.nextBoolean() ? chance.nextInt(100) : 0;
			case DOUBTS -> {
				this.doubted = null;
				this.doubting = chance.nextBoolean();
			}
			case CLOCK_STEPS -> step(chance);
			case SLOW_CALLS, RACES, PAUSES -> {
				// The walks see to it.
			}
		}
	}

	/**
	 * Set the clock by hours, or by as much as a call may take.
	 */
	void step(Random chance) {
		Duration step = chance.nextBoolean() ? Duration.ofSeconds(chance.nextInt(18_000)) : Duration.ofSeconds(31);
		this.timer.step(chance.nextBoolean() ? step : step.negated());
	}

	private void die() {
		this.told.set(0);
		this.openedBefore = this.backend.opened.get();
		this.diedAt = this.timer.nanoTime();
		this.backend.die();
	}

	private void recover(boolean sessionsToo) {
		checkSessions();
		this.backend.recover(sessionsToo);
	}

	/**
	 * Pause marking, resume it or open the handle anew.
	 */
	void interrupt(QosHandle handle, Random chance) {
		if (!has(Trouble.PAUSES)) {
			return;
		}
		switch (chance.nextInt(5)) {
			case 0, 1 -> handle.pauseMarking();
			case 2, 3 -> handle.resumeMarking();
			default -> {
				told();
				handle.reopen();
			}
		}
	}

	/**
	 * Check that at rest nothing is in force as long as marking is paused, although
	 * everything is wanted. Flows that can never be removed have lost their marks.
	 */
	void checkPaused(QosHandle handle, FakeSession session) {
		assertThat(this.backend.misuse).as("misuse").isEmpty();
		assertThat(handle.status().flows()).as("counts").isEqualTo(new FlowCounts(0, handle.flows().size(), 0));
		assertThat(handle.flows()).extracting((flow) -> flow.status().reason()).allMatch(Pause.REASON::equals);
		assertThat(session.socketsInForce()).as("in force").isEmpty();
	}

	/**
	 * Note that the handle is told something, so that it may open once more at once.
	 */
	void told() {
		this.told.incrementAndGet();
	}

	/**
	 * Check that a system that is dead is not stormed. At first the waits double, so
	 * there are some seven attempts in the first minute, and then one every 45 to 60
	 * seconds. Twice as many are forgiven, a few more for what was under way when the
	 * system died, and eight for whatever may have let the handle begin with short waits
	 * again.
	 */
	void checkSessions() {
		if (!this.backend.dead) {
			return;
		}
		int sessions = this.backend.opened.get() - this.openedBefore;
		long seconds = TimeUnit.NANOSECONDS.toSeconds(this.timer.nanoTime() - this.diedAt);
		long most = 2 * (9 + seconds / 45) + 8L * this.told.get();
		if (sessions > most) {
			this.backend.misuse
				.add(sessions + " sessions (at most " + most + ") within " + seconds + " s on a system that is dead");
		}
	}

	/**
	 * Let all troubles pass, but for flows that can never be removed.
	 */
	void calm() {
		if (this.backend.dead) {
			recover(this.random.nextBoolean());
		}
		this.changeFaults = 0;
		this.removeFaults = 0;
		this.doubting = false;
		this.doubted = null;
	}

	/**
	 * Note that a socket is refused on its own account.
	 */
	void refuse(QosSocket socket) {
		Object refusedSocket = socket.get();
		if (refusedSocket != null) {
			this.refused.add(refusedSocket);
		}
	}

	/**
	 * Check that all flows are in force that were never refused on their own account,
	 * {@link #RECOVERY} after everything has become calm.
	 */
	void checkRecovered(QosFlow flow, Object socket) {
		if (!this.refused.contains(socket)) {
			assertThat(flow.status()).as("a flow that nobody has refused, %s after the last fault", RECOVERY)
				.satisfies((status) -> assertThat(status.state()).isIn(FlowState.ACTIVE, FlowState.CLOSED));
		}
	}

	/**
	 * Check that at rest a session has in force what its flows ask for, and nothing else.
	 */
	static void checkInForce(FakeSession session, QosFlow flow, Object socket) {
		List<QosFlowOptions> inForce = session.inForce.stream()
			.filter((entry) -> session.sockets.get(entry).get() == socket)
			.map(session.options::get)
			.toList();
		assertThat(inForce).as("options in force").containsExactly(flow.options());
	}

	// Changes

	/**
	 * Ask for options that nobody has asked for before.
	 */
	void change(QosFlow flow) {
		QosFlowOptions options = flow.options().withRate(FlowRate.of(this.lastRate.incrementAndGet()));
		try {
			this.changes.add(new Change(flow, options, flow.setOptions(options).toCompletableFuture()));
		}
		catch (IllegalStateException ex) {
			// Closed meanwhile.
		}
	}

	private @Nullable QosException refuseChange(QosFlowOptions options) {
		if (this.random.nextInt(100) >= this.changeFaults) {
			return null;
		}
		ErrorCase errorCase = switch (this.random.nextInt(4)) {
			case 0 -> ErrorCase.HANDLE_LOST;
			case 1 -> ErrorCase.NETWORK;
			default -> ErrorCase.BANDWIDTH;
		};
		return FakeBackend.failure(refusalOf(options), 54, errorCase);
	}

	private static String refusalOf(QosFlowOptions options) {
		FlowRate rate = Objects.requireNonNull(options.rate());
		return REFUSED_CHANGE + rate.bitsPerSecond();
	}

	/**
	 * Check that each change that was asked for since the last quiet point was told what
	 * became of it, and of no other.
	 */
	void checkChanges() {
		List<String> wrong = new ArrayList<>();
		Set<QosFlow> changed = this.changes.stream()
			.filter((change) -> this.taken.contains(change.options))
			.map(Change::flow)
			.collect(Collectors.toSet());
		for (Change change : this.changes) {
			String complaint = complaintAbout(change, changed);
			if (complaint != null) {
				wrong.add(change.options.rate() + ": " + complaint);
			}
		}
		assertThat(wrong).as("changes that were told what is not so").isEmpty();
		this.changes.clear();
		this.taken.clear();
		this.refused.clear();
	}

	private static @Nullable String complaintAbout(Change change, Set<QosFlow> changed) {
		try {
			change.stage.get(10, TimeUnit.SECONDS);
			// Another may have come in its place.
			return changed.contains(change.flow) ? null : "told of success, but the flow was never changed";
		}
		catch (ExecutionException ex) {
			String operation = (ex.getCause() instanceof QosException failure) ? failure.operation() : null;
			if (operation == null || !operation.startsWith(REFUSED_CHANGE)) {
				// The flow has failed, or was closed.
				return null;
			}
			if (!operation.equals(refusalOf(change.options))) {
				return "told of the refusal of another: " + operation;
			}
			return (change.flow.state() == FlowState.ACTIVE && change.flow.options().equals(change.options))
					? "told of a refusal, but in force" : null;
		}
		catch (TimeoutException ex) {
			return "told nothing";
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	// Removals

	private @Nullable QosException refuseRemoval(QosSocket socket) {
		if (!this.stuck.contains(socket) && this.random.nextInt(100) >= this.removeFaults) {
			return null;
		}
		if (this.random.nextInt(10) == 0) {
			this.stuck.add(socket);
		}
		return switch (this.random.nextInt(3)) {
			case 0 -> FakeBackend.failure("FakeRemove", 8, ErrorCase.RESOURCES);
			case 1 -> FakeBackend.failure("FakeRemove", 1450, ErrorCase.RESOURCES);
			default -> FakeBackend.failure("FakeRemove", 1117, ErrorCase.DEVICE);
		};
	}

	// Doubts

	private @Nullable QosException doubt(QosSocket socket) {
		if (this.doubting && this.doubted == null) {
			this.doubted = socket;
		}
		if (socket != this.doubted) {
			return null;
		}
		int[] codes = { 31, 6, 1164 };
		return FakeBackend.failure("FakeCheck", codes[this.random.nextInt(codes.length)], ErrorCase.HANDLE_LOST);
	}

	// Calls that hang

	/**
	 * Return how often a call was taken for one that hangs, so far.
	 */
	int timeouts() {
		return this.logger.timeouts.get();
	}

	/**
	 * What a system can do to a handle beyond what each walk does anyway.
	 */
	enum Trouble {

		/** Sessions can be opened, but answer everything with 1164. */
		DEAD_SYSTEM,

		/** Changes of flows are refused, while others wait. */
		REFUSED_CHANGES,

		/** A flow is said to be lost that is in force. */
		DOUBTS,

		/** Removals are refused, some for good. */
		REFUSED_REMOVALS,

		/** The clock is set. */
		CLOCK_STEPS,

		/** Calls take up to a minute, in walks that drive the threads themselves. */
		SLOW_CALLS,

		/**
		 * Other things happen during a call, in walks that drive the threads themselves.
		 */
		RACES,

		/** Marking is paused and resumed, and the handle is opened anew. */
		PAUSES;

		private static final Set<Trouble> CHOSEN = chosen();

		private static Set<Trouble> chosen() {
			String names = System.getProperty("qos4j.walk.troubles");
			Set<Trouble> chosen = EnumSet.allOf(Trouble.class);
			if (names != null) {
				chosen.removeIf((trouble) -> !List.of(names.split(",")).contains(trouble.name()));
			}
			return chosen;
		}

	}

	/**
	 * A change that was asked for.
	 */
	private record Change(QosFlow flow, QosFlowOptions options, CompletableFuture<QosFlow> stage) {

	}

	/**
	 * Logs nothing, but counts the failures that are due to calls that hang.
	 */
	private static final class TimeoutLogger implements System.Logger {

		final AtomicInteger timeouts = new AtomicInteger();

		@Override
		public String getName() {
			return WorstWorld.class.getName();
		}

		@Override
		public boolean isLoggable(Level level) {
			return true;
		}

		@Override
		public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String message,
				@Nullable Throwable thrown) {
			if (thrown instanceof QosException failure && failure.errorCase() == ErrorCase.TIMEOUT) {
				this.timeouts.incrementAndGet();
			}
		}

		@Override
		public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format,
				Object @Nullable ... parameters) {
		}

	}

}
