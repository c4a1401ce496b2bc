package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for {@link QwaveSession} where the native handle refuses, or may be dead: what is
 * told, and that nothing is left behind.
 */
class SessionOfDoubtfulHandleTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final Dscp CS7 = TrafficType.VOICE.dscp();

	private final FakeQwave qwave = new FakeQwave();

	private final QosSession session = new FakeQwaveBackend(this.qwave)
		.open(new SessionSettings(QosVersion.V1_0, System.getLogger("test")));

	private final List<DatagramChannel> channels = new ArrayList<>();

	@AfterEach
	void close() throws IOException {
		this.qwave.fail("QOSCloseHandle", 0);
		this.session.close(List.of());
		for (DatagramChannel channel : this.channels) {
			channel.close();
		}
		assertThat(this.qwave.misuse).isEmpty();
	}

	// The canary

	@ParameterizedTest
	@ValueSource(ints = { 995, 1062, 1117, 1722, 1726, 4711 })
	void canaryThatFailsThreeTimesRunningIsADeadHandleWhateverItSays(int code) {
		this.session.verifyAlive();
		this.qwave.fail("QOSQueryFlow", code);
		for (int i = 0; i < 2; i++) {
			assertThat(failureOfProbe()).satisfies((failure) -> {
				assertThat(failure.errorCase()).isEqualTo(Win32Error.of("QOSQueryFlow", code).errorCase())
					.isNotEqualTo(ErrorCase.HANDLE_LOST);
				assertThat(failure.code()).hasValue(code);
			});
		}
		assertThat(failureOfProbe()).satisfies((failure) -> {
			assertThat(failure.errorCase()).isEqualTo(ErrorCase.HANDLE_LOST);
			assertThat(failure.operation()).isEqualTo("QOSQueryFlow");
			assertThat(failure.code()).hasValue(code);
			assertThat(failure.symbol()).isEqualTo(Win32Error.of("QOSQueryFlow", code).symbol());
		});
	}

	@Test
	void handleThatFailsTheCanaryAloneIsNotDead() throws UnknownHostException {
		this.session.verifyAlive();
		this.qwave.fail("QOSQueryFlow", 1232);
		InetAddress client = InetAddress.getByName("192.0.2.7");
		for (int i = 0; i < 5; i++) {
			assertThat(failureOfProbe())
				.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.NETWORK));
			this.session.startTracking(client);
			this.session.stopTracking(client);
		}
	}

	@Test
	void canaryThatSucceedsAgainBeginsAnew() {
		this.session.verifyAlive();
		for (int i = 0; i < 3; i++) {
			this.qwave.fail("QOSQueryFlow", 1722);
			assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.UNKNOWN);
			assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.UNKNOWN);
			this.qwave.fail("QOSQueryFlow", 0);
			this.session.verifyAlive();
		}
	}

	@Test
	void canaryThatIsGoneAndCannotBeAddedAgainIsADeadHandle() {
		this.session.verifyAlive();
		this.qwave.fail("QOSQueryFlow", 1168);
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.NOT_FOUND);
		assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.NOT_FOUND);
		assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.HANDLE_LOST);
	}

	@Test
	void canaryThatIsGoneIsAddedAgain() {
		this.session.verifyAlive();
		this.qwave.fail("QOSQueryFlow", 1168);
		assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.NOT_FOUND);
		this.qwave.fail("QOSQueryFlow", 0);
		this.session.verifyAlive();
		this.session.verifyAlive();
		assertThat(calls("QOSAddSocketToFlow")).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 6, 31, 1164 })
	void handleOnWhichNothingWorksIsFoundDeadBeforeAnyFlow(int code) {
		failEverything(code);
		assertThat(failureOfProbe()).satisfies((failure) -> {
			assertThat(failure.errorCase()).isEqualTo(ErrorCase.HANDLE_LOST);
			assertThat(failure.code()).hasValue(code);
		});
	}

	@Test
	void handleOnWhichNothingWorksIsFoundDeadWhateverItSays() {
		failEverything(1722);
		assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.UNKNOWN);
		assertThat(failureOfProbe().errorCase()).isEqualTo(ErrorCase.UNKNOWN);
		assertThat(failureOfProbe()).satisfies((failure) -> {
			assertThat(failure.errorCase()).isEqualTo(ErrorCase.HANDLE_LOST);
			assertThat(failure.operation()).isEqualTo("QOSAddSocketToFlow");
			assertThat(failure.code()).hasValue(1722);
		});
	}

	@Test
	void canaryThatNeedsNoFlowTellsNothing() {
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		for (int i = 0; i < 4; i++) {
			this.session.verifyAlive();
		}
		assertThat(calls("QOSQueryFlow")).isEmpty();
	}

	// Flows that are added

	@ParameterizedTest
	@ValueSource(ints = { 6, 1164 })
	void lostHandleThatShowsWhileTheRateIsSetIsTold(int code) throws IOException {
		this.qwave.fail("QOSSetFlow", code);
		assertLost(code, () -> this.session.add(udp(), VOICE.withRate(FlowRate.of(64_000)), CS7));
		assertThat(this.qwave.flows()).isZero();
	}

	@ParameterizedTest
	@ValueSource(ints = { 6, 1164 })
	void lostHandleThatShowsWhileTheCodePointIsSetIsTold(int code) throws IOException {
		this.qwave.fail("QOSSetFlow", code);
		assertLost(code, () -> this.session.add(udp(), VOICE, Dscp.EF));
		assertThat(this.qwave.flows()).isZero();
	}

	@Test
	void lostHandleThatShowsWhileAChangeIsUndoneIsTold() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.qwave.failNext("QOSSetFlow", 1117, 6);
		assertLost(6, () -> this.session.change(flow, QosFlowOptions.of(TrafficType.CONTROL), CS7));
	}

	@Test
	void lostHandleThatShowsWhileASocketJoinsLeavesTheFlowAsItWas() throws IOException {
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		SessionFlow flow = this.session.add(udp(), VOICE.withRate(FlowRate.of(64_000)), CS7);
		this.qwave.fail("QOSAddSocketToFlow", 0);
		this.qwave.fail("QOSSetFlow", 1164);
		QosSocket second = udp();
		assertLost(1164, () -> this.session.join(flow, second));
		assertThat(this.qwave.flows()).isZero();
		assertThat(flow.marking().note()).isEqualTo("not needed: the peer is this machine");
		this.qwave.fail("QOSSetFlow", 0);
		this.session.join(flow, second);
		assertThat(flow.marking().isApplied()).isTrue();
	}

	@Test
	void flowThatCannotBeTakenBackIsRemovedOnceTheHandleIsSeenToLive() throws IOException {
		this.session.verifyAlive();
		this.qwave.fail("QOSSetFlow", 1164);
		this.qwave.fail("QOSRemoveSocketFromFlow", 8);
		assertLost(1164, () -> this.session.add(udp(), VOICE, Dscp.EF));
		this.session.verifyAlive();
		assertThat(this.qwave.flows()).as("canary and flow").isEqualTo(2);
		this.qwave.fail("QOSRemoveSocketFromFlow", 0);
		this.session.verifyAlive();
		assertThat(this.qwave.flows()).as("canary").isOne();
		this.session.verifyAlive();
		assertThat(calls("QOSRemoveSocketFromFlow")).hasSize(3);
	}

	// Notes

	@Test
	void socketThatJoinsKeepsWhatTheAddNoted() throws IOException {
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		assertThat(flow.marking().note()).isEqualTo("not needed: the peer is this machine");
		this.qwave.fail("QOSAddSocketToFlow", 0);
		this.session.join(flow, udp());
		assertThat(flow.marking().isApplied()).isTrue();
		assertThat(flow.marking().note()).contains("not needed").contains("the peer is this machine");
	}

	@Test
	void socketThatJoinsAddsWhatThereIsToSayAboutIt() throws IOException {
		this.qwave.fail("QOSSetFlow", 54);
		SessionFlow flow = this.session.add(udp(), VOICE.withRate(FlowRate.of(64_000)), CS7);
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		this.session.join(flow, udp());
		assertThat(flow.marking().note()).startsWith("the rate was refused")
			.contains("not needed")
			.contains("the peer is this machine");
	}

	@Test
	void refusedRateIsStillNotedAfterAChangeOfSomethingElse() throws IOException {
		this.qwave.fail("QOSSetFlow", 54);
		QosFlowOptions options = VOICE.withRate(FlowRate.of(64_000));
		SessionFlow flow = this.session.add(udp(), options, CS7);
		this.qwave.fail("QOSSetFlow", 0);
		this.session.change(flow, options.withTrafficType(TrafficType.CONTROL), CS7);
		assertThat(flow.marking().note()).startsWith("the rate was refused");
		this.session.change(flow, options.withRate(FlowRate.of(32_000)), CS7);
		assertThat(flow.marking().note()).isNull();
	}

	// Removing

	@ParameterizedTest
	@ValueSource(ints = { 8, 995, 1117, 1232, 1450, 1164, 31, 6 })
	void refusedRemovalIsTriedAgainWhenItIsAskedForAgain(int code) throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.qwave.fail("QOSRemoveSocketFromFlow", code);
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.session.remove(flow))
				.satisfies((failure) -> assertThat(failure.code()).hasValue(code));
		}
		assertThat(this.qwave.flows()).isOne();
		this.qwave.fail("QOSRemoveSocketFromFlow", 0);
		this.session.remove(flow);
		assertThat(this.qwave.flows()).isZero();
	}

	@Test
	void flowIsRemovedOnceHoweverOftenThatIsAskedFor() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.session.join(flow, udp());
		this.session.remove(flow);
		this.session.remove(flow);
		assertThat(calls("QOSRemoveSocketFromFlow")).hasSize(1);
	}

	@Test
	void flowThatTheSystemDoesNotKnowIsGone() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.qwave.fail("QOSRemoveSocketFromFlow", 1168);
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.session.remove(flow))
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.NOT_FOUND));
		this.session.remove(flow);
		assertThat(calls("QOSRemoveSocketFromFlow")).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1164, 31, 6 })
	void flowOfWhichThereIsDoubtIsRemovedByItsOwnId(int code) throws IOException {
		SessionFlow other = this.session.add(udp(), VOICE, CS7);
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.qwave.failQueries(2, code);
		assertLost(code, () -> this.session.check(flow));
		this.session.remove(flow);
		assertThat(calls("QOSRemoveSocketFromFlow"))
			.containsExactly("QOSRemoveSocketFromFlow(handle 1, socket 0, flow 2, flags 0)");
		this.session.check(other);
	}

	@Test
	void refusedRemovalKeepsTheRateThatShouldEnd() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE.withRate(FlowRate.of(64_000)), CS7);
		this.qwave.fail("QOSRemoveSocketFromFlow", 8);
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.session.change(flow, VOICE, CS7))
			.satisfies((failure) -> assertThat(failure.code()).hasValue(8));
		assertThat(this.qwave.flows()).isOne();
		assertThat(this.session.outgoingRate(flow)).hasValue(64_000);
	}

	@Test
	void removedFlowAnswersThatItIsGone() throws IOException {
		QosFlowOptions adaptive = VOICE.withRate(FlowRate.of(64_000)).withQwave(QwaveOptions.ADAPTIVE);
		SessionFlow flow = this.session.add(udp(), adaptive, CS7);
		this.session.remove(flow);
		assertThat(List.<ThrowingCallable>of(() -> this.session.fundamentals(flow, false),
				() -> this.session.packetPriority(flow), () -> this.session.outgoingRate(flow),
				() -> this.session.check(flow)))
			.allSatisfy((question) -> assertThatExceptionOfType(QosException.class).isThrownBy(question)
				.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.NOT_FOUND)));
	}

	// Leaving unmarked

	@Test
	void flowThatCannotBeRemovedIsLeftUnmarkedAndWithoutARate() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE.withRate(FlowRate.of(64_000)), Dscp.EF);
		assertThat(this.qwave.flow(1).mark()).isEqualTo(46);
		this.session.unmark(flow);
		assertThat(this.qwave.flow(1).mark()).isZero();
		assertThat(this.qwave.flow(1).rate).isZero();
	}

	@Test
	void flowWithoutARateIsLeftUnmarkedInOneCall() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.session.unmark(flow);
		assertThat(this.qwave.flow(1).mark()).isZero();
		assertThat(calls("QOSSetFlow")).containsExactly("QOSSetFlow(handle 1, flow 1, operation 0, size 4, value 0)");
	}

	@Test
	void refusalToLeaveAFlowUnmarkedIsTold() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.qwave.fail("QOSSetFlow", 1117);
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.session.unmark(flow))
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.DEVICE));
	}

	@Test
	void flowThatIsGoneNeedsNoUnmarking() throws IOException {
		SessionFlow flow = this.session.add(udp(), VOICE, CS7);
		this.session.remove(flow);
		this.session.unmark(flow);
		assertThat(calls("QOSSetFlow")).isEmpty();
	}

	private void failEverything(int code) {
		for (String function : List.of("QOSAddSocketToFlow", "QOSRemoveSocketFromFlow", "QOSSetFlow", "QOSQueryFlow",
				"QOSNotifyFlow", "QOSEnumerateFlows")) {
			this.qwave.fail(function, code);
		}
	}

	private QosException failureOfProbe() {
		QosException failure = catchThrowableOfType(QosException.class, this.session::verifyAlive);
		assertThat(failure).as("failure of the probe").isNotNull();
		return failure;
	}

	private static void assertLost(int code, ThrowingCallable call) {
		assertThatExceptionOfType(QosException.class).isThrownBy(call).satisfies((failure) -> {
			assertThat(failure.errorCase()).isEqualTo(ErrorCase.HANDLE_LOST);
			assertThat(failure.code()).hasValue(code);
		});
	}

	private List<String> calls(String function) {
		return this.qwave.calls.stream().filter((call) -> call.startsWith(function + "(")).toList();
	}

	private QosSocket udp() throws IOException {
		DatagramChannel channel = DatagramChannel.open()
			.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		this.channels.add(channel);
		return QosSocket.of(channel);
	}

}
