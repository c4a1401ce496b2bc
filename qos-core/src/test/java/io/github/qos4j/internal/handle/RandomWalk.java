package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
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
import io.github.qos4j.spi.SystemListener;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A walk that does to a handle whatever can be done to it, in an order that a seed
 * decides, and compares at quiet points what is in force with what a simple model
 * expects. Threads and time are stand-ins that the walk drives as well, so a seed replays
 * all but the waits, which a handle shortens at random.
 */
class RandomWalk {

	private static final int MOST_FLOWS = 40;

	private static final Duration CHECK = WorstWorld.CHECK;

	private static final Duration SECOND = Duration.ofSeconds(1);

	/** How much time passes at once while everything becomes calm. */
	private static final Duration CALM_STEP = Duration.ofSeconds(10);

	private final Random random;

	private final FakeBackend backend = FakeBackend.waiting();

	private final ManualTimer timer = new ManualTimer();

	private final ManualThreads threads = new ManualThreads();

	private final WorstWorld world;

	private final DefaultQosHandle handle;

	/** What the model knows: each open flow, and its socket. */
	private final Map<QosFlow, DatagramChannel> wanted = new LinkedHashMap<>();

	private final List<ClientTracking> trackings = new ArrayList<>();

	/** How likely it is that adding a flow fails, in percent. */
	private int faults;

	/** How many attempts to open are going to fail. */
	private int failingOpens;

	/** Whether calls return at once. */
	private boolean prompt = true;

	/** When the task under way began. */
	private long taskBegan;

	RandomWalk(long seed) {
		this.random = new Random(seed);
		this.world = new WorstWorld(this.random, this.backend, this.timer);
		this.backend.checkThreads = false;
		this.backend.onAdd = this::refuse;
		this.backend.onOpen = (attempt) -> (this.failingOpens-- > 0) ? FakeBackend.failure(31, ErrorCase.HANDLE_LOST)
				: null;
		this.backend.onCall = this::meanwhile;
		this.handle = new DefaultQosHandle(
				new HandleSettings("walk", QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofSeconds(5),
						WorstWorld.BACKOFF, CHECK, List.of(), List.of(), this.world.logger()),
				BackendSelector.of(this.backend), this.timer, this.threads);
	}

	void run(int steps, int stepsUntilQuiet) throws IOException {
		this.handle.open();
		// Until the backend is chosen, adding a flow waits for that.
		this.threads.runAll();
		this.world.begin();
		for (int step = 1; step <= steps; step++) {
			this.prompt = false;
			step();
			this.prompt = true;
			if (step % stepsUntilQuiet == 0) {
				calm();
				compare();
				this.world.begin();
			}
		}
		end();
	}

	private void step() throws IOException {
		switch (this.random.nextInt(42)) {
			case 0, 1, 2, 3 -> add();
			case 4, 5 -> closeFlow();
			case 6 -> closeSocket();
			case 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 -> runSomeThread();
			case 20, 21, 22, 23 -> this.timer.advance(Duration.ofMillis(this.random.nextInt(5000)));
			case 24 -> this.timer.advance(CHECK);
			case 25 -> this.faults = (this.random.nextInt(3) == 0) ? this.random.nextInt(100) : 0;
			case 26 -> this.backend.killSessions();
			case 27 -> this.failingOpens = this.random.nextInt(4);
			case 28 -> tell();
			case 29, 30, 31 -> change();
			case 32 -> track();
			case 33 -> stopTracking();
			case 34, 35, 36 -> this.world.disturb(this.random);
			case 37 -> this.threads.runAll();
			case 38, 39 -> this.world.interrupt(this.handle, this.random);
			default -> lookAround();
		}
	}

	private void add() throws IOException {
		if (this.wanted.size() < MOST_FLOWS) {
			DatagramChannel socket = DatagramChannel.open();
			this.wanted.put(this.handle.addFlow(socket, TrafficType.VOICE), socket);
		}
	}

	private void closeFlow() throws IOException {
		QosFlow flow = anyFlow();
		if (flow != null) {
			flow.close();
			assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
			this.wanted.remove(flow).close();
		}
	}

	private void closeSocket() throws IOException {
		QosFlow flow = anyFlow();
		if (flow != null) {
			this.wanted.get(flow).close();
		}
	}

	private void change() {
		QosFlow flow = anyFlow();
		if (flow != null) {
			this.world.change(flow);
		}
	}

	private void track() throws IOException {
		InetAddress client = InetAddress.getByAddress(new byte[] { 10, 0, 0, (byte) this.random.nextInt(4) });
		this.trackings.add(this.handle.qwave().trackClient(client));
	}

	private void stopTracking() {
		if (!this.trackings.isEmpty()) {
			this.trackings.remove(this.random.nextInt(this.trackings.size())).close();
		}
	}

	private @Nullable QosFlow anyFlow() {
		List<QosFlow> flows = List.copyOf(this.wanted.keySet());
		return flows.isEmpty() ? null : flows.get(this.random.nextInt(flows.size()));
	}

	private void runSomeThread() {
		this.taskBegan = this.timer.nanoTime();
		this.threads.runAny(this.random);
	}

	/**
	 * Let things happen while a call is under way.
	 */
	private void meanwhile(FakeSession session) {
		if (this.prompt || this.random.nextInt(16) != 0) {
			return;
		}
		this.prompt = true;
		if (this.world.has(Trouble.SLOW_CALLS) && this.random.nextBoolean()) {
			linger(session);
		}
		else if (this.world.has(Trouble.RACES)) {
			interfere();
		}
		this.prompt = false;
	}

	private void interfere() {
		for (int i = this.random.nextInt(8); i > 0; i--) {
			switch (this.random.nextInt(9)) {
				case 0, 1 -> change();
				case 2 -> stopTracking();
				case 8 -> this.world.interrupt(this.handle, this.random);
				case 3 -> {
					tell();
					this.timer.advance(Duration.ZERO);
				}
				// Tasks of others: this thread is not done with its own.
				case 4, 5 -> this.threads.runAll();
				default -> this.threads.runAny(this.random);
			}
		}
	}

	/**
	 * Let a call take its time, while somebody may set the clock. Its session is given up
	 * after 30 seconds, neither earlier nor much later, unless for another reason.
	 */
	private void linger(FakeSession session) {
		boolean watched = isInUse(session);
		long began = this.timer.nanoTime();
		for (int seconds = this.random.nextInt(60); seconds > 0; seconds--) {
			if (this.world.has(Trouble.CLOCK_STEPS) && this.random.nextInt(8) == 0) {
				this.world.step(this.random);
			}
			int timeouts = this.world.timeouts();
			this.timer.advance(SECOND);
			if (watched && !isInUse(session)) {
				Duration task = since(this.taskBegan);
				if (this.world.timeouts() > timeouts && task.compareTo(Opening.HANGING) < 0) {
					this.backend.misuse.add("a session was given up as hanging after " + task);
				}
				watched = false;
			}
			else if (watched && since(began).compareTo(Opening.HANGING.plus(WorstWorld.GRACE)) > 0) {
				this.backend.misuse.add("a call that hangs was not noticed after " + since(began));
				watched = false;
			}
		}
	}

	private boolean isInUse(FakeSession session) {
		return this.handle.state() == HandleState.OPEN && this.backend.session() == session;
	}

	private Duration since(long nanoTime) {
		return Duration.ofNanos(this.timer.nanoTime() - nanoTime);
	}

	private void tell() {
		SystemListener listener = this.backend.listener;
		this.world.told();
		if (listener != null && this.random.nextBoolean()) {
			listener.networkChanged();
		}
		else if (listener != null) {
			listener.resumed();
		}
		this.backend.service = this.random.nextBoolean() ? ServiceState.RUNNING : ServiceState.STOPPED;
	}

	private void lookAround() {
		HandleStatus status = this.handle.status();
		FlowCounts counts = status.flows();
		assertThat(status.paused() && counts.active() + counts.failed() > 0).as("marks in a pause").isFalse();
		assertThat(counts.active() + counts.pending() + counts.failed()).isEqualTo(this.handle.flows().size());
		QosFlow flow = anyFlow();
		if (flow != null) {
			assertThat(flow.marking().requested()).isEqualTo(Dscp.of(56));
			assertThat(flow.status().state()).isNotNull();
		}
	}

	private @Nullable QosException refuse(QosSocket socket) {
		Object channel = socket.get();
		if (channel == null || !socket.isOpen()) {
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
				this.backend.killSessions();
				yield ErrorCase.HANDLE_LOST;
			}
			default -> ErrorCase.NOT_SUPPORTED;
		};
		return FakeBackend.failure(1, errorCase);
	}

	/**
	 * Let all faults pass and everything come to rest.
	 */
	private void calm() {
		this.faults = 0;
		this.failingOpens = 0;
		this.backend.service = ServiceState.RUNNING;
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
		this.threads.runAll();
		while (since(began).compareTo(duration) < 0) {
			this.timer.advance(CALM_STEP);
			this.threads.runAll();
		}
	}

	private void settle() {
		for (int round = 0; round < 100; round++) {
			this.threads.runAll();
			this.timer.advance(CHECK);
			this.threads.runAll();
			if (round > 2 && isAtRest()) {
				return;
			}
		}
		assertThat(this.handle.status()).as("not at rest").isNull();
	}

	private boolean isAtRest() {
		HandleStatus status = this.handle.status();
		return this.handle.isQuiet() && status.state() == HandleState.OPEN
				&& (status.paused() || status.flows().pending() == 0);
	}

	private void compare() {
		this.wanted.entrySet().removeIf((entry) -> !entry.getValue().isOpen());
		assertThat(this.backend.misuse).as("misuse").isEmpty();
		assertThat(this.handle.state()).as("state").isEqualTo(HandleState.OPEN);
		assertThat(this.handle.status().flows()).as("counts").isEqualTo(new FlowCounts(this.wanted.size(), 0, 0));
		assertThat(this.handle.flows()).as("flows").containsExactlyElementsOf(this.wanted.keySet());
		assertThat(this.backend.open()).as("open sessions").isOne();
		// Those that were closed have had their say.
		this.backend.sessions.removeIf((closed) -> closed.closed);
		FakeSession session = this.backend.session();
		assertThat(session.socketsInForce()).as("in force").containsExactlyInAnyOrderElementsOf(this.wanted.values());
		assertThat(this.wanted.keySet()).allMatch((flow) -> flow.state() == FlowState.ACTIVE);
		this.wanted.forEach((flow, socket) -> WorstWorld.checkInForce(session, flow, socket));
		assertThat(session.tracked).as("clients")
			.containsExactlyInAnyOrderElementsOf(
					this.trackings.stream().map(ClientTracking::client).collect(Collectors.toSet()));
		this.world.checkChanges();
	}

	private void end() throws IOException {
		this.handle.close();
		this.threads.runAll();
		assertThat(this.backend.open()).isZero();
		assertThat(this.backend.misuse).isEmpty();
		assertThat(this.wanted.keySet()).allMatch((flow) -> flow.state() == FlowState.CLOSED);
		this.world.checkChanges();
		for (DatagramChannel socket : this.wanted.values()) {
			socket.close();
		}
	}

}
