package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.ServiceState;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.SystemListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for how a {@link DefaultQosHandle} and its flows recover.
 */
class RecoveryTests {

	private static final Duration CHECK = Duration.ofSeconds(30);

	private static final Duration BACKOFF = Duration.ofSeconds(1);

	private static final Duration SOON = Duration.ofSeconds(10);

	private final FakeBackend backend = FakeBackend.waiting();

	/** Whether the timer fails once. */
	private final AtomicBoolean timerFails = new AtomicBoolean();

	/** Time that passes while the timer is late, in nanoseconds. */
	private final AtomicLong ahead = new AtomicLong();

	private final ManualTimer timer = new ManualTimer() {

		@Override
		public Instant now() {
			if (RecoveryTests.this.timerFails.getAndSet(false)) {
				throw new IllegalStateException("no time");
			}
			return super.now();
		}

		@Override
		public long nanoTime() {
			return super.nanoTime() + RecoveryTests.this.ahead.get();
		}

	};

	private final List<String> events = new CopyOnWriteArrayList<>();

	/** What is logged waits for it. */
	private volatile CountDownLatch logGate = new CountDownLatch(0);

	private final DefaultQosHandle handle = handle(this.backend);

	private final List<DatagramChannel> sockets = new ArrayList<>();

	@AfterEach
	void close() throws IOException {
		this.logGate.countDown();
		this.handle.close();
		await().until(() -> this.backend.open() == 0);
		for (DatagramChannel socket : this.sockets) {
			socket.close();
		}
		assertThat(this.backend.misuse).isEmpty();
	}

	@Test
	void checkFindsADeadHandleAndBringsAllFlowsBack() throws IOException {
		List<QosFlow> flows = open(10);
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.backend.sessions.size() == 2);
		awaitActive(flows);
		assertThat(this.backend.session().flows()).isEqualTo(10);
		await().until(() -> this.backend.sessions.get(0).closed);
		await().until(() -> this.handle.status().hanging() == 0);
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void closingAFlowFindsADeadHandle() throws IOException {
		List<QosFlow> flows = open(3);
		this.backend.killSessions();
		flows.get(0).close();
		await().until(() -> this.backend.sessions.size() == 2);
		awaitActive(flows.subList(1, 3));
		assertThat(this.backend.session().flows()).isEqualTo(2);
	}

	@Test
	void addingAFlowFindsADeadHandle() throws IOException {
		List<QosFlow> flows = open(3);
		this.backend.killSessions();
		QosFlow added = this.handle.addFlow(socket(), TrafficType.VOICE);
		await().until(() -> this.backend.sessions.size() == 2);
		awaitActive(flows);
		added.awaitActive(SOON);
		assertThat(this.backend.sessions).hasSize(2);
	}

	@Test
	void sessionThatWasOpenedAfterAResumeIsKept() throws IOException {
		List<QosFlow> flows = open(3);
		this.backend.killSessions();
		listener().resumed();
		this.ahead.set(1);
		QosFlow added = this.handle.addFlow(socket(), TrafficType.VOICE);
		await().until(() -> this.backend.sessions.size() == 2);
		added.awaitActive(SOON);
		awaitActive(flows);
		this.timer.advance(Duration.ZERO);
		await().until(this.handle::isQuiet);
		assertThat(this.backend.sessions).hasSize(2);
		assertThat(this.handle.state()).isEqualTo(HandleState.OPEN);
	}

	@Test
	void resumeIsNotWaitedFor() throws IOException {
		List<QosFlow> flows = open(3);
		this.backend.killSessions();
		listener().resumed();
		this.timer.advance(Duration.ZERO);
		awaitActive(flows);
		assertThat(this.backend.sessions).hasSize(2);
	}

	@Test
	void logThatHangsDoesNotKeepFlowsWaiting() throws IOException {
		List<QosFlow> flows = open(3);
		this.logGate = new CountDownLatch(1);
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.backend.sessions.size() == 2);
		awaitActive(flows);
		assertThat(this.backend.session().flows()).isEqualTo(3);
	}

	@Test
	void whoAsksAfterTheLossIsToldOfTheNextOpening() throws IOException {
		open(1);
		assertThat(this.handle.whenOpen().toCompletableFuture()).isCompletedWithValue(this.handle);
		this.backend.openGate = new CountDownLatch(1);
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.handle.state() == HandleState.RECOVERING);
		CompletableFuture<QosHandle> next = this.handle.whenOpen().toCompletableFuture();
		assertThat(next).isNotDone();
		this.backend.openGate.countDown();
		assertThat(next).succeedsWithin(SOON).isSameAs(this.handle);
	}

	@Test
	void failedRecoveryIsTriedAgainLater() throws IOException {
		List<QosFlow> flows = open(3);
		this.backend.onOpen = (attempt) -> (attempt < 4) ? FakeBackend.failure(31, ErrorCase.HANDLE_LOST) : null;
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.handle.status().nextTry() != null);
		assertThat(this.handle.state()).isEqualTo(HandleState.RECOVERING);
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.PENDING);
		assertThat(flows.get(0).status().reason()).isEqualTo("QoS handle 'recovery' is RECOVERING");
		passTimeUntilActive(flows);
		assertThat(this.backend.attempts).hasValue(4);
	}

	@Test
	void flowThatIsGoneAloneIsAddedAgainAlone() throws IOException {
		List<QosFlow> flows = open(3);
		this.backend.session().drop(((DefaultQosFlow) flows.get(1)).socket());
		passChecks(3);
		await().until(() -> this.backend.session().flows() == 3);
		awaitActive(flows);
		assertThat(this.backend.sessions).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 31, 6, 1164 })
	void guiltyFlowIsSetAsideAndTheOthersKeepTheirMark(int code) throws IOException {
		List<QosFlow> flows = open(99);
		DatagramChannel guilty = socket();
		this.backend.onAdd = refuse(guilty, code, ErrorCase.HANDLE_LOST);
		QosFlow flow = this.handle.addFlow(guilty, TrafficType.VOICE);
		passTimeUntil(() -> flow.state() == FlowState.FAILED);
		assertThat(this.backend.sessions).hasSize(1);
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.ACTIVE);
		assertThat(this.backend.adds).hasValue(99 + ManagedFlow.MOST_TRIES);
	}

	@Test
	void flowThatKillsEverySessionIsSetAside() throws IOException {
		List<QosFlow> flows = open(20);
		DatagramChannel deadly = socket();
		this.backend.onAdd = (socket) -> {
			if (socket.get() == deadly) {
				this.backend.killSessions();
			}
			return null;
		};
		QosFlow flow = this.handle.addFlow(deadly, TrafficType.VOICE);
		passTimeUntil(() -> flow.state() == FlowState.FAILED);
		passTimeUntilActive(flows);
		assertThat(this.backend.sessions).hasSize(1 + ManagedFlow.MOST_TRIES);
	}

	@Test
	void flowsThatKillEverySessionDoNotBringEachOtherBack() throws IOException {
		List<QosFlow> flows = open(5);
		List<DatagramChannel> deadly = List.of(socket(), socket());
		this.backend.onAdd = (socket) -> {
			if (deadly.contains(socket.get())) {
				this.backend.killSessions();
			}
			return null;
		};
		List<QosFlow> bad = deadly.stream().map((socket) -> this.handle.addFlow(socket, TrafficType.VOICE)).toList();
		passTimeUntil(() -> bad.stream().allMatch((flow) -> flow.state() == FlowState.FAILED));
		passTimeUntilActive(flows);
		int sessions = this.backend.sessions.size();
		passChecks(20);
		assertThat(this.backend.sessions).hasSize(sessions);
		assertThat(bad).extracting(QosFlow::state).containsOnly(FlowState.FAILED);
	}

	@Test
	void flowThatFailsWithTheHandleStaysVisible() throws IOException {
		open(1);
		DatagramChannel killer = socket();
		this.backend.onAdd = (added) -> {
			if (added.get() == killer) {
				this.backend.killSessions();
			}
			return null;
		};
		QosFlow flow = this.handle.addFlow(killer, TrafficType.VOICE);
		passTimeUntil(() -> flow.state() == FlowState.FAILED);
		this.backend.onAdd = (any) -> null;
		passTimeUntil(() -> this.handle.state() == HandleState.OPEN);
		assertThat(this.handle.status().error()).satisfies((error) -> assertThat(error.code()).hasValue(1164));
	}

	@ParameterizedTest
	@ValueSource(strings = { "NETWORK", "DEVICE", "RESOURCES", "TRY_AGAIN" })
	void passingRefusalIsTriedAgainAndThenFails(ErrorCase errorCase) throws IOException {
		open(1);
		DatagramChannel socket = socket();
		this.backend.onAdd = refuse(socket, 1232, errorCase);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		await().until(() -> flow.status().failure() != null);
		assertThat(flow.state()).isEqualTo(FlowState.PENDING);
		assertThat(flow.status().reason()).isEqualTo("Fake failed: FAKE (1232)");
		passTimeUntil(() -> flow.state() == FlowState.FAILED);
		assertThat(this.backend.adds).hasValue(1 + ManagedFlow.MOST_TRIES);
		this.backend.onAdd = (any) -> null;
		listener().networkChanged();
		listener().networkChanged();
		this.timer.advance(Duration.ofSeconds(1));
		flow.awaitActive(SOON);
	}

	@Test
	void passingRefusalEndsWithSuccess() throws IOException {
		open(1);
		DatagramChannel socket = socket();
		this.backend.onAdd = refuse(socket, 1237, ErrorCase.TRY_AGAIN);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		await().until(() -> flow.status().failure() != null);
		this.backend.onAdd = (any) -> null;
		passTimeUntilActive(List.of(flow));
		assertThat(flow.status().failure()).isNull();
	}

	@Test
	void networkMayTakeAMinuteAfterResume() throws IOException {
		QosFlow flow = open(1).get(0);
		this.backend.onAdd = (any) -> FakeBackend.failure(1232, ErrorCase.NETWORK);
		listener().resumed();
		this.timer.advance(Duration.ZERO);
		await().until(() -> flow.status().failure() != null);
		for (int second = 0; second < 55; second++) {
			this.timer.advance(Duration.ofSeconds(1));
			awaitQuiet();
		}
		assertThat(flow.state()).isEqualTo(FlowState.PENDING);
		this.backend.onAdd = (any) -> null;
		passTimeUntilActive(List.of(flow));
	}

	@Test
	void permanentRefusalIsNotTriedAgain() throws IOException {
		open(1);
		DatagramChannel socket = socket();
		this.backend.onAdd = refuse(socket, 50, ErrorCase.NOT_SUPPORTED);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		await().until(() -> flow.state() == FlowState.FAILED);
		passChecks(20);
		assertThat(this.backend.adds).hasValue(2);
	}

	@Test
	void serviceThatWasStoppedAndStartedAgainMeansANewHandle() throws IOException {
		List<QosFlow> flows = open(2);
		this.backend.service = ServiceState.STOPPED;
		this.timer.advance(CHECK);
		await().until(() -> this.backend.serviceAnswers.contains(ServiceState.STOPPED));
		awaitQuiet();
		assertThat(this.backend.sessions).hasSize(1);
		this.backend.service = ServiceState.RUNNING;
		await().until(() -> {
			this.timer.advance(CHECK);
			awaitQuiet();
			return this.backend.sessions.size() == 2;
		});
		awaitActive(flows);
	}

	@Test
	void callThatHangsCostsItsSessionButNotTheFlows() throws IOException {
		List<QosFlow> flows = open(2);
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.addGate = gate;
		QosFlow hanging = this.handle.addFlow(socket(), TrafficType.VOICE);
		await().until(() -> this.backend.adds.get() == 3);
		this.backend.addGate = new CountDownLatch(0);
		this.timer.advance(Opening.HANGING);
		await().until(() -> this.backend.sessions.size() == 2);
		awaitActive(flows);
		hanging.awaitActive(SOON);
		assertThat(this.handle.status().hanging()).isOne();
		gate.countDown();
		await().until(() -> this.handle.status().hanging() == 0);
		assertThat(this.backend.open()).isOne();
	}

	@Test
	void callThatCannotWaitIsNeverTakenForOneThatHangs() throws IOException {
		FakeBackend direct = FakeBackend.direct();
		try (DefaultQosHandle other = handle(direct)) {
			other.open();
			other.addFlow(socket(), TrafficType.VOICE).awaitActive(SOON);
			this.timer.advance(CHECK);
			DatagramChannel socket = socket();
			direct.onAdd = (any) -> {
				// The next check finds this call under way.
				this.timer.advance(CHECK);
				return null;
			};
			other.addFlow(socket, TrafficType.VOICE).awaitActive(SOON);
			assertThat(direct.sessions).hasSize(1);
		}
		assertThat(direct.misuse).isEmpty();
	}

	@Test
	void sessionsThatHangAreLimited() throws IOException {
		open(1);
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.addGate = gate;
		this.handle.addFlow(socket(), TrafficType.VOICE);
		await().until(() -> {
			this.timer.advance(CHECK);
			return this.handle.status().hanging() == Opening.MOST_HANGING;
		});
		for (int i = 0; i < 20; i++) {
			this.timer.advance(CHECK);
		}
		assertThat(this.handle.state()).isEqualTo(HandleState.RECOVERING);
		assertThat(this.backend.sessions).hasSize(Opening.MOST_HANGING);
		assertThat(this.handle.status().reason()).contains("has not returned");
		gate.countDown();
		await().until(() -> this.handle.state() == HandleState.OPEN && this.handle.status().hanging() == 0);
	}

	@Test
	void openingThatHangsIsGivenUpAndTriedAgain() throws IOException {
		CountDownLatch gate = hangOpening();
		this.handle.open();
		QosFlow flow = this.handle.addFlow(socket(), TrafficType.VOICE);
		awaitAttempts(1);
		CompletableFuture<QosHandle> open = this.handle.whenOpen().toCompletableFuture();
		this.backend.openGate = new CountDownLatch(0);
		this.timer.advance(Opening.HANGING);
		assertThat(this.handle.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(HandleState.UNAVAILABLE);
			assertThat(status.reason()).isEqualTo("A native call to open has not returned for PT30S");
			assertThat(status.nextTry()).isBetween(this.timer.now(), this.timer.now().plus(BACKOFF));
			assertThat(status.hanging()).isOne();
		});
		assertThat(open).isNotDone();
		this.timer.advance(BACKOFF);
		flow.awaitActive(SOON);
		assertThat(open).succeedsWithin(SOON);
		assertThat(this.handle.status().hanging()).isOne();
		gate.countDown();
		await().until(() -> this.handle.status().hanging() == 0);
		assertThat(this.backend.sessions).hasSize(2);
		assertThat(this.backend.open()).isOne();
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
	}

	@Test
	void openingThatHangsInRecoveryIsGivenUpAndTriedAgain() throws IOException {
		List<QosFlow> flows = open(2);
		CountDownLatch gate = hangOpening();
		this.backend.killSessions();
		this.timer.advance(CHECK);
		awaitAttempts(2);
		this.backend.openGate = new CountDownLatch(0);
		this.timer.advance(Opening.HANGING);
		assertThat(this.handle.state()).isEqualTo(HandleState.RECOVERING);
		this.timer.advance(BACKOFF);
		awaitActive(flows);
		assertThat(this.handle.status().hanging()).isOne();
		gate.countDown();
		await().until(() -> this.handle.status().hanging() == 0);
	}

	@Test
	void attemptsToOpenThatHangAreLimited() {
		CountDownLatch gate = hangOpening();
		this.handle.open();
		for (int attempt = 1; attempt <= Opening.MOST_HANGING; attempt++) {
			awaitAttempts(attempt);
			this.timer.advance(Opening.HANGING);
			// Long enough for the next attempt, too short for it to be given up as well.
			this.timer.advance(Duration.ofSeconds(10));
		}
		for (int i = 0; i < 20; i++) {
			this.timer.advance(CHECK);
		}
		assertThat(this.backend.attempts).hasValue(Opening.MOST_HANGING);
		assertThat(this.handle.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(HandleState.UNAVAILABLE);
			assertThat(status.hanging()).isEqualTo(Opening.MOST_HANGING);
			assertThat(status.nextTry()).isNull();
		});
		gate.countDown();
		await().until(() -> this.handle.state() == HandleState.OPEN && this.handle.status().hanging() == 0);
		assertThat(this.backend.open()).isOne();
	}

	@Test
	void closeWaitsForAnAttemptThatWasGivenUp() {
		CountDownLatch gate = hangOpening();
		this.handle.open();
		awaitAttempts(1);
		this.timer.advance(Opening.HANGING);
		CompletableFuture<Void> closing = CompletableFuture.runAsync(this.handle::close);
		await().until(() -> this.handle.state() == HandleState.CLOSED);
		gate.countDown();
		assertThat(closing).succeedsWithin(SOON);
		assertThat(this.backend.sessions).hasSize(1);
		assertThat(this.backend.open()).isZero();
	}

	@Test
	void sessionThatCannotBeUsedIsClosedAndOpenedAgainLater() {
		this.backend.onOpen = (attempt) -> {
			this.timerFails.set(attempt == 1);
			return null;
		};
		this.handle.open();
		await().until(() -> this.handle.status().nextTry() != null);
		assertThat(this.handle.status().reason()).contains("no time");
		await().until(() -> this.backend.sessions.size() == 1 && this.backend.open() == 0);
		this.timer.advance(BACKOFF);
		await().until(() -> this.handle.state() == HandleState.OPEN);
		assertThat(this.backend.sessions).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource(names = { "NETWORK", "DEVICE", "RESOURCES", "TRY_AGAIN", "HANDLE_LOST" })
	void failedFlowGetsAnotherChanceInTheNextSession(ErrorCase errorCase) throws IOException {
		open(1);
		DatagramChannel socket = socket();
		this.backend.onAdd = refuse(socket, 1, errorCase);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		passTimeUntil(() -> flow.state() == FlowState.FAILED);
		this.backend.onAdd = (any) -> null;
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> flow.state() == FlowState.ACTIVE);
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void flowThatWasRefusedForGoodStaysFailedInTheNextSession() throws IOException {
		open(1);
		DatagramChannel socket = socket();
		this.backend.onAdd = refuse(socket, 50, ErrorCase.NOT_SUPPORTED);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		passTimeUntil(() -> flow.state() == FlowState.FAILED);
		this.backend.onAdd = (any) -> null;
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.backend.sessions.size() == 2);
		awaitQuiet();
		assertThat(flow.state()).isEqualTo(FlowState.FAILED);
	}

	@Test
	void socketsClosedMeanwhileAreDropped() throws IOException {
		List<QosFlow> flows = open(4);
		this.backend.onOpen = (attempt) -> (attempt < 3) ? FakeBackend.failure(31, ErrorCase.HANDLE_LOST) : null;
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.handle.state() == HandleState.RECOVERING);
		this.sockets.get(0).close();
		flows.get(1).close();
		this.backend.onAdd = (socket) -> socket.isOpen() ? null
				: new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
		passTimeUntilActive(flows.subList(2, 4));
		await().until(() -> flows.get(0).state() == FlowState.CLOSED);
		assertThat(this.backend.session().flows()).isEqualTo(2);
		assertThat(this.handle.status().flows()).isEqualTo(new FlowCounts(2, 0, 0));
	}

	@Test
	void handleCanBeClosedWhileItRecovers() throws IOException {
		open(2);
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.openGate = gate;
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.backend.attempts.get() == 2);
		Thread closer = new Thread(this.handle::close);
		closer.start();
		await().until(() -> this.handle.state() == HandleState.CLOSED);
		gate.countDown();
		await().until(() -> this.backend.sessions.size() == 2 && this.backend.open() == 0 && !closer.isAlive());
	}

	@Test
	void listenersHearWhatHappensInOrder() throws IOException {
		open(1);
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.backend.sessions.size() == 2);
		await().until(() -> this.events.size() == 7);
		assertThat(this.events).containsExactly("handle OPEN", "flow added to recovery", "flow ACTIVE", "flow PENDING",
				"handle RECOVERING", "handle OPEN", "flow ACTIVE");
	}

	@Test
	void listenersHearOfFlowThatWaitsForTheHandle() throws IOException {
		CountDownLatch gate = hangOpening();
		this.handle.open();
		this.handle.addFlow(socket(), TrafficType.VOICE);
		await().until(() -> this.events.equals(List.of("flow added to recovery")));
		gate.countDown();
		await().until(() -> this.events.size() == 3);
		assertThat(this.events).containsExactly("flow added to recovery", "handle OPEN", "flow ACTIVE");
	}

	private DefaultQosHandle handle(FakeBackend used) {
		return new DefaultQosHandle(new HandleSettings("recovery", QosVersion.V1_0, MarkingProfile.QWAVE,
				Duration.ofSeconds(5), new Backoff(BACKOFF, Duration.ofMinutes(1)), CHECK,
				List.of(new RecordingListener()), List.of(), new WaitingLogger()), BackendSelector.of(used),
				this.timer);
	}

	/**
	 * Let attempts to open hang until the returned latch is released.
	 */
	private CountDownLatch hangOpening() {
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.openGate = gate;
		return gate;
	}

	private void awaitAttempts(int number) {
		await().until(() -> this.backend.attempts.get() == number);
	}

	private List<QosFlow> open(int count) throws IOException {
		this.handle.open();
		this.handle.awaitOpen(SOON);
		List<QosFlow> flows = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			flows.add(this.handle.addFlow(socket(), TrafficType.VOICE));
		}
		awaitActive(flows);
		awaitQuiet();
		return flows;
	}

	private DatagramChannel socket() throws IOException {
		DatagramChannel socket = DatagramChannel.open();
		this.sockets.add(socket);
		return socket;
	}

	private SystemListener listener() {
		SystemListener listener = this.backend.listener;
		assertThat(listener).isNotNull();
		return listener;
	}

	private static Function<QosSocket, @Nullable QosException> refuse(DatagramChannel refused, int code,
			ErrorCase errorCase) {
		return (socket) -> (socket.get() == refused) ? FakeBackend.failure(code, errorCase) : null;
	}

	private void passTimeUntilActive(List<QosFlow> flows) {
		passTimeUntil(() -> flows.stream().allMatch((flow) -> flow.state() == FlowState.ACTIVE));
	}

	private void passTimeUntil(Callable<Boolean> condition) {
		await().pollInterval(Duration.ofMillis(5)).atMost(SOON).until(() -> {
			if (condition.call()) {
				return true;
			}
			// Else a call that merely takes its time would seem to hang.
			if (this.handle.isQuiet()) {
				this.timer.advance(BACKOFF);
			}
			return false;
		});
	}

	private void passChecks(int number) {
		for (int i = 0; i < number; i++) {
			this.timer.advance(CHECK);
			awaitQuiet();
		}
	}

	private static void awaitActive(List<QosFlow> flows) {
		flows.forEach((flow) -> flow.awaitActive(SOON));
	}

	private void awaitQuiet() {
		await().pollInterval(Duration.ofMillis(1)).until(this.handle::isQuiet);
	}

	private final class WaitingLogger implements System.Logger {

		private final System.Logger delegate = System.getLogger(RecoveryTests.class.getName());

		@Override
		public String getName() {
			return this.delegate.getName();
		}

		@Override
		public boolean isLoggable(Level level) {
			return this.delegate.isLoggable(level);
		}

		@Override
		public void log(Level level, @Nullable ResourceBundle bundle, String message, @Nullable Throwable thrown) {
			awaitGate();
			this.delegate.log(level, bundle, message, thrown);
		}

		@Override
		public void log(Level level, @Nullable ResourceBundle bundle, String format, Object... parameters) {
			awaitGate();
			this.delegate.log(level, bundle, format, parameters);
		}

		private void awaitGate() {
			try {
				RecoveryTests.this.logGate.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	private final class RecordingListener implements QosHandle.Listener {

		@Override
		public void handleChanged(QosHandle changed, HandleStatus status) {
			RecoveryTests.this.events.add("handle " + status.state());
		}

		@Override
		public void flowAdded(QosHandle handle, QosFlow added) {
			RecoveryTests.this.events.add("flow added to " + handle.name());
		}

		@Override
		public void flowChanged(QosFlow changed, FlowStatus status) {
			RecoveryTests.this.events.add("flow " + status.state());
		}

	}

}
