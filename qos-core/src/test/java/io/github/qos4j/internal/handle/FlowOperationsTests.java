package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowCondition.Kind;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.QosVersion;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.Subscription;
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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for what can be done with a flow of a {@link DefaultQosHandle} beside adding and
 * closing it, with and without a thread of the session's own.
 */
@ParameterizedClass
@ValueSource(booleans = { true, false })
class FlowOperationsTests {

	/** Too short for a call that is just being made to count as hanging. */
	private static final Duration CHECK = Duration.ofSeconds(10);

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final QosFlowOptions CONTROL = QosFlowOptions.of(TrafficType.CONTROL);

	private final FakeBackend backend;

	private final ManualTimer timer = new ManualTimer();

	private final DefaultQosHandle handle;

	private final List<DatagramChannel> sockets = new ArrayList<>();

	FlowOperationsTests(boolean waiting) {
		this.backend = new FakeBackend(waiting);
		this.handle = new DefaultQosHandle(
				new HandleSettings("operations", QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofSeconds(5),
						new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)), CHECK, List.of(), List.of(),
						System.getLogger(FlowOperationsTests.class.getName())),
				BackendSelector.of(this.backend), this.timer);
		this.handle.open();
		this.handle.awaitOpen(Duration.ofSeconds(10));
	}

	@AfterEach
	void close() throws IOException {
		this.handle.close();
		await().until(() -> this.backend.open() == 0);
		for (DatagramChannel socket : this.sockets) {
			socket.close();
		}
		assertThat(this.backend.misuse).isEmpty();
	}

	// Options

	@Test
	void optionsChangeOnALiveFlow() throws Exception {
		QosFlow flow = flow();
		QosFlowOptions limited = CONTROL.withRate(FlowRate.of(2_000_000));
		assertThat(get(flow.setOptions(limited))).isSameAs(flow);
		assertThat(flow.options()).isEqualTo(limited);
		assertThat(this.backend.session().options.values()).containsExactly(limited);
		assertThat(get(flow.outgoingRate())).hasValue(2_000_000);
	}

	@Test
	void refusedChangeLeavesTheFlowAsItWas() throws Exception {
		QosFlow flow = flow();
		this.backend.onChange = (options) -> FakeBackend.failure(54, ErrorCase.BANDWIDTH);
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(flow.setOptions(CONTROL)))
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.BANDWIDTH));
		assertThat(flow.options()).isEqualTo(VOICE);
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
	}

	@Test
	void changeThatFindsTheHandleDeadIsMadeAfterRecovery() throws Exception {
		QosFlow flow = flow();
		this.backend.killSessions();
		CompletionStage<QosFlow> change = flow.setOptions(CONTROL);
		get(change);
		assertThat(this.backend.sessions).hasSize(2);
		assertThat(this.backend.session().options.values()).containsExactly(CONTROL);
	}

	@Test
	void changeIsKeptOverRecovery() throws Exception {
		QosFlow flow = flow();
		get(flow.setOptions(CONTROL));
		lose();
		await().until(() -> flow.state() == FlowState.ACTIVE);
		assertThat(this.backend.session().options.values()).containsExactly(CONTROL);
	}

	@Test
	void optionsOfAFailedFlowGiveItAnotherChance() throws Exception {
		this.backend.onAdd = (socket) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		await().until(() -> flow.state() == FlowState.FAILED);
		this.backend.onAdd = (socket) -> null;
		get(flow.setOptions(CONTROL));
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
	}

	@Test
	void wrongOptionsChangeNothing() throws Exception {
		QosFlow flow = flow();
		assertThatIllegalArgumentException().isThrownBy(() -> flow.setOptions(null))
			.withMessage("'options' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> flow.setOptions(VOICE.withQwave(QwaveOptions.ADAPTIVE)))
			.withMessageContaining("must not be adaptive");
		flow.close();
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(flow.setOptions(CONTROL)))
			.withMessageStartingWith("Flow is closed");
		assertThat(flow.options()).isEqualTo(VOICE);
	}

	@Test
	void closingTheFlowEndsAChangeThatWaits() throws Exception {
		this.backend.killSessions();
		this.backend.onOpen = (attempt) -> FakeBackend.failure(31, ErrorCase.HANDLE_LOST);
		this.timer.advance(CHECK);
		await().until(() -> this.handle.state() != HandleState.OPEN);
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		CompletionStage<QosFlow> change = flow.setOptions(CONTROL);
		flow.close();
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(change));
	}

	// Sockets

	@Test
	void furtherSocketsJoinAndJoinAgainAfterRecovery() throws Exception {
		QosFlow flow = flow();
		QosSocket second = QosSocket.of(socket());
		get(flow.add(second));
		assertThat(this.backend.session().joined).containsExactly(second);
		lose();
		await().until(() -> this.backend.session().joined.equals(List.of(second)));
	}

	@Test
	void refusedSocketLeavesTheFlowAsItWas() throws Exception {
		QosFlow flow = flow();
		this.backend.onJoin = (socket) -> FakeBackend.failure(87, ErrorCase.INVALID);
		CompletionStage<QosFlow> joined = flow.add(QosSocket.of(socket()));
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(joined));
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		this.backend.onJoin = (socket) -> null;
		this.timer.advance(CHECK);
		assertThat(this.backend.session().joined).isEmpty();
	}

	@Test
	void socketThatIsRefusedInRecoveryIsTriedAgain() throws Exception {
		QosFlow flow = flow();
		QosSocket second = QosSocket.of(socket());
		get(flow.add(second));
		this.backend.onJoin = (socket) -> FakeBackend.failure(1232, ErrorCase.NETWORK);
		lose();
		await().until(() -> this.handle.status().error() != null);
		this.backend.onJoin = (socket) -> null;
		this.timer.advance(CHECK);
		await().until(() -> this.backend.session().joined.equals(List.of(second)));
	}

	@Test
	void flowLivesAsLongAsOneOfItsSockets() throws Exception {
		DatagramChannel first = socket();
		DatagramChannel second = socket();
		QosFlow flow = this.handle.addFlow(first, VOICE);
		flow.awaitActive(Duration.ofSeconds(10));
		get(flow.add(QosSocket.of(second)));
		first.close();
		this.timer.advance(CHECK);
		lose();
		await().until(() -> flow.state() == FlowState.ACTIVE);
		assertThat(this.backend.session().socketsInForce()).containsExactly(second);
		second.close();
		await().until(() -> {
			this.timer.advance(CHECK);
			return flow.state() == FlowState.CLOSED;
		});
	}

	@Test
	void socketWithoutPeerJoinsOnceItHasOne() throws Exception {
		QosFlow flow = flow();
		DatagramChannel second = keep(DatagramChannel.open());
		this.backend.onJoin = (socket) -> socket.isConnected() ? null
				: FakeBackend.failure(10057, ErrorCase.NOT_CONNECTED);
		CompletionStage<QosFlow> joined = flow.add(QosSocket.of(second));
		second.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		await().until(() -> {
			this.timer.advance(Duration.ofMillis(50));
			return joined.toCompletableFuture().isDone();
		});
		get(joined);
	}

	@Test
	void wrongSocketsChangeNothing() throws Exception {
		QosFlow flow = flow();
		assertThatIllegalArgumentException().isThrownBy(() -> flow.add(null)).withMessage("'socket' must not be null");
		DatagramChannel closed = socket();
		QosSocket socket = QosSocket.of(closed);
		closed.close();
		assertThatIllegalArgumentException().isThrownBy(() -> flow.add(socket)).withMessage("'socket' must be open");
		QosFlow adaptive = this.handle.addFlow(socket(), VOICE.withQwave(QwaveOptions.ADAPTIVE));
		assertThatIllegalArgumentException().isThrownBy(() -> adaptive.add(QosSocket.of(socket())))
			.withMessageContaining("An adaptive flow has one socket");
	}

	// Questions

	@Test
	void questionsAreAnswered() throws Exception {
		QosFlow flow = flow();
		assertThat(get(flow.outgoingRate())).isEqualTo(OptionalLong.empty());
		assertThat(get(flow.fundamentals())).isEqualTo(FlowFundamentals.NOT_AVAILABLE);
		assertThat(get(this.handle.qwave().systemFlows())).containsExactly(1L, 4294967294L);
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(flow.packetPriority()))
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED));
	}

	@Test
	void failedQuestionTellsTheReasonAndHarmsNothing() throws Exception {
		QosFlow flow = flow();
		this.backend.onAsk = FakeBackend.failure(5, ErrorCase.ADMINISTRATOR);
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> get(this.handle.qwave().systemFlows()))
			.satisfies((failure) -> assertThat(failure.code()).hasValue(5));
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(flow.outgoingRate()));
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void questionThatFindsTheHandleDeadHasItOpenedAgain() throws Exception {
		QosFlow flow = flow();
		this.backend.killSessions();
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> get(flow.outgoingRate()));
		await().until(() -> this.backend.sessions.size() == 2 && flow.state() == FlowState.ACTIVE);
	}

	@Test
	void questionsNeedAnOpenHandleAndAnActiveFlow() throws Exception {
		QosFlow flow = flow();
		flow.close();
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(flow.outgoingRate()))
			.withMessageStartingWith("The flow must be ACTIVE but is CLOSED");
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(flow.when(FlowCondition.CONGESTED)));
		this.handle.close();
		for (Supplier<CompletionStage<?>> question : List.<Supplier<CompletionStage<?>>>of(flow::outgoingRate,
				this.handle.qwave()::systemFlows,
				() -> this.handle.qwave().trackClient(InetAddress.getLoopbackAddress()).whenTracked(),
				() -> flow.when(FlowCondition.CONGESTED))) {
			assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> get(question.get()));
		}
	}

	@Test
	void questionBehindACallThatHangsEndsWithTheHandle() throws Exception {
		QosFlow flow = flow();
		if (!this.backend.mayBlock()) {
			return;
		}
		CountDownLatch gate = new CountDownLatch(1);
		this.backend.addGate = gate;
		CompletionStage<OptionalLong> hanging = flow.outgoingRate();
		CompletionStage<OptionalLong> behind = flow.outgoingRate();
		Thread closer = new Thread(this.handle::close);
		closer.start();
		assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> get(hanging));
		assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> get(behind));
		gate.countDown();
		closer.join();
	}

	// Conditions

	@Test
	void conditionCompletesAllWhoWaitForIt() throws Exception {
		QosFlow flow = flow();
		CompletableFuture<FlowCondition> first = flow.when(FlowCondition.CONGESTED);
		CompletableFuture<FlowCondition> second = flow.when(FlowCondition.CONGESTED);
		awaitWaits(Kind.CONGESTED);
		assertThat(this.backend.session().fire(Kind.CONGESTED)).isOne();
		assertThat(get(first)).isEqualTo(FlowCondition.CONGESTED);
		assertThat(get(second)).isEqualTo(FlowCondition.CONGESTED);
		awaitWaits();
	}

	@Test
	void cancellingTheLastFutureCancelsTheWait() throws Exception {
		QosFlow flow = flow();
		CompletableFuture<FlowCondition> first = flow.when(FlowCondition.UNCONGESTED);
		CompletableFuture<FlowCondition> second = flow.when(FlowCondition.UNCONGESTED);
		awaitWaits(Kind.UNCONGESTED);
		first.cancel(false);
		awaitWaits(Kind.UNCONGESTED);
		second.cancel(false);
		awaitWaits();
		CompletableFuture<FlowCondition> third = flow.when(FlowCondition.UNCONGESTED);
		awaitWaits(Kind.UNCONGESTED);
		this.backend.session().fire(Kind.UNCONGESTED);
		get(third);
	}

	@Test
	void waitOutlivesTheSession() throws Exception {
		QosFlow flow = flow();
		CompletableFuture<FlowCondition> future = flow.when(FlowCondition.available(5_000_000));
		awaitWaits(Kind.AVAILABLE);
		lose();
		awaitWaits(Kind.AVAILABLE);
		this.backend.session().fire(Kind.AVAILABLE);
		assertThat(get(future)).isEqualTo(FlowCondition.available(5_000_000));
	}

	@Test
	void listenerHearsEachTimeAConditionBegins() throws Exception {
		QosFlow flow = flow();
		List<FlowCondition> heard = new CopyOnWriteArrayList<>();
		Subscription subscription = flow.listen(FlowCondition.CONGESTED, (told, condition) -> heard.add(condition));
		for (int i = 1; i <= 3; i++) {
			int times = i;
			awaitWaits(Kind.CONGESTED);
			this.backend.session().fire(Kind.CONGESTED);
			await().until(() -> heard.size() == times);
			awaitWaits(Kind.UNCONGESTED);
			if (i == 2) {
				lose();
				awaitWaits(Kind.UNCONGESTED);
			}
			this.backend.session().fire(Kind.UNCONGESTED);
		}
		awaitWaits(Kind.CONGESTED);
		subscription.close();
		awaitWaits();
		assertThat(heard).hasSize(3).containsOnly(FlowCondition.CONGESTED);
	}

	@Test
	void listenersOfOppositeConditionsHearInTurn() throws Exception {
		QosFlow flow = flow();
		List<Kind> heard = new CopyOnWriteArrayList<>();
		flow.listen(FlowCondition.CONGESTED, (told, condition) -> heard.add(condition.kind()));
		flow.listen(FlowCondition.UNCONGESTED, (told, condition) -> heard.add(condition.kind()));
		awaitWaits(Kind.CONGESTED, Kind.UNCONGESTED);
		// As long as it is not congested, that completes at once each time.
		this.backend.session().fire(Kind.UNCONGESTED);
		await().until(() -> heard.equals(List.of(Kind.UNCONGESTED)));
		awaitWaits(Kind.CONGESTED);
		this.backend.session().fire(Kind.CONGESTED);
		// Each listener has a thread of its own, so nothing else keeps their order.
		await().until(() -> heard.equals(List.of(Kind.UNCONGESTED, Kind.CONGESTED)));
		awaitWaits(Kind.UNCONGESTED);
		this.backend.session().fire(Kind.UNCONGESTED);
		awaitWaits(Kind.CONGESTED);
		await().until(() -> heard.equals(List.of(Kind.UNCONGESTED, Kind.CONGESTED, Kind.UNCONGESTED)));
	}

	@Test
	void bandwidthIsToldOfOnceASecond() throws Exception {
		QosFlow flow = flow();
		List<FlowCondition> heard = new CopyOnWriteArrayList<>();
		flow.listen(FlowCondition.available(1_000_000), (told, condition) -> heard.add(condition));
		awaitWaits(Kind.AVAILABLE);
		this.backend.session().fire(Kind.AVAILABLE);
		await().until(() -> heard.size() == 1);
		awaitWaits();
		this.timer.advance(Duration.ofSeconds(1));
		awaitWaits(Kind.AVAILABLE);
		assertThatExceptionOfType(QosFlowException.class)
			.isThrownBy(() -> get(flow.when(FlowCondition.available(2_000_000))))
			.withMessageContaining("1000000 bits a second");
	}

	@Test
	void conditionThatCannotBeToldFailsThoseWhoWait() throws Exception {
		QosFlow flow = flow();
		this.backend.onArm = (condition) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		CompletableFuture<QosException> ended = new CompletableFuture<>();
		flow.listen(FlowCondition.CONGESTED, new QosFlow.ConditionListener() {

			@Override
			public void occurred(QosFlow told, FlowCondition condition) {
			}

			@Override
			public void ended(QosFlow told, QosException failure) {
				ended.complete(failure);
			}

		});
		assertThat(ended.get(10, TimeUnit.SECONDS).code()).hasValue(50);
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(flow.when(FlowCondition.UNCONGESTED)))
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED));
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
	}

	@Test
	void passingRefusalIsTriedAgainAndThenTold() throws Exception {
		QosFlow flow = flow();
		List<FlowCondition> asked = new CopyOnWriteArrayList<>();
		this.backend.onArm = (condition) -> {
			asked.add(condition);
			return FakeBackend.failure(1237, ErrorCase.TRY_AGAIN);
		};
		CompletableFuture<FlowCondition> future = flow.when(FlowCondition.CONGESTED);
		await().until(() -> {
			this.timer.advance(Duration.ofSeconds(1));
			return future.isDone();
		});
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(future));
		assertThat(asked).hasSize(ManagedFlow.MOST_TRIES);
	}

	@Test
	void closingTheFlowOrTheHandleCancelsWhatIsPending() throws Exception {
		QosFlow first = flow();
		QosFlow second = flow();
		CompletableFuture<FlowCondition> ofFirst = first.when(FlowCondition.CONGESTED);
		CompletableFuture<FlowCondition> ofSecond = second.when(FlowCondition.CONGESTED);
		awaitWaits(Kind.CONGESTED, Kind.CONGESTED);
		first.close();
		await().until(ofFirst::isCancelled);
		awaitWaits(Kind.CONGESTED);
		this.handle.close();
		await().until(ofSecond::isCancelled);
	}

	// Single datagrams

	@Test
	void datagramsAreSentUnmarkedWhereTheBackendMarksNoSingleOnes() throws Exception {
		DatagramChannel receiver = keep(DatagramChannel.open());
		receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		QosDatagramSender sender = this.handle.datagramSender(QosSocket.of(socket()));
		assertThat(sender.send(ByteBuffer.wrap(new byte[3]), (InetSocketAddress) receiver.getLocalAddress(),
				TrafficType.VOICE))
			.isTrue();
		ByteBuffer received = ByteBuffer.allocate(10);
		receiver.receive(received);
		assertThat(received.position()).isEqualTo(3);
		assertThat(sender.marking(VOICE).requested()).isEqualTo(TrafficType.VOICE.dscp());
		assertThat(sender.marking(VOICE).applied()).isNull();
	}

	@Test
	void senderNeedsAnOpenUdpSocketAndAnOpenHandle() throws Exception {
		assertThatIllegalArgumentException().isThrownBy(() -> this.handle.datagramSender(null))
			.withMessage("'socket' must not be null");
		QosSocket socket = QosSocket.of(socket());
		this.handle.close();
		assertThatIllegalStateException().isThrownBy(() -> this.handle.datagramSender(socket))
			.withMessage("QoS handle 'operations' is closed");
	}

	// Clients

	@Test
	void clientIsTrackedUntilTheLastTrackingIsClosed() throws Exception {
		InetAddress client = InetAddress.getByName("192.0.2.7");
		ClientTracking first = this.handle.qwave().trackClient(client);
		ClientTracking second = this.handle.qwave().trackClient(client);
		assertThat(get(first.whenTracked())).isSameAs(first);
		get(second.whenTracked());
		assertThat(this.backend.session().tracked).containsExactly(client);
		lose();
		await().until(() -> this.backend.session().tracked.equals(List.of(client)));
		first.close();
		first.close();
		assertThat(this.backend.session().tracked).containsExactly(client);
		second.close();
		await().until(() -> this.backend.session().tracked.isEmpty());
	}

	@Test
	void refusedTrackingIsOver() throws Exception {
		this.backend.onTrack = (client) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		ClientTracking tracking = this.handle.qwave().trackClient(InetAddress.getByName("192.0.2.7"));
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> get(tracking.whenTracked()))
			.satisfies((failure) -> assertThat(failure.code()).hasValue(50));
		this.backend.onTrack = (client) -> null;
		this.timer.advance(CHECK);
		assertThat(this.backend.session().tracked).isEmpty();
		tracking.close();
	}

	@Test
	void closingTheHandleStopsTracking() throws Exception {
		ClientTracking tracking = this.handle.qwave().trackClient(InetAddress.getByName("192.0.2.7"));
		get(tracking.whenTracked());
		this.handle.close();
		await().until(() -> this.backend.session().tracked.isEmpty());
	}

	private void lose() {
		// A check that is under way finds nothing any more, and there is one at a time.
		await().until(this.handle::isQuiet);
		int before = this.backend.sessions.size();
		this.backend.killSessions();
		this.timer.advance(CHECK);
		await().until(() -> this.backend.sessions.size() == before + 1 && this.handle.state() == HandleState.OPEN);
	}

	private void awaitWaits(Kind... kinds) {
		await().untilAsserted(() -> assertThat(this.backend.session().waitedFor()).containsExactly(kinds));
	}

	private QosFlow flow() throws IOException {
		QosFlow flow = this.handle.addFlow(socket(), VOICE);
		flow.awaitActive(Duration.ofSeconds(10));
		return flow;
	}

	private DatagramChannel socket() throws IOException {
		return keep(DatagramChannel.open());
	}

	private DatagramChannel keep(DatagramChannel socket) {
		this.sockets.add(socket);
		return socket;
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
	}

	private static <T> T get(CompletionStage<T> stage) throws Exception {
		try {
			return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (Exception) ex.getCause();
		}
	}

}
