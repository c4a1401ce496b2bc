package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.ServiceState;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.SystemListener;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A walk that does to a handle whatever can be done to it, in an order that a seed
 * decides, and compares at quiet points what is in force with what a simple model
 * expects. Threads and time are stand-ins that the walk drives as well, so a seed replays
 * exactly.
 */
class RandomWalk {

	private static final int MOST_FLOWS = 40;

	private static final Duration CHECK = Duration.ofSeconds(30);

	private final Random random;

	private final FakeBackend backend = FakeBackend.waiting();

	private final ManualTimer timer = new ManualTimer();

	private final List<ManualExecutor> threads = new ArrayList<>();

	private final DefaultQosHandle handle;

	/** What the model knows: each open flow, and its socket. */
	private final Map<QosFlow, DatagramChannel> wanted = new LinkedHashMap<>();

	/** How likely it is that adding a flow fails, in percent. */
	private int faults;

	/** How many attempts to open are going to fail. */
	private int failingOpens;

	RandomWalk(long seed) {
		this.random = new Random(seed);
		this.backend.checkThreads = false;
		this.backend.onAdd = this::refuse;
		this.backend.onOpen = (attempt) -> (this.failingOpens-- > 0) ? FakeBackend.failure(31, ErrorCase.HANDLE_LOST)
				: null;
		this.handle = new DefaultQosHandle(
				new HandleSettings("walk", QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofSeconds(5),
						Backoff.DEFAULT, CHECK, List.of(), System.getLogger(RandomWalk.class.getName())),
				BackendSelector.of(this.backend), this.timer, this::thread);
	}

	private ManualExecutor thread(String name) {
		ManualExecutor thread = new ManualExecutor();
		this.threads.add(thread);
		return thread;
	}

	void run(int steps, int stepsUntilQuiet) throws IOException {
		this.handle.open();
		// Until the backend is chosen, adding a flow waits for that.
		runThreads();
		for (int step = 1; step <= steps; step++) {
			step();
			if (step % stepsUntilQuiet == 0) {
				calm();
				compare();
			}
		}
		end();
	}

	private void step() throws IOException {
		switch (this.random.nextInt(24)) {
			case 0, 1, 2, 3 -> add();
			case 4, 5 -> closeFlow();
			case 6 -> closeSocket();
			case 7, 8, 9, 10, 11, 12, 13, 14 -> runSomeThread();
			case 15, 16, 17 -> this.timer.advance(Duration.ofMillis(this.random.nextInt(5000)));
			case 18 -> this.timer.advance(CHECK);
			case 19 -> this.faults = (this.random.nextInt(3) == 0) ? this.random.nextInt(100) : 0;
			case 20 -> this.backend.killSessions();
			case 21 -> this.failingOpens = this.random.nextInt(4);
			case 22 -> tell();
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

	private @Nullable QosFlow anyFlow() {
		List<QosFlow> flows = List.copyOf(this.wanted.keySet());
		return flows.isEmpty() ? null : flows.get(this.random.nextInt(flows.size()));
	}

	private void runSomeThread() {
		if (!this.threads.isEmpty()) {
			this.threads.get(this.random.nextInt(this.threads.size())).runNext();
			this.threads.removeIf(ManualExecutor::isTerminated);
		}
	}

	private void tell() {
		SystemListener listener = this.backend.listener;
		if (listener != null && this.random.nextBoolean()) {
			listener.networkChanged();
		}
		else if (listener != null) {
			listener.resumed();
		}
		this.backend.service = this.random.nextBoolean() ? ServiceState.RUNNING : ServiceState.STOPPED;
	}

	private void lookAround() {
		FlowCounts counts = this.handle.status().flows();
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
		settle();
		// Only now, since it would bring back as well what is forgotten.
		SystemListener listener = this.backend.listener;
		assertThat(listener).isNotNull();
		listener.networkChanged();
		settle();
	}

	private void settle() {
		for (int round = 0; round < 100; round++) {
			runThreads();
			this.timer.advance(CHECK);
			runThreads();
			if (round > 2 && isAtRest()) {
				return;
			}
		}
		assertThat(this.handle.status()).as("not at rest").isNull();
	}

	private boolean isAtRest() {
		return this.handle.isQuiet() && this.handle.state() == HandleState.OPEN
				&& this.handle.status().flows().pending() == 0;
	}

	private void runThreads() {
		boolean ran = true;
		while (ran) {
			ran = false;
			for (ManualExecutor thread : List.copyOf(this.threads)) {
				ran |= thread.runNext();
			}
		}
		this.threads.removeIf(ManualExecutor::isTerminated);
	}

	private void compare() {
		this.wanted.entrySet().removeIf((entry) -> !entry.getValue().isOpen());
		assertThat(this.backend.misuse).as("misuse").isEmpty();
		assertThat(this.handle.state()).as("state").isEqualTo(HandleState.OPEN);
		assertThat(this.handle.status().flows()).as("counts").isEqualTo(new FlowCounts(this.wanted.size(), 0, 0));
		assertThat(this.handle.flows()).as("flows").containsExactlyElementsOf(this.wanted.keySet());
		assertThat(this.backend.open()).as("open sessions").isOne();
		assertThat(this.backend.session().socketsInForce()).as("in force")
			.containsExactlyInAnyOrderElementsOf(this.wanted.values());
		assertThat(this.wanted.keySet()).allMatch((flow) -> flow.state() == FlowState.ACTIVE);
	}

	private void end() throws IOException {
		this.handle.close();
		runThreads();
		assertThat(this.backend.open()).isZero();
		assertThat(this.backend.misuse).isEmpty();
		assertThat(this.wanted.keySet()).allMatch((flow) -> flow.state() == FlowState.CLOSED);
		for (DatagramChannel socket : this.wanted.values()) {
			socket.close();
		}
	}

}
