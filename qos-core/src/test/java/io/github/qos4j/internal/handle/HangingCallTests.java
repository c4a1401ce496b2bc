package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.QosVersion;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.qwave.FakeQwave;
import io.github.qos4j.internal.qwave.FakeQwaveBackend;
import io.github.qos4j.internal.util.Backoff;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that no call of the system that never returns, whichever it is, holds up whoever
 * uses a handle.
 */
class HangingCallTests {

	private static final Duration CHECK = Duration.ofSeconds(30);

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final Duration POLL = Duration.ofMillis(2);

	private static final String NAME = "hanging";

	private final FakeQwave qwave = new FakeQwave();

	private final ManualTimer timer = new ManualTimer();

	private final DefaultQosHandle handle = new DefaultQosHandle(
			new HandleSettings(NAME, QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofMillis(100), Backoff.DEFAULT,
					CHECK, List.of(), List.of(), System.getLogger(HangingCallTests.class.getName())),
			BackendSelector.of(new FakeQwaveBackend(this.qwave)), this.timer);

	private final List<DatagramChannel> sockets = new ArrayList<>();

	private CountDownLatch gate = new CountDownLatch(0);

	private boolean firstHangEndsUse;

	@AfterEach
	void nothingIsLeftOnceTheCallsReturn() throws IOException {
		close();
		this.gate.countDown();
		await().pollInterval(POLL).until(() -> this.qwave.open() == 0 && threads("qos-") == 0);
		for (DatagramChannel socket : this.sockets) {
			socket.close();
		}
		assertThat(this.qwave.misuse).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("functions")
	void oneCallThatHangsIsSurvived(String function, boolean inRecovery) throws IOException {
		if (inRecovery) {
			this.handle.open();
			use(function);
			this.qwave.sleep();
		}
		hang(function);
		open(function);
		this.firstHangEndsUse = true;
		use(function);
		boolean hangs = !function.equals("QOSCloseHandle") || inRecovery;
		awaitHanging(function, hangs ? 1 : 0);
		this.qwave.pass(function);
		QosFlow flow = add();
		passTimeUntil(function, () -> flow.state() == FlowState.ACTIVE);
		assertThat(this.handle.state()).isEqualTo(HandleState.OPEN);
		assertThat(this.handle.status().hanging()).isEqualTo((hangs && isOfASession(function)) ? 1 : 0);
		this.gate.countDown();
		await().pollInterval(POLL).until(() -> this.handle.status().hanging() == 0);
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(this.qwave.open()).isOne();
	}

	@ParameterizedTest
	@MethodSource("functions")
	void callsThatAllHangAreLimitedAndShown(String function, boolean inRecovery) throws IOException {
		if (inRecovery) {
			this.handle.open();
			use(function);
		}
		hang(function);
		open(function);
		for (int round = 0; round < 2 * Opening.MOST_HANGING; round++) {
			use(function);
			this.qwave.sleep();
			this.timer.advance(CHECK);
			awaitStandstill(function);
		}
		assertThat(threads("qos-session-")).isLessThanOrEqualTo(Opening.MOST_HANGING);
		assertThat(threads("qos-service-")).isLessThanOrEqualTo(1);
		HandleStatus status = this.handle.status();
		if (isOfASession(function)) {
			assertThat(status.hanging()).isEqualTo(Opening.MOST_HANGING);
			assertThat(status.state()).isIn(HandleState.UNAVAILABLE, HandleState.RECOVERING);
			assertThat(status.reason()).isNotNull();
			assertThat(status.nextTry()).isNull();
		}
		else {
			assertThat(status.hanging()).isZero();
			awaitHanging(function, 1);
			QosFlow flow = add();
			passTimeUntil(function, () -> flow.state() == FlowState.ACTIVE);
		}
		close();
		this.gate.countDown();
		await().pollInterval(POLL).until(() -> this.handle.status().hanging() == 0);
	}

	static Stream<Arguments> functions() {
		return Stream
			.of("availability", "QOSCreateHandle", "QOSAddSocketToFlow", "QOSSetFlow", "QOSRemoveSocketFromFlow",
					"QOSQueryFlow", "QOSNotifyFlow", "QOSCancel", "QOSEnumerateFlows", "QOSStartTrackingClient",
					"QOSStopTrackingClient", "QOSCloseHandle", "service")
			.flatMap((function) -> Stream.of(Arguments.of(function, false), Arguments.of(function, true)))
			// Asked for once, before there is anything to recover.
			.filter((arguments) -> !List.of(arguments.get()).equals(List.of("availability", true)));
	}

	/**
	 * Return whether a function is called by a thread that a session or an attempt to
	 * open has to itself.
	 */
	private static boolean isOfASession(String function) {
		return !function.equals("service");
	}

	private void open(String function) {
		this.handle.open();
		if (function.equals("availability")) {
			// Flows wait some seconds for what may be a backend that cannot wait.
			awaitHanging(function, 1);
			this.timer.advance(Opening.HANGING);
		}
	}

	private void hang(String function) {
		this.gate = this.qwave.hang(function);
	}

	/**
	 * Do what calls every function.
	 */
	private void use(String function) throws IOException {
		awaitStandstill(function);
		QosFlow kept = add();
		QosFlow closed = add();
		assertThat(this.handle.flows()).contains(kept, closed);
		awaitStandstill(function);
		ask(function, kept);
		closed.close();
		assertThat(closed.state()).isEqualTo(FlowState.CLOSED);
		awaitStandstill(function);
		for (int i = 0; i < 2 && !(this.firstHangEndsUse && this.qwave.hanging(function) > 0); i++) {
			this.timer.advance(CHECK);
			awaitStandstill(function);
		}
	}

	/**
	 * Ask what can be asked of an open handle and an active flow.
	 */
	private void ask(String function, QosFlow flow) {
		try {
			this.handle.qwave().systemFlows();
			ClientTracking tracking = this.handle.qwave().trackClient(InetAddress.getLoopbackAddress());
			CompletableFuture<FlowCondition> wait = flow.when(FlowCondition.CONGESTED);
			awaitStandstill(function);
			tracking.close();
			wait.cancel(false);
			awaitStandstill(function);
		}
		catch (QosUnavailableException | IllegalStateException ex) {
			assertThat(this.qwave.hanging(function)).isPositive();
		}
	}

	private QosFlow add() throws IOException {
		DatagramChannel socket = DatagramChannel.open()
			.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		this.sockets.add(socket);
		return this.handle.addFlow(socket,
				QosFlowOptions.of(TrafficType.VOICE).withRate(FlowRate.of(1_000_000)).withQwave(QwaveOptions.ADAPTIVE));
	}

	private void awaitHanging(String function, int number) {
		await().pollInterval(POLL).until(() -> this.qwave.hanging(function) == number);
	}

	/**
	 * Wait until nothing goes on any more but calls that hang.
	 */
	private void awaitStandstill(String function) {
		await().pollInterval(POLL).until(() -> isAtStandstill(function));
	}

	private boolean isAtStandstill(String function) {
		return this.handle.underWay() == (isOfASession(function) ? this.qwave.hanging(function) : 0);
	}

	private void passTimeUntil(String function, Callable<Boolean> condition) {
		await().pollInterval(POLL).atMost(SOON).until(() -> {
			if (condition.call()) {
				return true;
			}
			// Else a call that merely takes its time would seem to hang.
			if (isAtStandstill(function)) {
				this.timer.advance(Duration.ofSeconds(1));
			}
			return false;
		});
	}

	private void close() {
		assertThat(CompletableFuture.runAsync(this.handle::close)).succeedsWithin(SOON);
		assertThat(this.handle.state()).isEqualTo(HandleState.CLOSED);
		assertThat(this.handle.flows()).isEmpty();
	}

	private static long threads(String prefix) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(prefix) && thread.getName().endsWith("-" + NAME))
			.count();
	}

}
