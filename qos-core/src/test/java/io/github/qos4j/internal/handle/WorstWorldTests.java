package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.github.qos4j.ErrorCase;
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
import io.github.qos4j.ServiceState;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.SystemListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for a handle on a system at its worst: one that is dead and lets sessions be
 * opened all the same, refuses changes and removals, tells what is not so, and sets its
 * clock. Threads and time are stand-ins.
 */
class WorstWorldTests {

	private static final Duration CHECK = Duration.ofSeconds(30);

	private static final Duration SECOND = Duration.ofSeconds(1);

	/** How long stages may take that are complete, but told by other threads. */
	private static final Duration SOON = Duration.ofSeconds(10);

	private static final System.Logger LOGGER = System.getLogger(WorstWorldTests.class.getName());

	private static final QosFlowOptions FIRST = options(1);

	private static final QosFlowOptions SECOND_OPTIONS = options(2);

	private final FakeBackend backend = FakeBackend.waiting();

	private ManualTimer timer = new ManualTimer();

	private final ManualThreads threads = new ManualThreads();

	private final List<DatagramChannel> sockets = new ArrayList<>();

	private DefaultQosHandle handle = handle(CHECK);

	private final Logger logger = Logger.getLogger(WorstWorldTests.class.getName());

	@BeforeEach
	void silence() {
		this.logger.setLevel(Level.OFF);
	}

	@AfterEach
	void close() throws IOException {
		this.handle.close();
		this.threads.runAll();
		for (DatagramChannel socket : this.sockets) {
			socket.close();
		}
		this.logger.setLevel(null);
		assertThat(this.backend.open()).isZero();
		assertThat(this.backend.misuse).isEmpty();
	}

	// A system that is dead

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void deadSystemIsNotStormedAndAllFlowsComeBack(boolean sessionsComeToLife) throws IOException {
		List<QosFlow> flows = open(50);
		this.backend.die();
		pass(CHECK);
		pass(Duration.ofMinutes(1));
		assertThat(this.backend.opened.get()).isLessThan(100);
		this.backend.recover(sessionsComeToLife);
		pass(Backoff.DEFAULT.max().plusSeconds(5));
		if (!sessionsComeToLife) {
			// Whatever session there was by then is found dead by the next check.
			pass(CHECK);
		}
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.ACTIVE);
		assertThat(this.backend.session().flows()).isEqualTo(50);
	}

	@Test
	void attemptsOnADeadSystemBecomeRareHoweverLongItLasts() throws IOException {
		open(5);
		this.backend.die();
		pass(Duration.ofMinutes(10));
		int before = this.backend.opened.get();
		pass(Duration.ofMinutes(60));
		// One every 45 to 60 seconds.
		assertThat(this.backend.opened.get() - before).isBetween(30, 81);
	}

	@Test
	void deadSystemIsNotStormedByTrackedClients() throws IOException {
		open(1);
		this.handle.qwave().trackClient(InetAddress.getLoopbackAddress());
		this.threads.runAll();
		this.backend.die();
		pass(Duration.ofMinutes(2));
		assertThat(this.backend.opened.get()).isLessThan(30);
		this.backend.recover(true);
		pass(Backoff.DEFAULT.max().plusSeconds(5));
		assertThat(this.backend.session().tracked).hasSize(1);
	}

	@Test
	void flowsThatComeWhileTheSystemIsDeadComeInForceOnceItRecovers() throws IOException {
		open(1);
		this.backend.die();
		List<QosFlow> flows = new ArrayList<>();
		for (int i = 0; i < 60; i++) {
			flows.add(add());
			pass(SECOND);
		}
		assertThat(this.backend.opened.get()).isLessThan(30);
		this.backend.recover(true);
		pass(Backoff.DEFAULT.max().plusSeconds(5));
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.ACTIVE);
	}

	// Changes that are refused

	@Test
	void refusedChangeFailsAloneWhileALaterOneIsApplied() throws IOException {
		QosFlow flow = open(1).get(0);
		AtomicReference<CompletableFuture<QosFlow>> second = new AtomicReference<>();
		this.backend.onChange = (options) -> {
			if (!options.equals(FIRST)) {
				return null;
			}
			second.set(change(flow, SECOND_OPTIONS));
			return refusal(FIRST);
		};
		CompletableFuture<QosFlow> first = change(flow, FIRST);
		this.threads.runAll();
		assertRefused(first, FIRST);
		assertThat(second.get()).succeedsWithin(SOON);
		assertInForce(flow, SECOND_OPTIONS);
	}

	@Test
	void changeThatIsAskedForWhileARefusalIsLookedIntoIsApplied() throws IOException {
		QosFlow flow = open(1).get(0);
		AtomicReference<CompletableFuture<QosFlow>> second = new AtomicReference<>();
		this.backend.onChange = (options) -> options.equals(FIRST)
				? FakeBackend.failure(name(FIRST), 31, ErrorCase.HANDLE_LOST) : null;
		this.backend.onCheck = (socket) -> {
			if (second.get() == null) {
				second.set(change(flow, SECOND_OPTIONS));
			}
			return null;
		};
		CompletableFuture<QosFlow> first = change(flow, FIRST);
		this.threads.runAll();
		pass(Duration.ofMinutes(2));
		assertRefused(first, FIRST);
		assertThat(second.get()).succeedsWithin(SOON);
		assertInForce(flow, SECOND_OPTIONS);
	}

	@Test
	void refusedChangeFallsBackToTheOneBeforeThatNobodyHasRefused() throws IOException {
		QosFlow flow = open(1).get(0);
		this.backend.onChange = (options) -> options.equals(SECOND_OPTIONS) ? refusal(SECOND_OPTIONS) : null;
		CompletableFuture<QosFlow> first = change(flow, FIRST);
		CompletableFuture<QosFlow> second = change(flow, SECOND_OPTIONS);
		this.threads.runAll();
		assertRefused(second, SECOND_OPTIONS);
		assertThat(first).succeedsWithin(SOON);
		assertInForce(flow, FIRST);
	}

	@Test
	void changeThatIsReplacedBeforeItIsAppliedSucceedsWithTheOtherOne() throws IOException {
		QosFlow flow = open(1).get(0);
		CompletableFuture<QosFlow> first = change(flow, FIRST);
		CompletableFuture<QosFlow> second = change(flow, SECOND_OPTIONS);
		this.threads.runAll();
		assertThat(first).succeedsWithin(SOON);
		assertThat(second).succeedsWithin(SOON);
		assertInForce(flow, SECOND_OPTIONS);
	}

	@Test
	void changesThatAreAllRefusedFailEachWithItsOwnReason() throws IOException {
		QosFlow flow = open(1).get(0);
		QosFlowOptions before = flow.options();
		this.backend.onChange = WorstWorldTests::refusal;
		CompletableFuture<QosFlow> first = change(flow, FIRST);
		CompletableFuture<QosFlow> second = change(flow, SECOND_OPTIONS);
		this.threads.runAll();
		assertRefused(first, FIRST);
		assertRefused(second, SECOND_OPTIONS);
		assertInForce(flow, before);
	}

	// Sockets for a flow that has failed

	@Test
	void socketForAFailedFlowIsRefusedAtOnceOrComesWithTheFlow() throws IOException {
		QosFlow flow = failedFlow();
		CompletableFuture<QosFlow> stage = flow.add(QosSocket.of(socket())).toCompletableFuture();
		this.backend.onAdd = (socket) -> null;
		listener().networkChanged();
		pass(CHECK);
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertCompleted(stage);
		assertThat(this.backend.session().joined).hasSize(stage.isCompletedExceptionally() ? 0 : 1);
	}

	@Test
	void socketForAFlowThatStaysFailedDoesNotWaitForEver() throws IOException {
		QosFlow flow = failedFlow();
		CompletableFuture<QosFlow> stage = flow.add(QosSocket.of(socket())).toCompletableFuture();
		// Nothing happens that would have the flow tried again by itself.
		pass(Duration.ofMinutes(5));
		assertThat(flow.state()).isEqualTo(FlowState.FAILED);
		assertCompleted(stage);
		assertThat(stage).isCompletedExceptionally();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void socketForAFailedFlowIsToldOfTheEnd(boolean ofTheHandle) throws IOException {
		QosFlow flow = failedFlow();
		CompletableFuture<QosFlow> stage = flow.add(QosSocket.of(socket())).toCompletableFuture();
		this.threads.runAll();
		if (ofTheHandle) {
			this.handle.close();
		}
		else {
			flow.close();
		}
		this.threads.runAll();
		assertCompleted(stage);
		assertThat(stage).isCompletedExceptionally();
	}

	// Flows that are doubted wrongly

	@ParameterizedTest
	@ValueSource(ints = { 31, 6, 1164 })
	void flowThatIsDoubtedWronglyIsInForceOnce(int code) throws IOException {
		this.backend.checkAdds = true;
		List<QosFlow> flows = open(3);
		QosSocket doubted = ((DefaultQosFlow) flows.get(1)).socket();
		this.backend.onCheck = (socket) -> (socket == doubted) ? FakeBackend.failure(code, ErrorCase.HANDLE_LOST)
				: null;
		pass(Duration.ofMinutes(5));
		this.backend.onCheck = (socket) -> null;
		pass(Duration.ofMinutes(5));
		assertThat(this.backend.session().socketsInForce()).containsExactlyInAnyOrderElementsOf(this.sockets);
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.ACTIVE);
		assertThat(this.backend.sessions).hasSize(1);
		flows.get(1).close();
		pass(CHECK);
		assertThat(this.backend.session().flows()).isEqualTo(2);
	}

	// Removals that are refused

	@ParameterizedTest
	@CsvSource({ "8, RESOURCES, 1", "1450, RESOURCES, 3", "1117, DEVICE, 2" })
	void removalThatIsRefusedIsTriedAgain(int code, ErrorCase errorCase, int times) throws IOException {
		List<QosFlow> flows = open(3);
		AtomicInteger left = new AtomicInteger(times);
		this.backend.onRemove = (socket) -> (left.getAndDecrement() > 0) ? FakeBackend.failure(code, errorCase) : null;
		flows.get(1).close();
		pass(Duration.ofMinutes(5));
		assertThat(this.backend.session().socketsInForce()).containsExactly(this.sockets.get(0), this.sockets.get(2));
		assertThat(this.backend.sessions).hasSize(1);
	}

	@Test
	void flowThatCannotBeRemovedLosesItsMark() throws IOException {
		List<QosFlow> flows = open(3);
		this.backend.onRemove = (socket) -> FakeBackend.failure(1117, ErrorCase.DEVICE);
		flows.get(1).close();
		pass(Duration.ofMinutes(30));
		assertThat(this.backend.session().socketsInForce()).containsExactly(this.sockets.get(0), this.sockets.get(2));
	}

	@Test
	void flowThatCanNeitherBeRemovedNorUnmarkedIsRidOfOnceNobodyNeedsTheSession() throws IOException {
		QosFlow flow = open(1).get(0);
		this.backend.onRemove = (socket) -> FakeBackend.failure(1117, ErrorCase.DEVICE);
		this.backend.onUnmark = (socket) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		flow.close();
		pass(Duration.ofMinutes(30));
		assertThat(this.handle.state()).isEqualTo(HandleState.OPEN);
		assertThat(this.backend.open()).isOne();
		assertThat(this.backend.session().flows()).isZero();
	}

	@Test
	void flowWhoseRemovalIsRefusedIsGivenToTheSessionsEnd() throws IOException {
		QosFlow flow = open(1).get(0);
		this.backend.onRemove = (socket) -> FakeBackend.failure(8, ErrorCase.RESOURCES);
		flow.close();
		this.threads.runAll();
		this.handle.close();
		this.threads.runAll();
		// Closing a session complains of flows that are in force and were not given.
		assertThat(this.backend.misuse).isEmpty();
	}

	// A clock that is set

	@ParameterizedTest
	@ValueSource(ints = { 30, 3_600, -3_600, 86_400 })
	void clockThatIsSetDuringACallCostsNoSession(int seconds) throws IOException {
		List<QosFlow> flows = open(2);
		duringTheNextAdd(() -> {
			this.timer.step(Duration.ofSeconds(seconds));
			// Whoever looks now and then looks at least once meanwhile.
			this.timer.advance(Duration.ofSeconds(29));
		});
		this.timer.advance(Duration.ofSeconds(29));
		flows.add(add());
		pass(CHECK);
		assertThat(this.backend.opened).hasValue(1);
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.ACTIVE);
	}

	@ParameterizedTest
	@CsvSource({ "0, 30", "0, 600", "-7200, 30", "-7200, 600", "7200, 600" })
	void callThatHangsIsNoticedAfterHalfAMinute(int step, int checkInterval) throws IOException {
		this.handle.close();
		this.threads.runAll();
		this.timer = new ManualTimer();
		this.handle = handle(Duration.ofSeconds(checkInterval));
		open(1);
		List<HandleState> states = new ArrayList<>();
		duringTheNextAdd(() -> {
			this.timer.step(Duration.ofSeconds(step));
			this.timer.advance(Duration.ofSeconds(29));
			states.add(this.handle.state());
			this.timer.advance(SECOND.plus(WorstWorld.GRACE));
			states.add(this.handle.state());
		});
		add();
		this.threads.runAll();
		assertThat(states).containsExactly(HandleState.OPEN, HandleState.RECOVERING);
	}

	@Test
	void networkMayTakeAMinuteAfterStandbyWhateverTheClockSays() throws IOException {
		QosFlow flow = open(1).get(0);
		this.backend.onAdd = (socket) -> FakeBackend.failure(1232, ErrorCase.NETWORK);
		listener().resumed();
		pass(SECOND);
		// Clocks are often set right after standby.
		this.timer.step(Duration.ofHours(8));
		pass(Duration.ofSeconds(55));
		assertThat(flow.state()).isEqualTo(FlowState.PENDING);
	}

	@Test
	void restartOfTheServiceIsNoticedThoughTheClockWasSetBack() throws IOException {
		open(1);
		this.timer.step(Duration.ofHours(-2));
		this.backend.service = ServiceState.STOPPED;
		pass(CHECK.plus(SECOND));
		assertThat(this.backend.serviceAnswers).contains(ServiceState.STOPPED);
		this.backend.service = ServiceState.RUNNING;
		pass(CHECK.plus(SECOND));
		assertThat(this.backend.opened).hasValue(2);
	}

	private DefaultQosHandle handle(Duration checkInterval) {
		this.backend.checkThreads = false;
		return new DefaultQosHandle(
				new HandleSettings("worst", QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofSeconds(5),
						Backoff.DEFAULT, checkInterval, List.of(), List.of(), LOGGER),
				BackendSelector.of(this.backend), this.timer, this.threads);
	}

	private List<QosFlow> open(int count) throws IOException {
		this.handle.open();
		this.threads.runAll();
		List<QosFlow> flows = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			flows.add(add());
		}
		this.threads.runAll();
		assertThat(flows).allMatch((flow) -> flow.state() == FlowState.ACTIVE);
		return flows;
	}

	private QosFlow failedFlow() throws IOException {
		open(0);
		this.backend.onAdd = (socket) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		QosFlow flow = add();
		this.threads.runAll();
		assertThat(flow.state()).isEqualTo(FlowState.FAILED);
		return flow;
	}

	private QosFlow add() throws IOException {
		return this.handle.addFlow(socket(), TrafficType.VOICE);
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

	/**
	 * Let time pass, and threads do what they have to do meanwhile.
	 */
	private void pass(Duration duration) {
		this.threads.runAll();
		for (long second = 0; second < duration.toSeconds(); second++) {
			this.timer.advance(SECOND);
			this.threads.runAll();
		}
	}

	private void duringTheNextAdd(Runnable action) {
		this.backend.onAdd = (socket) -> {
			this.backend.onAdd = (next) -> null;
			action.run();
			return null;
		};
	}

	private static QosFlowOptions options(int number) {
		return QosFlowOptions.of(TrafficType.VOICE).withRate(FlowRate.of(10_000 + number));
	}

	private static CompletableFuture<QosFlow> change(QosFlow flow, QosFlowOptions options) {
		return flow.setOptions(options).toCompletableFuture();
	}

	private static QosException refusal(QosFlowOptions options) {
		return FakeBackend.failure(name(options), 54, ErrorCase.BANDWIDTH);
	}

	private static String name(QosFlowOptions options) {
		return "Change to " + options.rate();
	}

	private static void assertRefused(CompletableFuture<QosFlow> stage, QosFlowOptions options) {
		assertThat(stage).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.havingCause()
			.isInstanceOf(QosFlowException.class)
			.satisfies((failure) -> assertThat(((QosException) failure).operation()).isEqualTo(name(options)));
	}

	private void assertInForce(QosFlow flow, QosFlowOptions options) {
		assertThat(flow.options()).isEqualTo(options);
		assertThat(this.backend.session().inForce).extracting(this.backend.session().options::get)
			.containsExactly(options);
	}

	private static void assertCompleted(CompletableFuture<QosFlow> stage) {
		assertThat(stage.handle((flow, failure) -> true)).succeedsWithin(SOON);
	}

}
