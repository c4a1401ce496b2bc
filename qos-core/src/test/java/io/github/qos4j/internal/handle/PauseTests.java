package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowCondition.Kind;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for marking that is paused and resumed, and handles that are opened anew, with
 * and without a thread of the session's own.
 */
@ParameterizedClass
@ValueSource(booleans = { true, false })
class PauseTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	/** Too short for a call that is just being made to count as hanging. */
	private static final Duration CHECK = Duration.ofSeconds(10);

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final QosFlowOptions CONTROL = QosFlowOptions.of(TrafficType.CONTROL);

	private final FakeBackend backend;

	private final ManualTimer timer = new ManualTimer();

	private final Queue<String> events = new ConcurrentLinkedQueue<>();

	private final DefaultQosHandle handle;

	private final List<DatagramChannel> sockets = new ArrayList<>();

	PauseTests(boolean waiting) {
		this.backend = new FakeBackend(waiting);
		this.backend.checkAdds = true;
		this.handle = new DefaultQosHandle(
				new HandleSettings("pause", QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofSeconds(5),
						new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)), CHECK, List.of(new EventListener()),
						List.of(), System.getLogger(PauseTests.class.getName())),
				BackendSelector.of(this.backend), this.timer);
		this.handle.open();
		this.handle.awaitOpen(SOON);
	}

	@AfterEach
	void close() throws IOException {
		this.backend.addGate.countDown();
		this.backend.removeGate.countDown();
		this.backend.openGate.countDown();
		this.handle.close();
		await().until(() -> this.backend.open() == 0);
		for (DatagramChannel socket : this.sockets) {
			socket.close();
		}
		assertThat(this.backend.misuse).isEmpty();
	}

	// Pause and resume

	@Test
	void marksAreRemovedAndComeBack() throws IOException {
		QosFlow first = flow();
		QosFlow second = flow();
		this.handle.pauseMarking();
		awaitInForce();
		assertPaused(first, second);
		assertThat(first.marking().applied()).isNull();
		assertThat(this.handle.state()).isEqualTo(HandleState.OPEN);
		assertMarkedAgain(first, second);
		assertThat(this.handle.status().paused()).isFalse();
		assertThat(this.backend.sessions).hasSize(1);
	}

	@Test
	void flowsThatAreAddedWhilePausedWait() throws IOException {
		this.handle.pauseMarking();
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		CompletableFuture<QosFlow> active = flow.whenActive().toCompletableFuture();
		this.timer.advance(CHECK);
		awaitQuiet();
		assertPaused(flow);
		assertThat(this.backend.adds).hasValue(0);
		assertThat(active).isNotDone();
		this.handle.resumeMarking();
		assertThat(active).succeedsWithin(SOON).isSameAs(flow);
		awaitInForce(flow);
	}

	@Test
	void pausingTwiceChangesNothing() throws IOException {
		QosFlow flow = flow();
		this.handle.resumeMarking();
		this.handle.pauseMarking();
		this.handle.pauseMarking();
		awaitInForce();
		this.handle.resumeMarking();
		assertMarkedAgain(flow);
		await().untilAsserted(() -> assertThat(this.events).filteredOn((event) -> event.startsWith("handle"))
			.containsExactly("handle OPEN", "handle OPEN paused", "handle OPEN"));
		await().untilAsserted(() -> assertThat(this.events).filteredOn((event) -> event.startsWith("flow"))
			.containsExactly("flow ACTIVE", "flow PENDING marking is paused", "flow ACTIVE"));
	}

	@Test
	void closedHandleRefuses() {
		this.handle.close();
		assertThatIllegalStateException().isThrownBy(this.handle::pauseMarking)
			.withMessage("QoS handle 'pause' is closed");
		assertThatIllegalStateException().isThrownBy(this.handle::resumeMarking);
		assertThatIllegalStateException().isThrownBy(this.handle::reopen);
	}

	@Test
	void pausedHandleClosesAllTheSame() throws IOException {
		QosFlow flow = flow();
		this.handle.pauseMarking();
		this.handle.close();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		await().until(() -> this.backend.open() == 0);
	}

	@Test
	void flowsCloseWhilePaused() throws IOException {
		QosFlow flow = flow();
		this.handle.pauseMarking();
		flow.close();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		this.handle.resumeMarking();
		awaitQuiet();
		awaitInForce();
		assertThat(this.handle.flows()).isEmpty();
	}

	@Test
	void closedSocketsEndTheirFlowsWhilePaused() throws IOException {
		QosFlow flow = flow();
		this.handle.pauseMarking();
		awaitQuiet();
		this.sockets.get(0).close();
		this.timer.advance(CHECK);
		await().until(() -> flow.state() == FlowState.CLOSED);
	}

	@Test
	void failedFlowHasANewChanceAfterwards() throws IOException {
		this.backend.onAdd = (socket) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		await().until(() -> flow.state() == FlowState.FAILED);
		this.handle.pauseMarking();
		assertPaused(flow);
		assertThat(this.handle.status().error()).isNull();
		this.backend.onAdd = (socket) -> null;
		this.handle.resumeMarking();
		awaitActive(flow);
	}

	@Test
	void flowThatIsTriedAgainLaterWaitsForTheEndOfThePause() throws IOException {
		this.backend.onAdd = (socket) -> FakeBackend.failure(1231, ErrorCase.NETWORK);
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		await().until(() -> this.backend.adds.get() == 1);
		awaitQuiet();
		this.handle.pauseMarking();
		this.timer.advance(Duration.ofMinutes(5));
		awaitQuiet();
		assertPaused(flow);
		assertThat(this.backend.adds).hasValue(1);
		this.backend.onAdd = (socket) -> null;
		this.handle.resumeMarking();
		awaitActive(flow);
	}

	@Test
	void flowThatWasToBeTriedAgainLaterIsTriedAtOnceAfterAPause() throws IOException {
		this.backend.onAdd = (socket) -> FakeBackend.failure(1231, ErrorCase.NETWORK);
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		await().until(() -> this.backend.adds.get() == 1);
		awaitQuiet();
		this.handle.pauseMarking();
		this.backend.onAdd = (socket) -> null;
		this.handle.resumeMarking();
		awaitActive(flow);
		awaitInForce(flow);
		assertThat(this.backend.adds).hasValue(2);
	}

	@Test
	void optionsThatAreAskedForWhilePausedCountAfterwards() throws IOException {
		QosFlow flow = flow();
		this.handle.pauseMarking();
		CompletableFuture<QosFlow> changed = flow.setOptions(CONTROL).toCompletableFuture();
		awaitQuiet();
		assertThat(changed).isNotDone();
		assertThat(flow.options()).isEqualTo(CONTROL);
		this.handle.resumeMarking();
		assertThat(changed).succeedsWithin(SOON);
		assertThat(this.backend.session().options.entrySet())
			.filteredOn((entry) -> this.backend.session().inForce.contains(entry.getKey()))
			.extracting((entry) -> entry.getValue())
			.containsExactly(CONTROL);
	}

	@Test
	void manyChangesWhilePausedAreNotPiledUp() throws IOException {
		QosFlow flow = flow();
		this.handle.pauseMarking();
		List<CompletableFuture<QosFlow>> changes = changeOften(flow);
		assertThat(((ManagedFlow) flow).extras().changes).hasSizeLessThanOrEqualTo(FlowChanges.MOST);
		assertThat(changes).noneMatch(CompletableFuture::isDone);
		this.handle.resumeMarking();
		assertThat(changes).allSatisfy((change) -> assertThat(change).succeedsWithin(SOON));
		assertThat(this.backend.adds).hasValue(2);
		assertThat(flow.options().rate()).isEqualTo(FlowRate.of(11_000));
	}

	@Test
	void manyChangesWhilePausedAreNotAllTriedIfTheyAreRefused() throws Exception {
		QosFlow flow = flow();
		this.backend.onAdd = (socket) -> flow.options().equals(VOICE) ? null
				: FakeBackend.failure(87, ErrorCase.INVALID);
		this.handle.pauseMarking();
		List<CompletableFuture<QosFlow>> changes = changeOften(flow);
		this.handle.resumeMarking();
		await().until(() -> flow.state() == FlowState.ACTIVE);
		assertThat(changes).allSatisfy((change) -> assertThat(change).failsWithin(SOON));
		assertThat(changes.get(0)).failsWithin(SOON)
			.withThrowableThat()
			.withMessageContaining("So many others were asked for");
		assertThat(changes.get(changes.size() - 1)).failsWithin(SOON).withThrowableThat().withMessageContaining("87");
		assertThat(flow.options()).isEqualTo(VOICE);
		assertThat(this.backend.adds).hasValue(2 + FlowChanges.MOST);
	}

	private static List<CompletableFuture<QosFlow>> changeOften(QosFlow flow) {
		return IntStream.rangeClosed(1, 1_000)
			.mapToObj((rate) -> flow.setOptions(VOICE.withRate(FlowRate.of(10_000 + rate))).toCompletableFuture())
			.toList();
	}

	@Test
	void furtherSocketsJoinAgainAfterwards() throws Exception {
		QosFlow flow = flow();
		QosSocket early = QosSocket.of(socket());
		get(flow.add(early));
		this.handle.pauseMarking();
		QosSocket late = QosSocket.of(socket());
		CompletionStage<QosFlow> joined = flow.add(late);
		awaitQuiet();
		this.backend.session().joined.clear();
		this.handle.resumeMarking();
		get(joined);
		assertThat(this.backend.session().joined).containsExactlyInAnyOrder(early, late);
	}

	@Test
	void waitsForConditionsGoOnAfterwards() throws IOException {
		QosFlow flow = flow();
		CompletableFuture<FlowCondition> congested = flow.when(FlowCondition.CONGESTED);
		await().until(() -> this.backend.session().waitedFor().equals(List.of(Kind.CONGESTED)));
		this.handle.pauseMarking();
		await().until(() -> this.backend.session().waitedFor().isEmpty());
		assertThat(congested).isNotDone();
		this.handle.resumeMarking();
		await().until(() -> this.backend.session().waitedFor().equals(List.of(Kind.CONGESTED)));
		this.backend.session().fire(Kind.CONGESTED);
		assertThat(congested).succeedsWithin(SOON);
	}

	@Test
	void waitThatIsOverByAnEarlierAnswerIsGivenUp() throws IOException {
		QosFlow flow = flow();
		CompletableFuture<FlowCondition> congested = flow.when(FlowCondition.CONGESTED);
		await().until(() -> this.backend.session().waitedFor().equals(List.of(Kind.CONGESTED)));
		// It holds already, but that is not told yet.
		FakeBackend.FakeWait earlier = this.backend.session().waits.remove(0);
		this.handle.pauseMarking();
		awaitQuiet();
		this.handle.resumeMarking();
		await().until(() -> this.backend.session().waitedFor().equals(List.of(Kind.CONGESTED)));
		earlier.completion().accept(null);
		assertThat(congested).succeedsWithin(SOON);
		await().until(() -> this.backend.session().waitedFor().isEmpty());
	}

	@Test
	void clientsAreTrackedOn() throws Exception {
		get(this.handle.qwave().trackClient(InetAddress.getLoopbackAddress()).whenTracked());
		this.handle.pauseMarking();
		this.timer.advance(CHECK);
		awaitQuiet();
		assertThat(this.backend.session().tracked).containsExactly(InetAddress.getLoopbackAddress());
	}

	// What goes wrong meanwhile

	@Test
	void recoveryWhilePausedPutsNothingInForce() throws IOException {
		QosFlow flow = flow();
		this.handle.pauseMarking();
		awaitQuiet();
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.backend.sessions.size() == 2 && this.handle.state() == HandleState.OPEN);
		awaitQuiet();
		assertPaused(flow);
		assertThat(this.backend.session().flows()).isZero();
		assertMarkedAgain(flow);
	}

	@Test
	void handleThatIsNotOpenCanBePaused() throws IOException {
		QosFlow flow = flow();
		this.backend.onOpen = (attempt) -> FakeBackend.failure(31, ErrorCase.HANDLE_LOST);
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.handle.state() != HandleState.OPEN);
		this.handle.pauseMarking();
		assertPaused(flow);
		this.backend.onOpen = (attempt) -> null;
		this.handle.reopen();
		this.handle.awaitOpen(SOON);
		awaitQuiet();
		assertPaused(flow);
		this.handle.resumeMarking();
		awaitActive(flow);
	}

	@Test
	void refusedRemovalIsTriedAgainWhilePaused() throws IOException {
		flow();
		this.backend.onRemove = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		this.handle.pauseMarking();
		awaitQuiet();
		assertThat(this.backend.session().flows()).isOne();
		assertThat(this.handle.status().error()).isNotNull();
		this.backend.onRemove = (socket) -> null;
		this.timer.advance(CHECK);
		awaitInForce();
		awaitQuiet();
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void flowIsNotAddedAgainBeforeARefusedRemovalIsOver() throws IOException {
		QosFlow flow = flow();
		this.backend.onRemove = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		this.handle.pauseMarking();
		awaitQuiet();
		this.handle.resumeMarking();
		awaitQuiet();
		assertThat(flow.state()).isEqualTo(FlowState.PENDING);
		assertThat(this.backend.adds).hasValue(1);
		this.backend.onRemove = (socket) -> null;
		this.timer.advance(CHECK);
		awaitActive(flow);
		awaitInForce(flow);
	}

	@Test
	void flowIsAddedAgainIfItCouldOnlyBeUnmarked() throws IOException {
		QosFlow flow = flow();
		this.backend.onRemove = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		this.handle.pauseMarking();
		this.handle.resumeMarking();
		await().until(() -> {
			awaitQuiet();
			this.timer.advance(CHECK);
			return flow.state() == FlowState.ACTIVE;
		});
		assertThat(this.backend.session().unmarked).hasSize(1);
		awaitInForce(flow);
		assertThat(this.backend.sessions).hasSize(1);
	}

	@Test
	void handleIsOpenedAnewIfAMarkCannotBeRemoved() throws IOException {
		QosFlow flow = flow();
		this.backend.onRemove = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		this.backend.onUnmark = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		this.handle.pauseMarking();
		await().until(() -> {
			awaitQuiet();
			this.timer.advance(CHECK);
			return this.backend.sessions.size() > 1;
		});
		await().until(() -> this.backend.open() == 1 && this.handle.state() == HandleState.OPEN);
		assertPaused(flow);
		assertThat(this.backend.session().flows()).isZero();
	}

	@Test
	void flowIsNotAddedAgainBeforeItsRemovalWasTried() throws Exception {
		QosFlow flow = flow();
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.removeGate = gate;
		CompletableFuture<Void> pausing = CompletableFuture.runAsync(this.handle::pauseMarking);
		await().until(() -> flow.state() == FlowState.PENDING);
		this.handle.resumeMarking();
		assertThat(flow.status().reason()).isEqualTo("the flow is being added");
		assertThat(this.backend.adds).hasValue(1);
		gate.countDown();
		get(pausing);
		awaitActive(flow);
		awaitInForce(flow);
	}

	@Test
	void flowThatIsBeingAddedIsTakenBack() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.addGate = gate;
		DatagramChannel socket = socket();
		CompletableFuture<QosFlow> adding = CompletableFuture.supplyAsync(() -> this.handle.addFlow(socket, VOICE));
		await().until(() -> this.backend.adds.get() == 1);
		this.handle.pauseMarking();
		gate.countDown();
		QosFlow flow = get(adding);
		awaitQuiet();
		assertPaused(flow);
		assertThat(this.backend.session().flows()).isZero();
		assertMarkedAgain(flow);
	}

	@Test
	void flowThatIsTakenBackIsNotAddedAgainMeanwhile() throws Exception {
		CountDownLatch adding = new CountDownLatch(1);
		CountDownLatch removing = new CountDownLatch(1);
		CountDownLatch removal = new CountDownLatch(1);
		this.backend.addGate = adding;
		this.backend.removeGate = removing;
		DatagramChannel socket = socket();
		CompletableFuture<QosFlow> added = CompletableFuture.supplyAsync(() -> this.handle.addFlow(socket, VOICE));
		await().until(() -> this.backend.adds.get() == 1);
		this.handle.pauseMarking();
		this.backend.onCall = (session) -> removal.countDown();
		adding.countDown();
		assertThat(removal.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
		this.handle.resumeMarking();
		assertThat(this.backend.adds).hasValue(1);
		removing.countDown();
		awaitActive(get(added));
		awaitInForce(get(added));
		assertThat(this.backend.adds).hasValue(2);
	}

	@Test
	void pauseThatIsOverBeforeAnAddEndsTakesNothingBack() throws Exception {
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.addGate = gate;
		DatagramChannel socket = socket();
		CompletableFuture<QosFlow> adding = CompletableFuture.supplyAsync(() -> this.handle.addFlow(socket, VOICE));
		await().until(() -> this.backend.adds.get() == 1);
		this.handle.pauseMarking();
		this.handle.resumeMarking();
		gate.countDown();
		awaitActive(get(adding));
		assertThat(this.backend.adds).hasValue(1);
	}

	@Test
	void pausingDoesNotWaitForACallThatHangs() throws Exception {
		assumeTrue(this.backend.mayBlock());
		QosFlow first = flow();
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.addGate = gate;
		QosFlow second = this.handle.addFlow(socket(), VOICE);
		await().until(() -> this.backend.adds.get() == 2);
		this.handle.pauseMarking();
		assertPaused(first, second);
		this.timer.advance(Duration.ofSeconds(31));
		await().until(() -> this.backend.sessions.size() == 2 && this.handle.state() == HandleState.OPEN);
		assertPaused(first, second);
		gate.countDown();
		awaitQuiet();
		assertMarkedAgain(first, second);
	}

	@Test
	void callThatHangsAgainLeavesItsFlowPendingInAPause() throws Exception {
		assumeTrue(this.backend.mayBlock());
		CountDownLatch gate = new CountDownLatch(1);
		QosFlow first = flow();
		QosFlow second = flowThatHangsTwice(gate, this.handle::pauseMarking);
		assertPaused(first, second);
		gate.countDown();
		awaitQuiet();
		assertMarkedAgain(first, second);
	}

	@Test
	void flowWhoseCallHangsIsAddedOnceThatReturnsAndNotBefore() throws Exception {
		assumeTrue(this.backend.mayBlock());
		CountDownLatch gate = new CountDownLatch(1);
		QosFlow first = flow();
		QosFlow stuck = flowThatHangsTwice(gate);
		await().until(() -> stuck.state() == FlowState.FAILED);
		awaitActive(first);
		this.handle.pauseMarking();
		assertPaused(first, stuck);
		this.handle.resumeMarking();
		assertIsLeftAlone(first, stuck);
		gate.countDown();
		await().until(() -> this.handle.status().hanging() == 0);
		passTime(Duration.ofMinutes(1), 0);
		await().until(() -> stuck.state() == FlowState.ACTIVE);
		awaitInForce(first, stuck);
		assertThat(this.backend.sessions).hasSize(3);
	}

	@Test
	void flowWhoseCallWasFoundToHangInAPauseIsAddedOnceThatReturns() throws Exception {
		assumeTrue(this.backend.mayBlock());
		CountDownLatch gate = new CountDownLatch(1);
		QosFlow first = flow();
		QosFlow stuck = flowThatHangsTwice(gate, this.handle::pauseMarking);
		assertPaused(first, stuck);
		this.handle.resumeMarking();
		assertIsLeftAlone(first, stuck);
		this.handle.pauseMarking();
		gate.countDown();
		await().until(() -> this.handle.status().hanging() == 0);
		assertMarkedAgain(first, stuck);
	}

	@Test
	void flowWhoseCallHangsIsNotTriedEarlier() throws Exception {
		assumeTrue(this.backend.mayBlock());
		CountDownLatch gate = new CountDownLatch(1);
		QosFlow first = flow();
		QosFlow stuck = flowThatHangsTwice(gate);
		await().until(() -> stuck.state() == FlowState.FAILED);
		this.backend.listener.networkChanged();
		assertThat(stuck.setOptions(CONTROL).toCompletableFuture()).failsWithin(SOON)
			.withThrowableThat()
			.withMessageContaining("has not returned");
		assertIsLeftAlone(first, stuck);
		gate.countDown();
		await().until(() -> this.handle.status().hanging() == 0);
		this.backend.listener.networkChanged();
		passTime(CHECK, 0);
		await().until(() -> stuck.state() == FlowState.ACTIVE);
		assertThat(this.backend.session().options).containsValue(CONTROL);
	}

	private QosFlow flowThatHangsTwice(CountDownLatch gate) throws IOException {
		return flowThatHangsTwice(gate, () -> {
		});
	}

	/**
	 * Add a flow whose calls hang, and wait until two of them are given up.
	 * @param meanwhile is run while the second hangs
	 */
	private QosFlow flowThatHangsTwice(CountDownLatch gate, Runnable meanwhile) throws IOException {
		DatagramChannel socket = socket();
		this.backend.onAdd = (added) -> {
			if (added.get() == socket) {
				awaitGate(gate);
			}
			return null;
		};
		QosFlow flow = this.handle.addFlow(socket, VOICE);
		await().until(() -> this.backend.adds.get() == 2);
		this.timer.advance(Duration.ofSeconds(31));
		await().until(() -> this.backend.adds.get() == 4);
		meanwhile.run();
		this.timer.advance(Duration.ofSeconds(31));
		await().until(() -> this.backend.sessions.size() == 3 && this.handle.state() == HandleState.OPEN);
		return flow;
	}

	/**
	 * Assert that a flow is not added, and costs the others nothing.
	 */
	private void assertIsLeftAlone(QosFlow other, QosFlow stuck) {
		awaitActive(other);
		passTime(Duration.ofSeconds(40), 2);
		assertThat(stuck.state()).isEqualTo(FlowState.FAILED);
		assertThat(this.handle.status().error()).isNotNull();
		assertThat(this.handle.state()).isEqualTo(HandleState.OPEN);
		assertThat(this.handle.status().hanging()).isEqualTo(2);
		assertThat(this.backend.sessions).hasSize(3);
	}

	/**
	 * Let time pass in steps that make no call seem to hang that does not.
	 * @param hanging how many calls hang
	 */
	private void passTime(Duration duration, int hanging) {
		for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plus(CHECK)) {
			await().until(() -> this.handle.underWay() == hanging);
			this.timer.advance(CHECK);
		}
		await().until(() -> this.handle.underWay() == hanging);
	}

	private static void awaitGate(CountDownLatch gate) {
		try {
			gate.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	// Opening anew

	@Test
	void reopeningAddsAllFlowsAgain() throws Exception {
		QosFlow flow = flow();
		this.handle.reopen();
		get(this.handle.whenOpen());
		assertThat(this.backend.sessions).hasSize(2);
		awaitActive(flow);
		awaitInForce(flow);
		await().until(() -> this.backend.open() == 1);
		await().untilAsserted(() -> assertThat(this.events).contains("handle RECOVERING"));
	}

	@Test
	void reopeningTriesAtOnceWhatWouldBeTriedLater() {
		this.backend.onOpen = (attempt) -> FakeBackend.failure(31, ErrorCase.HANDLE_LOST);
		this.handle.reopen();
		await().until(() -> this.handle.status().nextTry() != null);
		this.backend.onOpen = (attempt) -> null;
		this.handle.reopen();
		this.handle.awaitOpen(SOON);
	}

	@Test
	void reopeningHasNoEffectWhileOpening() {
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.openGate = gate;
		this.handle.reopen();
		await().until(() -> this.backend.attempts.get() == 2);
		this.handle.reopen();
		this.handle.reopen();
		gate.countDown();
		this.handle.awaitOpen(SOON);
		awaitQuiet();
		assertThat(this.backend.attempts).hasValue(2);
	}

	private void assertMarkedAgain(QosFlow... flows) {
		this.handle.resumeMarking();
		awaitActive(flows);
		awaitInForce(flows);
	}

	private void assertPaused(QosFlow... flows) {
		HandleStatus status = this.handle.status();
		assertThat(status.paused()).isTrue();
		assertThat(status.flows()).isEqualTo(new FlowCounts(0, flows.length, 0));
		for (QosFlow flow : flows) {
			assertThat(flow.status().state()).isEqualTo(FlowState.PENDING);
			assertThat(flow.status().reason()).isEqualTo("marking is paused");
			assertThat(flow.status().failure()).isNull();
		}
	}

	private void awaitInForce(QosFlow... flows) {
		List<Object> expected = new ArrayList<>();
		for (QosFlow flow : flows) {
			expected.add(flow.socket().get());
		}
		await().untilAsserted(() -> assertThat(this.backend.session().socketsInForce())
			.containsExactlyInAnyOrderElementsOf(expected));
	}

	private static void awaitActive(QosFlow... flows) {
		for (QosFlow flow : flows) {
			flow.awaitActive(SOON);
		}
	}

	private void awaitQuiet() {
		await().until(this.handle::isQuiet);
	}

	private QosFlow flow() throws IOException {
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		flow.awaitActive(SOON);
		return flow;
	}

	private DatagramChannel socket() throws IOException {
		DatagramChannel socket = DatagramChannel.open();
		this.sockets.add(socket);
		return socket;
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(SOON);
	}

	private static <T> T get(CompletionStage<T> stage) throws Exception {
		return stage.toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
	}

	private final class EventListener implements QosHandle.Listener {

		@Override
		public void handleChanged(QosHandle changed, HandleStatus status) {
			PauseTests.this.events.add("handle " + status.state() + (status.paused() ? " paused" : ""));
		}

		@Override
		public void flowChanged(QosFlow flow, FlowStatus status) {
			PauseTests.this.events
				.add("flow " + status.state() + ((status.reason() != null) ? " " + status.reason() : ""));
		}

	}

}
