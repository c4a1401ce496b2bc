package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.Marking;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosBackendContractTests;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link QwaveSession} over a fake at the native border.
 */
class QwaveSessionTests extends QosBackendContractTests {

	private final FakeQwave qwave = new FakeQwave();

	@Override
	protected boolean marksNativeSockets() {
		return false;
	}

	@Override
	protected QosBackend backend() {
		return new FakeQwaveBackend(this.qwave);
	}

	@Override
	protected boolean marksUnconnected() {
		return false;
	}

	@AfterEach
	void leavesNothingBehind() {
		this.handle.close();
		await().untilAsserted(() -> assertThat(this.qwave.open()).isZero());
		assertThat(this.qwave.misuse).isEmpty();
	}

	@Test
	void callsHaveTheDocumentedArguments() throws IOException {
		QosFlow flow = this.handle.addFlow(udp(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		flow.close();
		this.handle.close();
		assertThat(this.qwave.calls).containsExactly("QOSCreateHandle(1.0)",
				"QOSAddSocketToFlow(handle 1, type 0, flags 2, destination null, flow 0)",
				"QOSAddSocketToFlow(handle 1, type 4, flags 2, destination null, flow 0)",
				"QOSQueryFlow(handle 1, flow 2, operation 1, size 16, flags 0)",
				"QOSRemoveSocketFromFlow(handle 1, socket 0, flow 2, flags 0)", "QOSCloseHandle(handle 1)");
	}

	@ParameterizedTest
	@CsvSource({ "BEST_EFFORT, 0", "BACKGROUND, 1", "EXCELLENT_EFFORT, 2", "AUDIO_VIDEO, 3", "VOICE, 4", "CONTROL, 5" })
	void typesHaveTheNumbersOfTheHeader(TrafficType type, int number) throws IOException {
		this.handle.addFlow(udp(), type).awaitActive(SOON);
		assertThat(this.qwave.calls).anyMatch((call) -> call.contains("type " + number + ","));
	}

	@Test
	void closingTheHandleRemovesItsFlows() throws IOException {
		for (int i = 0; i < 3; i++) {
			this.handle.addFlow(udp(), TrafficType.VOICE).awaitActive(SOON);
		}
		assertThat(this.qwave.applicationFlows()).isEqualTo(3);
		this.handle.close();
		assertThat(this.qwave.flows()).isZero();
		assertThat(this.qwave.calls).noneMatch((call) -> call.startsWith("QOSRemoveSocketFromFlow"));
	}

	@ParameterizedTest
	@CsvSource({ "31, ERROR_GEN_FAILURE, HANDLE_LOST", "87, ERROR_INVALID_PARAMETER, INVALID",
			"8, ERROR_NOT_ENOUGH_MEMORY, RESOURCES", "1450, ERROR_NO_SYSTEM_RESOURCES, RESOURCES",
			"4309, ERROR_RESOURCE_DISABLED, ADMINISTRATOR", "1068, ERROR_SERVICE_DEPENDENCY_FAIL, ADMINISTRATOR",
			"1056, ERROR_SERVICE_ALREADY_RUNNING, ADMINISTRATOR", "1058, ERROR_SERVICE_DISABLED, ADMINISTRATOR",
			"1060, ERROR_SERVICE_DOES_NOT_EXIST, ADMINISTRATOR", "1062, ERROR_SERVICE_NOT_ACTIVE, ADMINISTRATOR",
			"5, ERROR_ACCESS_DENIED, ADMINISTRATOR" })
	void failedCreateArrivesAsItsCaseAndIsNeverClosed(int code, String symbol, ErrorCase errorCase) {
		FakeQwave failing = new FakeQwave();
		failing.fail("QOSCreateHandle", code);
		try (QosHandle unavailable = new FakeQwaveBackend(failing).applyTo(QosHandle.builder()).build()) {
			assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> unavailable.awaitOpen(SOON))
				.withMessageContaining("QOSCreateHandle failed: " + symbol + " (" + code + ")")
				.satisfies((ex) -> {
					assertThat(ex.operation()).isEqualTo("QOSCreateHandle");
					assertThat(ex.code()).hasValue(code);
					assertThat(ex.symbol()).isEqualTo(symbol);
					assertThat(ex.errorCase()).isEqualTo(errorCase);
					assertThat(ex.remedy()).isNotBlank();
				});
		}
		assertThat(failing.calls).noneMatch((call) -> call.startsWith("QOSCloseHandle"));
	}

	@ParameterizedTest
	@CsvSource({ "6, HANDLE_LOST", "87, INVALID", "50, NOT_SUPPORTED", "1225, NETWORK", "1232, NETWORK", "57, DEVICE",
			"67, NETWORK", "8, RESOURCES", "1450, RESOURCES", "1117, DEVICE", "1164, HANDLE_LOST", "5, ADMINISTRATOR",
			"4711, UNKNOWN" })
	void failedAddArrivesAsItsCase(int code, ErrorCase errorCase) throws IOException {
		try (QosHandle impatient = impatient()) {
			impatient.awaitOpen(SOON);
			this.qwave.fail("QOSAddSocketToFlow", code);
			assertFailedAdd(impatient, code, errorCase);
		}
		assertThat(this.qwave.calls).noneMatch((call) -> call.startsWith("QOSRemoveSocketFromFlow"));
	}

	@ParameterizedTest
	@CsvSource({ "87, INVALID", "50, NOT_SUPPORTED", "1225, NETWORK", "1232, NETWORK", "57, DEVICE", "67, NETWORK",
			"8, RESOURCES", "1450, RESOURCES", "1117, DEVICE", "5, ADMINISTRATOR", "4711, UNKNOWN" })
	void failedAddArrivesAsItsCaseWhenTheCanaryIsRefusedToo(int code, ErrorCase errorCase) throws IOException {
		this.qwave.fail("QOSAddSocketToFlow", code);
		try (QosHandle impatient = impatient()) {
			assertFailedAdd(impatient, code, errorCase);
		}
		assertThat(this.qwave.calls).noneMatch((call) -> call.startsWith("QOSRemoveSocketFromFlow"));
	}

	private void assertFailedAdd(QosHandle impatient, int code, ErrorCase errorCase) throws IOException {
		QosFlow flow = impatient.addFlow(udp(), TrafficType.VOICE);
		await().until(() -> flow.status().failure() != null);
		assertThat(flow.status().failure()).satisfies((failure) -> {
			assertThat(failure.operation()).isEqualTo("QOSAddSocketToFlow");
			assertThat(failure.code()).hasValue(code);
			assertThat(failure.errorCase()).isEqualTo(errorCase);
		});
		await().until(() -> impatient.status().error() != null);
		await().until(() -> flow.state() == FlowState.FAILED);
		flow.close();
	}

	@ParameterizedTest
	@ValueSource(ints = { 6, 31, 1164 })
	void handleWhoseCanarySaysThatItIsDeadDoesNotOpen(int code) throws IOException {
		this.handle.awaitOpen(SOON);
		this.qwave.fail("QOSAddSocketToFlow", code);
		try (QosHandle impatient = impatient()) {
			QosFlow flow = impatient.addFlow(udp(), TrafficType.VOICE);
			int before = this.qwave.created();
			await().until(() -> this.qwave.created() > before + 1);
			await().until(() -> impatient.state() == HandleState.UNAVAILABLE);
			assertThat(impatient.status().error()).satisfies((failure) -> {
				assertThat(failure.operation()).isEqualTo("QOSAddSocketToFlow");
				assertThat(failure.code()).hasValue(code);
				assertThat(failure.errorCase()).isEqualTo(ErrorCase.HANDLE_LOST);
			});
			assertThat(flow.status().state()).isEqualTo(FlowState.PENDING);
			assertThat(this.qwave.open()).isLessThanOrEqualTo(2);
			// Only canaries were ever tried.
			assertThat(this.qwave.calls).noneMatch((call) -> call.contains("type 4,"));
			this.qwave.fail("QOSAddSocketToFlow", 0);
			flow.awaitActive(SOON);
			assertThat(impatient.state()).isEqualTo(HandleState.OPEN);
		}
	}

	@ParameterizedTest
	@CsvSource({ "995, CANCELLED", "6, HANDLE_LOST", "1232, NETWORK", "8, RESOURCES", "1450, RESOURCES", "1117, DEVICE",
			"1164, HANDLE_LOST" })
	void failedRemoveArrivesAsItsCaseAndIsTriedUntilTheFlowIsGone(int code, ErrorCase errorCase) throws IOException {
		try (QosHandle impatient = impatient()) {
			QosFlow flow = impatient.addFlow(udp(), TrafficType.VOICE);
			QosFlow other = impatient.addFlow(udp(), TrafficType.VOICE);
			List.of(flow, other).forEach((one) -> one.awaitActive(SOON));
			this.qwave.fail("QOSRemoveSocketFromFlow", code);
			CountDownLatch unmarking = this.qwave.hang("QOSSetFlow");
			flow.close();
			assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
			await().until(() -> this.qwave.hanging("QOSSetFlow") == 1);
			assertThat(removals()).hasSize(5).containsOnly(removals().get(0));
			assertThat(impatient.status().error()).satisfies((failure) -> {
				assertThat(failure.operation()).isEqualTo("QOSRemoveSocketFromFlow");
				assertThat(failure.code()).hasValue(code);
				assertThat(failure.errorCase()).isEqualTo(errorCase);
			});
			// It cannot be left unmarked either, so it is tried on.
			this.qwave.fail("QOSSetFlow", 5);
			this.qwave.pass("QOSSetFlow");
			unmarking.countDown();
			await().until(() -> removals().size() > 5);
			this.qwave.fail("QOSRemoveSocketFromFlow", 0);
			await().until(() -> this.qwave.applicationFlows() == 1 && impatient.status().error() == null);
			assertThat(other.state()).isEqualTo(FlowState.ACTIVE);
		}
	}

	@Test
	void flowThatCannotBeRemovedIsLeftUnmarked() throws IOException {
		try (QosHandle impatient = impatient()) {
			QosFlow flow = impatient.addFlow(udp(), TrafficType.VOICE);
			flow.awaitActive(SOON);
			this.qwave.fail("QOSRemoveSocketFromFlow", 1117);
			flow.close();
			await().until(() -> this.qwave.applicationFlow(1).mark() == 0 && impatient.status().error() == null);
			assertThat(removals()).hasSize(5);
		}
	}

	@Test
	void flowThatIsNotFoundIsRemoved() throws IOException {
		this.qwave.fail("QOSRemoveSocketFromFlow", 1168);
		QosFlow flow = this.handle.addFlow(udp(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		flow.close();
		// What comes after it has seen the end of it.
		this.handle.addFlow(udp(), TrafficType.VOICE).awaitActive(SOON);
		assertThat(removals()).hasSize(1);
		assertThat(this.handle.status().error()).isNull();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
	}

	private List<String> removals() {
		return this.qwave.calls.stream().filter((call) -> call.startsWith("QOSRemoveSocketFromFlow")).toList();
	}

	@Test
	void standbyIsSurvived() throws IOException {
		try (QosHandle impatient = impatient()) {
			List<QosFlow> flows = List.of(impatient.addFlow(udp(), TrafficType.VOICE),
					impatient.addFlow(udp(), TrafficType.CONTROL));
			flows.forEach((flow) -> flow.awaitActive(SOON));
			int created = this.qwave.created();
			this.qwave.sleep();
			await().until(() -> this.qwave.created() > created);
			await().until(() -> impatient.state() == HandleState.OPEN);
			flows.forEach((flow) -> flow.awaitActive(SOON));
			await().until(() -> this.qwave.flows() >= 2);
		}
	}

	@Test
	void checkTellsWhatAPolicyHasMadeOfTheMark() throws IOException {
		try (QosHandle impatient = impatient()) {
			QosFlow flow = impatient.addFlow(udp(), TrafficType.VOICE);
			flow.awaitActive(SOON);
			await().until(() -> flow.marking().isApplied());
			this.qwave.priority(0);
			await().until(() -> Dscp.DF.equals(flow.marking().applied()));
			assertThat(flow.marking().note()).isEqualTo("a policy of this machine changes the marks of applications");
		}
	}

	private QosHandle impatient() {
		return backend().applyTo(QosHandle.builder())
			.name("impatient")
			.recoveryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
			.checkInterval(Duration.ofMillis(20))
			.build();
	}

	@Test
	void failedCloseArrivesAsItsCaseAndIsNotTriedAgain() {
		this.handle.awaitOpen(SOON);
		this.qwave.fail("QOSCloseHandle", 87);
		this.handle.close();
		this.handle.close();
		assertThat(this.handle.status().error()).extracting(QosException::errorCase).isEqualTo(ErrorCase.INVALID);
		assertThat(this.qwave.calls).filteredOn((call) -> call.startsWith("QOSCloseHandle")).hasSize(1);
	}

	@Test
	void peerOnThisMachineNeedsNoFlow() throws IOException {
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		QosFlow flow = this.handle.addFlow(udp(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		assertThat(flow.marking().note()).isEqualTo("not needed: the peer is this machine");
		flow.close();
		this.handle.close();
		assertThat(this.qwave.calls).noneMatch((call) -> call.startsWith("QOSRemoveSocketFromFlow"));
	}

	@Test
	void codePointOfItsOwnIsSetAfterTheFlowIsAdded() throws IOException {
		this.handle.awaitOpen(SOON);
		try (QosHandle marking = backend().applyTo(QosHandle.builder())
			.markingProfile(MarkingProfile.QWAVE.with(TrafficType.VOICE, Dscp.EF))
			.build()) {
			QosFlow flow = marking.addFlow(udp(), TrafficType.VOICE);
			flow.awaitActive(SOON);
			int id = this.qwave.applicationFlowId(1);
			assertThat(this.qwave.calls).anyMatch(
					(call) -> call.endsWith("QOSSetFlow(handle 2, flow " + id + ", operation 2, size 4, value 46)"));
			assertThat(flow.marking()).isEqualTo(new Marking(Dscp.EF, Dscp.EF, null));
		}
	}

	@Test
	void refusedCodePointFallsBackToTheTypeAndSaysSo() throws IOException {
		this.qwave.fail("QOSSetFlow", 5);
		try (QosHandle marking = backend().applyTo(QosHandle.builder())
			.markingProfile(MarkingProfile.RFC8837)
			.build()) {
			QosFlow flow = marking.addFlow(udp(), TrafficType.VOICE);
			flow.awaitActive(SOON);
			assertThat(flow.marking().requested()).isEqualTo(Dscp.EF);
			assertThat(flow.marking().isApplied()).isFalse();
			assertThat(flow.marking().note())
				.startsWith("DSCP 46 (EF) was refused, so that of VOICE, 56 (CS7), is in force: "
						+ "QOSSetFlow failed: ERROR_ACCESS_DENIED (5)");
		}
	}

	@Test
	void unconnectedSocketWaitsForItsPeer() throws IOException {
		DatagramChannel socket = keep(DatagramChannel.open());
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		await().until(() -> flow.status().failure() != null);
		assertThat(flow.status().state()).isEqualTo(FlowState.PENDING);
		assertThat(flow.status().reason()).isEqualTo("qWAVE marks a socket only once it is connected");
		socket.connect(udp().getRemoteAddress());
		flow.awaitActive(SOON);
	}

	@Test
	void addingDoesNotWaitForAServiceThatHangs() throws IOException {
		this.handle.awaitOpen(SOON);
		CountDownLatch release = this.qwave.hang("QOSAddSocketToFlow");
		DatagramChannel socket = udp();
		List<QosFlow> flows = List.of(this.handle.addFlow(socket, TrafficType.VOICE),
				this.handle.addFlow(socket, TrafficType.VOICE));
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.PENDING);
		await().until(() -> this.qwave.hanging("QOSAddSocketToFlow") == 1);
		flows.forEach(QosFlow::close);
		release.countDown();
		await().until(() -> removals().size() == 1 && this.qwave.applicationFlows() == 0);
	}

	@Test
	void flowWhoseSocketIsClosedWhileItIsRefusedHasEndedAndNotFailed() throws IOException {
		this.handle.awaitOpen(SOON);
		CountDownLatch release = this.qwave.hang("QOSAddSocketToFlow");
		DatagramChannel socket = udp();
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		await().until(() -> this.qwave.hanging("QOSAddSocketToFlow") == 1);
		socket.close();
		this.qwave.failNext("QOSAddSocketToFlow", 87);
		release.countDown();
		assertThat(flow.whenActive().toCompletableFuture()).failsWithin(SOON)
			.withThrowableThat()
			.havingCause()
			.isInstanceOfSatisfying(QosException.class,
					(failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.CANCELLED));
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		assertThat(this.handle.status().error()).isNull();
	}

}
