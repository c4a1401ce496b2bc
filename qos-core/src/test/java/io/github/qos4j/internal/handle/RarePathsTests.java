package io.github.qos4j.internal.handle;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of what happens seldom, and would never end if nobody had thought of it.
 */
@Timeout(60)
class RarePathsTests {

	private static final Duration CHECK = Duration.ofSeconds(30);

	private static final Duration SECOND = Duration.ofSeconds(1);

	private final ManualTimer timer = new ManualTimer();

	private final ManualThreads threads = new ManualThreads();

	private final RefusingLogger logger = new RefusingLogger();

	private final List<AutoCloseable> resources = new ArrayList<>();

	private FakeBackend backend = FakeBackend.waiting();

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
		this.threads.runAll();
	}

	@Test
	void socketThatIsClosedBeforeItJoinsFailsItsStage() throws Exception {
		DefaultQosHandle handle = handle();
		QosFlow flow = handle.addFlow(socket(), TrafficType.VOICE);
		DatagramChannel further = socket();
		CompletableFuture<QosFlow> stage = flow.add(QosSocket.of(further)).toCompletableFuture();
		further.close();
		handle.open();
		pass(CHECK);
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(stage).failsWithin(SECOND)
			.withThrowableThat()
			.havingCause()
			.isInstanceOfSatisfying(QosFlowException.class,
					(failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
	}

	@Test
	void socketThatTakesTheFirstPlaceCompletesItsStage() throws Exception {
		DefaultQosHandle handle = handle();
		DatagramChannel first = socket();
		QosFlow flow = handle.addFlow(first, TrafficType.VOICE);
		DatagramChannel further = socket();
		CompletableFuture<QosFlow> stage = flow.add(QosSocket.of(further)).toCompletableFuture();
		first.close();
		handle.open();
		pass(CHECK);
		assertThat(this.backend.session().socketsInForce()).containsExactly(further);
		assertThat(stage).succeedsWithin(SECOND).isSameAs(flow);
	}

	@Test
	void problemOfASocketThatTakesTheFirstPlaceIsOver() throws Exception {
		DefaultQosHandle handle = open();
		DatagramChannel first = socket();
		QosFlow flow = handle.addFlow(first, TrafficType.VOICE);
		CompletableFuture<QosFlow> stage = flow.add(QosSocket.of(socket())).toCompletableFuture();
		pass(SECOND);
		assertThat(stage).succeedsWithin(SECOND);
		this.backend.onJoin = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		sleep();
		assertThat(handle.status().error()).isNotNull();
		this.backend.onJoin = (socket) -> null;
		first.close();
		sleep();
		pass(CHECK);
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(handle.status().error()).isNull();
	}

	@Test
	void waitForAConditionOutlivesManySleeps() throws Exception {
		DefaultQosHandle handle = open();
		QosFlow flow = handle.addFlow(socket(), TrafficType.VOICE);
		pass(SECOND);
		CompletableFuture<FlowCondition> stage = flow.when(FlowCondition.CONGESTED);
		pass(SECOND);
		for (int i = 0; i < 2 * ManagedFlow.MOST_TRIES; i++) {
			pass(Duration.ofMinutes(1));
			assertThat(this.backend.session().waitedFor()).hasSize(1);
			this.backend.killSessions();
			this.backend.session().waits
				.forEach((wait) -> wait.complete(FakeBackend.failure(1164, ErrorCase.HANDLE_LOST)));
			pass(CHECK.plus(SECOND));
		}
		assertThat(stage).isNotDone();
		assertThat(this.backend.session().waitedFor()).hasSize(1);
	}

	@Test
	void sessionIsClosedOnceNoOtherCallIsUnderWay() throws Exception {
		this.backend = FakeBackend.direct();
		DefaultQosHandle handle = open();
		handle.addFlow(socket(), TrafficType.VOICE);
		this.backend.addGate = new CountDownLatch(1);
		DatagramChannel late = socket();
		Thread adder = new Thread(() -> handle.addFlow(late, TrafficType.VOICE), "adder");
		adder.start();
		await().until(() -> this.backend.adds.get() == 2);
		this.backend.die();
		handle.check();
		this.backend.recover(false);
		this.backend.addGate.countDown();
		adder.join();
		await().until(() -> this.backend.sessions.get(0).closed);
		pass(Duration.ofMinutes(2));
		assertThat(this.backend.misuse).isEmpty();
		assertThat(this.backend.session().socketsInForce()).hasSize(2);
	}

	@Test
	void socketThatThrowsHarmsNoOtherFlow() throws Exception {
		DefaultQosHandle handle = handle();
		OddSocket odd = new OddSocket();
		this.backend.onAdd = (socket) -> (socket.get() == odd) ? FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED)
				: null;
		QosFlow first = handle.addFlow(QosSocket.of(odd), QosFlowOptions.of(TrafficType.VOICE));
		QosFlow second = handle.addFlow(socket(), TrafficType.VOICE);
		CompletableFuture<QosFlow> stage = first.whenActive().toCompletableFuture();
		handle.open();
		pass(SECOND);
		assertThat(first.state()).isEqualTo(FlowState.FAILED);
		assertThat(second.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(stage).failsWithin(SECOND);
	}

	@Test
	void loggerThatThrowsHarmsNothing() throws Exception {
		DefaultQosHandle handle = open();
		QosFlow flow = handle.addFlow(socket(), TrafficType.VOICE);
		pass(SECOND);
		this.backend.onClose = FakeBackend.failure(8, ErrorCase.RESOURCES);
		this.logger.refuses = true;
		for (int i = 0; i <= Opening.MOST_HANGING; i++) {
			sleep();
			pass(Duration.ofMinutes(1));
		}
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(handle.status().hanging()).isZero();
	}

	@Test
	void closedHandleShowsNoRefusedRemoval() throws Exception {
		DefaultQosHandle handle = open();
		QosFlow flow = handle.addFlow(socket(), TrafficType.VOICE);
		pass(SECOND);
		this.backend.onRemove = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		flow.close();
		this.threads.runAll();
		assertThat(handle.status().error()).isNotNull();
		handle.close();
		pass(SECOND);
		assertThat(handle.status().error()).isNull();
	}

	@Test
	void closedHandleShowsNoRefusedTracking() throws Exception {
		DefaultQosHandle handle = open();
		handle.trackClient(InetAddress.getLoopbackAddress());
		pass(SECOND);
		this.backend.onTrack = (client) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		sleep();
		assertThat(handle.status().error()).isNotNull();
		handle.close();
		pass(SECOND);
		assertThat(handle.status().error()).isNull();
	}

	@Test
	void optionsThatAreRefusedWhileAFlowIsAddedAgainGiveWayToThoseBefore() throws Exception {
		DefaultQosHandle handle = open();
		QosFlow flow = handle.addFlow(socket(), TrafficType.VOICE);
		pass(SECOND);
		QosFlowOptions before = flow.options();
		QosFlowOptions refused = before.withRate(FlowRate.of(10_001));
		this.backend.onOpen = (attempt) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		sleep();
		assertThat(handle.state()).isEqualTo(HandleState.RECOVERING);
		CompletableFuture<QosFlow> stage = flow.setOptions(refused).toCompletableFuture();
		this.backend.onAdd = (socket) -> flow.options().equals(refused) ? FakeBackend.failure(54, ErrorCase.BANDWIDTH)
				: null;
		this.backend.onOpen = (attempt) -> null;
		pass(Duration.ofMinutes(2));
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(flow.options()).isEqualTo(before);
		assertThat(stage).failsWithin(SECOND)
			.withThrowableThat()
			.havingCause()
			.isInstanceOfSatisfying(QosException.class,
					(failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.BANDWIDTH));
	}

	@Test
	void refusedSocketIsNotTriedWheneverAnotherOneWaitsForItsPeer() throws Exception {
		DefaultQosHandle handle = open();
		DatagramChannel connected = socket();
		connected.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		QosFlow flow = handle.addFlow(socket(), TrafficType.VOICE);
		flow.add(QosSocket.of(connected));
		pass(SECOND);
		AtomicInteger joins = new AtomicInteger();
		this.backend.onJoin = (socket) -> {
			joins.incrementAndGet();
			return (socket.get() == connected) ? FakeBackend.failure(8, ErrorCase.RESOURCES)
					: FakeBackend.failure(1, ErrorCase.NOT_CONNECTED);
		};
		sleep();
		flow.add(QosSocket.of(socket()));
		this.threads.runAll();
		int before = joins.get();
		for (int i = 0; i < 100; i++) {
			this.timer.advance(Duration.ofMillis(50));
			this.threads.runAll();
		}
		assertThat(joins).hasValue(before);
	}

	@Test
	void flowWhoseAddHangsKeepsNoOtherOut() throws Exception {
		DefaultQosHandle handle = new DefaultQosHandle(settings(), BackendSelector.of(this.backend), this.timer);
		this.resources.add(0, handle);
		handle.open();
		handle.awaitOpen(Duration.ofSeconds(10));
		DatagramChannel bad = socket();
		QosFlow first = handle.addFlow(bad, TrafficType.VOICE);
		QosFlow second = handle.addFlow(socket(), TrafficType.VOICE);
		first.awaitActive(Duration.ofSeconds(10));
		second.awaitActive(Duration.ofSeconds(10));
		CountDownLatch never = new CountDownLatch(1);
		this.resources.add(0, never::countDown);
		this.backend.onAdd = (socket) -> {
			if (socket.get() == bad) {
				awaitUninterruptibly(never);
			}
			return null;
		};
		this.backend.killSessions();
		await().pollInterval(Duration.ofMillis(5)).until(() -> {
			this.timer.advance(SECOND);
			return first.state() == FlowState.FAILED && second.state() == FlowState.ACTIVE;
		});
		assertThat(first.status().failure().errorCase()).isEqualTo(ErrorCase.TIMEOUT);
		assertThat(handle.status().hanging()).isLessThan(Opening.MOST_HANGING);
	}

	private DefaultQosHandle handle() {
		this.backend.checkThreads = false;
		DefaultQosHandle handle = new DefaultQosHandle(settings(), BackendSelector.of(this.backend), this.timer,
				this.threads);
		this.resources.add(0, handle);
		return handle;
	}

	private HandleSettings settings() {
		return new HandleSettings("rare", QosVersion.V1_0, MarkingProfile.QWAVE, SECOND, Backoff.DEFAULT, CHECK,
				List.of(), List.of(), this.logger);
	}

	private DefaultQosHandle open() {
		DefaultQosHandle handle = handle();
		handle.open();
		pass(SECOND);
		return handle;
	}

	private DatagramChannel socket() throws Exception {
		DatagramChannel socket = DatagramChannel.open();
		this.resources.add(socket);
		return socket;
	}

	/**
	 * Do as standby does, and let the handle find out.
	 */
	private void sleep() {
		this.backend.killSessions();
		pass(CHECK.plus(SECOND));
	}

	private void pass(Duration duration) {
		this.threads.runAll();
		for (long seconds = 0; seconds < duration.toSeconds(); seconds++) {
			this.timer.advance(SECOND);
			this.threads.runAll();
		}
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * A socket of an application's own.
	 */
	private static final class OddSocket extends Socket {

		@Override
		public SocketAddress getRemoteSocketAddress() {
			throw new UnsupportedOperationException("odd");
		}

		@Override
		public SocketAddress getLocalSocketAddress() {
			throw new UnsupportedOperationException("odd");
		}

	}

	/**
	 * A logger that says nothing, and may throw.
	 */
	private static final class RefusingLogger implements System.Logger {

		private volatile boolean refuses;

		@Override
		public String getName() {
			return "refusing";
		}

		@Override
		public boolean isLoggable(Level level) {
			return true;
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
			if (this.refuses) {
				throw new IllegalStateException("The log is full");
			}
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
			log(level, bundle, format, (Throwable) null);
		}

	}

}
