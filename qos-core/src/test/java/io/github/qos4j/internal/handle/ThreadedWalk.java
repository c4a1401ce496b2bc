package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.QosVersion;
import io.github.qos4j.ServiceState;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.handle.FakeBackend.FakeSession;
import io.github.qos4j.internal.handle.WorstWorld.Trouble;
import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.spi.SystemListener;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A walk in which several threads at a time do to a handle whatever can be done to it,
 * while another one lets time pass, kills sessions, and makes calls fail, take their time
 * and hang. At quiet points all of them stop, and what is in force is compared with what
 * is wanted. A seed decides what each thread does; how they interleave is up to the
 * machine, so a seed that fails may need several runs to fail again.
 */
class ThreadedWalk {

	private static final int THREADS = 4;

	private static final int MOST_FLOWS = 40;

	private static final Duration CHECK = WorstWorld.CHECK;

	/** How much time passes at once while everything becomes calm. */
	private static final Duration CALM_STEP = Duration.ofSeconds(5);

	private static final Duration POLL = Duration.ofNanos(100_000);

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

	private final Random random;

	private final FakeBackend backend;

	private final ManualTimer timer = new ManualTimer();

	/** Tasks of the handle's threads that have not ended. */
	private final AtomicInteger tasks = new AtomicInteger();

	private final WorstWorld world;

	private final DefaultQosHandle handle;

	/** What the model knows: each flow that nobody has closed, and its socket. */
	private final Map<QosFlow, DatagramChannel> wanted = new ConcurrentHashMap<>();

	/** Answers that are to come. */
	private final Queue<Promise> promises = new ConcurrentLinkedQueue<>();

	private final Queue<CompletableFuture<?>> waits = new ConcurrentLinkedQueue<>();

	private final Set<ClientTracking> trackings = ConcurrentHashMap.newKeySet();

	/** How likely it is that adding a flow fails, in percent. */
	private volatile int faults;

	/** How many attempts to open are going to fail. */
	private final AtomicInteger failingOpens = new AtomicInteger();

	/** Holds up the calls that hang. */
	private CountDownLatch gate = new CountDownLatch(0);

	/**
	 * Whether so little time passes until the next quiet point that no call can hang by
	 * then, whatever the clock says.
	 */
	private boolean slow;

	/** How much time may still pass until then. */
	private Duration timeLeft = Duration.ZERO;

	/**
	 * Create a walk.
	 * @param waiting whether sessions have threads of their own; others are not killed,
	 * since no backend of that kind loses its sessions
	 */
	ThreadedWalk(long seed, boolean waiting) {
		this.random = new Random(seed);
		this.backend = new FakeBackend(waiting);
		this.world = new WorstWorld(this.random, this.backend, this.timer);
		this.backend.onAdd = this::refuse;
		this.backend.onOpen = (attempt) -> {
			dawdle();
			return (this.failingOpens.getAndUpdate((left) -> Math.max(left - 1, 0)) > 0)
					? FakeBackend.failure(31, ErrorCase.HANDLE_LOST) : null;
		};
		this.handle = new DefaultQosHandle(
				new HandleSettings("walk", QosVersion.V1_0, MarkingProfile.QWAVE, CLOSE_TIMEOUT, WorstWorld.BACKOFF,
						CHECK, List.of(), List.of(), this.world.logger()),
				BackendSelector.of(this.backend), this.timer, CountingExecutor::new);
	}

	/**
	 * Walk.
	 * @param steps how many steps all threads take together
	 * @param stepsUntilQuiet after how many they stop
	 */
	void run(int steps, int stepsUntilQuiet) throws Exception {
		ExecutorService drivers = Executors.newFixedThreadPool(THREADS + 1);
		try {
			this.handle.open();
			this.handle.awaitOpen(CLOSE_TIMEOUT);
			for (int step = 0; step < steps; step += stepsUntilQuiet) {
				drive(drivers, stepsUntilQuiet / THREADS);
				calm();
				compare();
			}
			end(drivers);
		}
		finally {
			this.gate.countDown();
			drivers.shutdownNow();
		}
	}

	private void drive(ExecutorService drivers, int steps) throws Exception {
		this.world.begin();
		this.slow = this.world.has(Trouble.CLOCK_STEPS) && this.random.nextBoolean();
		this.timeLeft = this.slow ? Opening.HANGING.minusMillis(1) : Duration.ofDays(1);
		int timeouts = this.world.timeouts();
		List<Callable<Void>> walkers = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			walkers.add(walker(steps));
		}
		Random chance = new Random(this.random.nextLong());
		AtomicInteger walking = new AtomicInteger(THREADS);
		walkers.replaceAll((walker) -> () -> {
			try {
				return walker.call();
			}
			finally {
				walking.decrementAndGet();
			}
		});
		walkers.add(() -> {
			while (walking.get() > 0) {
				disturb(chance);
				LockSupport.parkNanos(chance.nextInt(100_000));
			}
			return null;
		});
		for (Future<Void> walker : drivers.invokeAll(walkers)) {
			walker.get();
		}
		if (this.slow) {
			assertThat(this.world.timeouts()).as("calls taken for hanging before 30 seconds were over")
				.isEqualTo(timeouts);
		}
	}

	private Callable<Void> walker(int steps) {
		Random choice = new Random(this.random.nextLong());
		return () -> {
			for (int step = 0; step < steps; step++) {
				step(choice);
			}
			return null;
		};
	}

	private void step(Random choice) throws IOException {
		switch (choice.nextInt(16)) {
			case 0, 1, 2, 3 -> add();
			case 4, 5, 6 -> closeFlow(choice);
			case 7 -> closeSocket(choice);
			case 8 -> addAndClose();
			case 9, 10 -> ask(choice);
			case 11 -> track(choice);
			case 12 -> stopTracking(choice);
			case 13 -> this.world.interrupt(this.handle, choice);
			default -> lookAround(choice);
		}
	}

	private void add() throws IOException {
		if (this.wanted.size() < MOST_FLOWS) {
			DatagramChannel socket = DatagramChannel.open();
			this.wanted.put(this.handle.addFlow(socket, TrafficType.VOICE), socket);
		}
	}

	private void addAndClose() throws IOException {
		try (DatagramChannel socket = DatagramChannel.open()) {
			this.handle.addFlow(socket, TrafficType.VOICE).close();
		}
	}

	private void closeFlow(Random choice) throws IOException {
		QosFlow flow = anyFlow(choice);
		if (flow != null) {
			// Another thread may be closing it as well.
			flow.close();
			assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
			DatagramChannel socket = this.wanted.remove(flow);
			if (socket != null) {
				socket.close();
			}
		}
	}

	private void closeSocket(Random choice) throws IOException {
		QosFlow flow = anyFlow(choice);
		DatagramChannel socket = (flow != null) ? this.wanted.get(flow) : null;
		if (socket != null) {
			socket.close();
		}
	}

	/**
	 * Ask something of a flow that is answered later.
	 */
	private void ask(Random choice) {
		QosFlow flow = anyFlow(choice);
		if (flow == null) {
			return;
		}
		try {
			switch (choice.nextInt(4)) {
				case 0 -> await(flow, "rate", flow.outgoingRate());
				case 1 -> wait(flow, FlowCondition.CONGESTED, choice);
				case 2 -> wait(flow, FlowCondition.available(10_000L * choice.nextInt(1, 3)), choice);
				default -> this.world.change(flow);
			}
		}
		catch (IllegalStateException | QosUnavailableException ex) {
			// Closed, not active or not open just now.
		}
	}

	private void await(QosFlow flow, String question, CompletionStage<?> answer) {
		this.promises.add(new Promise(flow, question, answer));
	}

	private void wait(QosFlow flow, FlowCondition condition, Random choice) {
		CompletableFuture<FlowCondition> future = flow.when(condition);
		await(flow, "condition", future);
		if (choice.nextBoolean()) {
			future.cancel(false);
		}
		else {
			this.waits.add(future);
		}
	}

	private void track(Random choice) throws IOException {
		if (this.backend.mayBlock() && this.trackings.size() < MOST_FLOWS) {
			try {
				InetAddress client = InetAddress.getByAddress(new byte[] { 10, 0, 0, (byte) choice.nextInt(4) });
				this.trackings.add(this.handle.qwave().trackClient(client));
			}
			catch (QosUnavailableException ex) {
				// Not open just now.
			}
		}
	}

	private void stopTracking(Random choice) {
		List<ClientTracking> all = List.copyOf(this.trackings);
		if (!all.isEmpty()) {
			ClientTracking tracking = all.get(choice.nextInt(all.size()));
			tracking.close();
			this.trackings.remove(tracking);
		}
	}

	private @Nullable QosFlow anyFlow(Random choice) {
		List<QosFlow> flows = List.copyOf(this.wanted.keySet());
		return flows.isEmpty() ? null : flows.get(choice.nextInt(flows.size()));
	}

	private void lookAround(Random choice) {
		HandleStatus status = this.handle.status();
		assertThat(status.hanging()).isNotNegative();
		assertThat(status.flows().active()).isNotNegative();
		QosFlow flow = anyFlow(choice);
		if (flow != null) {
			assertThat(flow.marking().requested()).isEqualTo(Dscp.of(56));
			assertThat(flow.status().state()).isNotNull();
			await(flow, "active", flow.whenActive());
		}
	}

	private void disturb(Random chance) {
		this.world.checkSessions();
		if (this.slow && chance.nextInt(4) == 0) {
			stepDuringCalls(chance);
			return;
		}
		switch (chance.nextInt(19)) {
			case 0, 1, 2, 3, 4 -> advance(Duration.ofMillis(chance.nextInt(5000)));
			case 5 -> advance(CHECK);
			case 6 -> this.faults = (chance.nextInt(3) == 0) ? chance.nextInt(100) : 0;
			case 7 -> this.failingOpens.set(chance.nextInt(4));
			case 8, 9 -> killSessions();
			case 10, 11 -> tell(chance);
			case 12 -> hang(chance);
			case 13 -> this.backend.sessions.forEach((session) -> session.fire(FlowCondition.Kind.CONGESTED));
			case 14, 15, 16 -> this.world.disturb(chance);
			default -> this.gate.countDown();
		}
	}

	private void advance(Duration wished) {
		Duration duration = (wished.compareTo(this.timeLeft) < 0) ? wished : this.timeLeft;
		this.timeLeft = this.timeLeft.minus(duration);
		this.timer.advance(duration);
	}

	private void killSessions() {
		if (this.backend.mayBlock()) {
			this.backend.killSessions();
		}
	}

	private void tell(Random chance) {
		SystemListener listener = this.backend.listener;
		this.world.told();
		if (listener != null && chance.nextBoolean()) {
			listener.networkChanged();
		}
		else if (listener != null) {
			listener.resumed();
		}
		this.backend.service = chance.nextBoolean() ? ServiceState.RUNNING : ServiceState.STOPPED;
	}

	/**
	 * Make the next calls of a function hang, until some later step, if sessions have
	 * threads of their own.
	 */
	private void hang(Random chance) {
		if (!this.backend.mayBlock()) {
			return;
		}
		this.gate.countDown();
		this.gate = new CountDownLatch(1);
		switch (chance.nextInt(3)) {
			case 0 -> this.backend.openGate = this.gate;
			case 1 -> this.backend.addGate = this.gate;
			default -> this.backend.removeGate = this.gate;
		}
	}

	/**
	 * Set the clock while calls take their time, but not long enough to be given up.
	 */
	private void stepDuringCalls(Random chance) {
		hang(chance);
		LockSupport.parkNanos(500_000);
		this.world.step(chance);
		advance(Opening.HANGING.dividedBy(3));
		this.gate.countDown();
	}

	private @Nullable QosException refuse(QosSocket socket) {
		dawdle();
		if (!socket.isOpen()) {
			return new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
		}
		if (this.random.nextInt(100) >= this.faults) {
			return null;
		}
		this.world.refuse(socket);
		ErrorCase errorCase = switch (this.random.nextInt(6)) {
			case 0 -> ErrorCase.NETWORK;
			case 1 -> ErrorCase.DEVICE;
			case 2 -> ErrorCase.RESOURCES;
			case 3 -> ErrorCase.HANDLE_LOST;
			case 4 -> {
				killSessions();
				yield ErrorCase.HANDLE_LOST;
			}
			default -> ErrorCase.NOT_SUPPORTED;
		};
		return FakeBackend.failure(1, errorCase);
	}

	/**
	 * Let a call take its time now and then.
	 */
	private void dawdle() {
		if (this.random.nextInt(8) == 0) {
			LockSupport.parkNanos(this.random.nextInt(200_000));
		}
	}

	/**
	 * Let all faults pass and everything come to rest.
	 */
	private void calm() {
		this.gate.countDown();
		this.faults = 0;
		this.failingOpens.set(0);
		this.backend.service = ServiceState.RUNNING;
		// No condition holds any more, so nothing else would end these.
		this.waits.forEach((wait) -> wait.cancel(false));
		this.waits.clear();
		if (this.backend.dead) {
			// It may stay so for a while.
			pass(Duration.ofSeconds(this.random.nextInt(180)));
		}
		this.world.calm();
		if (this.handle.status().paused()) {
			pass(WorstWorld.RECOVERY);
			settle();
			this.world.checkPaused(this.handle, this.backend.session());
			this.handle.resumeMarking();
		}
		pass(WorstWorld.RECOVERY);
		this.wanted.forEach((flow, socket) -> {
			if (socket.isOpen()) {
				this.world.checkRecovered(flow, socket);
			}
		});
		settle();
		// Only now, since it would bring back as well what is forgotten.
		SystemListener listener = this.backend.listener;
		assertThat(listener).isNotNull();
		listener.networkChanged();
		settle();
	}

	private void pass(Duration duration) {
		long began = this.timer.nanoTime();
		awaitNoTask();
		while (this.timer.nanoTime() - began < duration.toNanos()) {
			this.timer.advance(CALM_STEP);
			awaitNoTask();
		}
	}

	private void settle() {
		for (int round = 0; round < 100; round++) {
			awaitNoTask();
			this.timer.advance(CHECK);
			awaitNoTask();
			if (round > 2 && isAtRest()) {
				return;
			}
		}
		assertThat(this.handle.status()).as("not at rest").isNull();
	}

	private void awaitNoTask() {
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(POLL).until(() -> this.tasks.get() == 0);
	}

	private boolean isAtRest() {
		HandleStatus status = this.handle.status();
		return this.handle.isQuiet() && status.state() == HandleState.OPEN
				&& (status.paused() || status.flows().pending() == 0);
	}

	private void compare() {
		this.wanted.values().removeIf((socket) -> !socket.isOpen());
		assertThat(this.backend.misuse).as("misuse").isEmpty();
		assertThat(this.handle.status().hanging()).as("hanging").isZero();
		assertThat(this.handle.status().flows()).as("counts").isEqualTo(new FlowCounts(this.wanted.size(), 0, 0));
		assertThat(this.handle.flows()).as("flows").containsExactlyInAnyOrderElementsOf(this.wanted.keySet());
		assertThat(this.wanted.keySet()).allMatch((flow) -> flow.state() == FlowState.ACTIVE);
		assertThat(this.backend.open()).as("open sessions").isOne();
		// Those that were closed have had their say.
		this.backend.sessions.removeIf((session) -> session.closed);
		FakeSession session = this.backend.session();
		assertThat(session.dead).as("dead session in use").isFalse();
		assertThat(session.socketsInForce()).as("in force").containsExactlyInAnyOrderElementsOf(this.wanted.values());
		this.wanted.forEach((flow, socket) -> WorstWorld.checkInForce(session, flow, socket));
		assertThat(session.waits).as("waits for conditions").isEmpty();
		assertThat(session.tracked).as("clients")
			.containsExactlyInAnyOrderElementsOf(
					this.trackings.stream().map(ClientTracking::client).collect(Collectors.toSet()));
		awaitAnswers();
		this.world.checkChanges();
	}

	/**
	 * Wait until nobody waits for an answer any longer.
	 */
	private void awaitAnswers() {
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(POLL).untilAsserted(() -> {
			this.promises.removeIf((promise) -> promise.answer.toCompletableFuture().isDone());
			assertThat(this.promises).as("answers to come").isEmpty();
		});
	}

	/**
	 * Close the handle while flows are added and closed.
	 */
	private void end(ExecutorService drivers) throws Exception {
		List<Future<?>> walkers = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			walkers.add(drivers.submit(this::addAndCloseUntilClosed));
		}
		this.handle.close();
		for (Future<?> walker : walkers) {
			walker.get();
		}
		assertThat(this.backend.open()).as("open sessions").isZero();
		assertThat(this.backend.misuse).as("misuse").isEmpty();
		assertThat(this.handle.flows()).as("flows").isEmpty();
		awaitAnswers();
		this.world.checkChanges();
		assertThat(this.wanted.keySet()).allMatch((flow) -> flow.state() == FlowState.CLOSED);
		for (DatagramChannel socket : this.wanted.values()) {
			socket.close();
		}
	}

	private @Nullable Void addAndCloseUntilClosed() throws IOException {
		try {
			while (true) {
				addAndClose();
			}
		}
		catch (IllegalStateException ex) {
			assertThat(this.handle.state()).isEqualTo(HandleState.CLOSED);
			return null;
		}
	}

	/**
	 * An answer that is to come.
	 */
	private record Promise(QosFlow flow, String question, CompletionStage<?> answer) {

	}

	/**
	 * One thread that counts what it has to do.
	 */
	private final class CountingExecutor extends ThreadPoolExecutor {

		CountingExecutor(String name) {
			super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), (task) -> Threads.daemon(name, task));
		}

		@Override
		public void execute(Runnable task) {
			ThreadedWalk.this.tasks.incrementAndGet();
			super.execute(task);
		}

		@Override
		protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
			ThreadedWalk.this.tasks.decrementAndGet();
		}

	}

}
