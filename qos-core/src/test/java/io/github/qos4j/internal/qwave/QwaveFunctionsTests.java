package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

import com.sun.jna.Pointer;
import io.github.qos4j.ClientTracking;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowFundamentals.Measurement;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.QwaveOptions.Reason;
import io.github.qos4j.QwaveOptions.Shaping;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the functions of qWAVE beside adding and removing, over a fake at the native
 * border.
 */
class QwaveFunctionsTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final QosFlowOptions ADAPTIVE = VOICE.withQwave(QwaveOptions.ADAPTIVE)
		.withRate(FlowRate.of(1_000_000));

	private final FakeQwave qwave = new FakeQwave();

	private final FakeQwaveBackend backend = new FakeQwaveBackend(this.qwave);

	private final List<AutoCloseable> resources = new ArrayList<>();

	private QosHandle handle = open((builder) -> builder);

	private QosHandle open(UnaryOperator<QosHandle.Builder> settings) {
		QosHandle opened = settings
			.apply(this.backend.applyTo(QosHandle.builder())
				.recoveryBackoff(Duration.ofMillis(2), Duration.ofMillis(4)))
			.build();
		opened.awaitOpen(SOON);
		return opened;
	}

	/**
	 * Use a handle that looks often whether all is well.
	 */
	private void watch() {
		this.handle.close();
		this.qwave.calls.clear();
		this.handle = open((builder) -> builder.checkInterval(Duration.ofMillis(20)));
	}

	/**
	 * Lose the handle as in standby, and wait until there is another.
	 */
	private void sleep() {
		int created = this.qwave.created();
		this.qwave.sleep();
		await().until(() -> this.qwave.created() > created && this.handle.state() == HandleState.OPEN);
	}

	@AfterEach
	void close() throws Exception {
		this.handle.close();
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
		await().until(() -> this.qwave.open() == 0);
		assertThat(this.qwave.misuse).isEmpty();
	}

	// Lost handles

	@ParameterizedTest
	@ValueSource(ints = { 6, 31, 995, 1062, 1117, 1164, 1168, 1722, 1726 })
	void deadHandleIsOpenedAgainWhateverItAnswers(int code) throws Exception {
		watch();
		List<QosFlow> flows = List.of(active(VOICE), active(VOICE), active(VOICE));
		await().until(() -> this.qwave.flows() == 4);
		int created = this.qwave.created();
		this.qwave.restart(code);
		await().until(() -> this.qwave.created() > created && this.qwave.flows() == 4);
		for (QosFlow flow : flows) {
			flow.awaitActive(SOON);
			await().until(() -> flow.marking().isApplied());
		}
	}

	// Destinations

	@Test
	void unconnectedSocketOfOneFamilyNamesItsPeer() throws Exception {
		DatagramChannel socket = keep(DatagramChannel.open(StandardProtocolFamily.INET));
		socket.bind(new InetSocketAddress("127.0.0.1", 0));
		QosFlow flow = this.handle.addFlow(QosSocket.of(socket).to(new InetSocketAddress("192.0.2.9", 5004)), VOICE);
		flow.awaitActive(SOON);
		assertThat(applicationAdds()).singleElement().asString().contains("destination allocated@").contains("flow 0");
	}

	@Test
	void dualStackSocketWithAnIpv4PeerNamesTheRemedies() throws Exception {
		DatagramChannel socket = keep(DatagramChannel.open());
		QosFlow flow = this.handle.addFlow(QosSocket.of(socket).to(new InetSocketAddress("192.0.2.9", 5004)), VOICE);
		await().until(() -> flow.state() == FlowState.FAILED);
		assertThat(flow.status().failure().remedy()).contains("StandardProtocolFamily.INET")
			.contains("connect it")
			.contains("-Djava.net.preferIPv4Stack=true");
		assertThat(applicationAdds()).isEmpty();
	}

	@Test
	void connectionWaitsUntilItIsConnected() throws Exception {
		SocketChannel socket = keep(SocketChannel.open());
		ServerSocket listener = keep(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
		InetSocketAddress peer = (InetSocketAddress) listener.getLocalSocketAddress();
		QosFlow flow = this.handle.addFlow(QosSocket.of(socket).to(peer), VOICE);
		await().until(() -> flow.status().failure() != null);
		assertThat(flow.status().failure().errorCase()).isEqualTo(ErrorCase.NOT_CONNECTED);
		socket.connect(peer);
		flow.awaitActive(SOON);
	}

	@Test
	void listenerIsRefusedWithARemedy() throws Exception {
		QosFlow flow = this.handle.addFlow(keep(new ServerSocket(0)), VOICE);
		await().until(() -> flow.state() == FlowState.FAILED);
		assertThat(flow.status().failure().remedy()).isEqualTo("Add a flow for each accepted socket");
	}

	// Several sockets and peers

	@Test
	void thousandPeersShareAFlow() throws Exception {
		watch();
		DatagramChannel socket = keep(DatagramChannel.open(StandardProtocolFamily.INET));
		socket.bind(new InetSocketAddress("127.0.0.1", 0));
		QosFlow flow = this.handle.addFlow(QosSocket.of(socket).to(new InetSocketAddress("192.0.2.1", 1)), VOICE);
		List<CompletionStage<QosFlow>> joined = new ArrayList<>();
		for (int i = 2; i <= 1_000; i++) {
			joined.add(flow.add(QosSocket.of(socket).to(new InetSocketAddress("192.0.2.1", i))));
		}
		for (CompletionStage<QosFlow> stage : joined) {
			get(stage);
		}
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(applicationAdds().size()).isGreaterThanOrEqualTo(1_000);
		sleep();
		await().until(() -> applicationAdds().size() >= 2_000);
	}

	@Test
	void flowBeginsWithTheFirstSocketThatNeedsOne() throws Exception {
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		QosFlow flow = this.handle.addFlow(udp(), VOICE.withRate(FlowRate.of(64_000)));
		flow.awaitActive(SOON);
		this.qwave.fail("QOSAddSocketToFlow", 0);
		get(flow.add(QosSocket.of(udp())));
		assertThat(flow.marking().applied()).isEqualTo(TrafficType.VOICE.dscp());
		assertThat(get(flow.outgoingRate())).hasValue(64_000);
	}

	@Test
	void peerOnThisMachineDoesNotFailAFlowThatHasOthers() throws Exception {
		QosFlow flow = active(VOICE);
		this.qwave.fail("QOSAddSocketToFlow", 1168);
		get(flow.add(QosSocket.of(udp())));
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
	}

	// Changes

	@Test
	void rateIsSetWithShapingAndReason() throws Exception {
		QosFlow flow = active(VOICE);
		QwaveOptions qwave = new QwaveOptions(false, Shaping.USE_NON_CONFORMANT_MARKINGS, Reason.USER_CAUSED);
		get(flow.setOptions(VOICE.withRate(FlowRate.of(3_000_000)).withQwave(qwave)));
		FakeQwave.Flow set = this.qwave.applicationFlow(1);
		assertThat(List.of(set.rate, (long) set.shaping, (long) set.reason)).containsExactly(3_000_000L, 2L, 4L);
		assertThat(get(flow.outgoingRate())).hasValue(3_000_000);
	}

	@ParameterizedTest
	@EnumSource
	void shapingsHaveTheNumbersOfTheHeader(Shaping shaping) throws Exception {
		active(VOICE.withRate(FlowRate.of(64_000)).withQwave(QwaveOptions.DEFAULT.withShaping(shaping)));
		assertThat(this.qwave.applicationFlow(1).shaping).isEqualTo(shaping.ordinal());
	}

	@ParameterizedTest
	@EnumSource
	void reasonsHaveTheNumbersOfTheHeader(Reason reason) throws Exception {
		active(VOICE.withRate(FlowRate.of(64_000)).withQwave(QwaveOptions.DEFAULT.withReason(reason)));
		assertThat(this.qwave.applicationFlow(1).reason).isEqualTo(reason.ordinal());
	}

	@Test
	void rateIsNeverTheNumberThatStandsForTheLeastOne() throws Exception {
		active(VOICE.withRate(FlowRate.of(0xFFFFFFFFL)));
		assertThat(this.qwave.applicationFlow(1).rate).isEqualTo(0xFFFFFFFEL);
	}

	@Test
	void endOfARateTakesANewFlow() throws Exception {
		QosFlow flow = active(VOICE.withRate(FlowRate.of(64_000)));
		get(flow.add(QosSocket.of(udp())));
		get(flow.setOptions(VOICE));
		assertThat(this.qwave.applicationFlows()).isOne();
		assertThat(this.qwave.applicationFlow(2).members).isEqualTo(2);
		assertThat(get(flow.outgoingRate())).isEqualTo(OptionalLong.empty());
		assertThat(flow.marking().isApplied()).isTrue();
	}

	@Test
	void flowThatCannotBeAddedAnewIsTriedAgain() throws Exception {
		watch();
		QosFlow flow = active(VOICE.withRate(FlowRate.of(64_000)));
		this.qwave.fail("QOSAddSocketToFlow", 1232);
		CompletionStage<QosFlow> change = flow.setOptions(VOICE);
		await().until(() -> flow.state() != FlowState.ACTIVE);
		this.qwave.fail("QOSAddSocketToFlow", 0);
		get(flow.setOptions(VOICE));
		await().until(() -> flow.state() == FlowState.ACTIVE && change.toCompletableFuture().isDone());
	}

	@Test
	void codePointComesBackAfterTheTypeHasChanged() throws Exception {
		QosFlow flow = active(VOICE.withDscp(Dscp.EF));
		get(flow.setOptions(VOICE.withTrafficType(TrafficType.AUDIO_VIDEO).withDscp(Dscp.EF)));
		assertThat(this.qwave.applicationFlow(1).mark()).isEqualTo(46);
		assertThat(this.qwave.applicationFlow(1).type).isEqualTo(3);
		get(flow.setOptions(VOICE));
		assertThat(this.qwave.applicationFlow(1).mark()).isEqualTo(56);
		assertThat(flow.marking().isApplied()).isTrue();
	}

	@Test
	void refusedRateLeavesEverythingAsItWas() throws Exception {
		QosFlow flow = active(VOICE);
		this.qwave.fail("QOSSetFlow", 54);
		CompletionStage<QosFlow> change = flow
			.setOptions(QosFlowOptions.of(TrafficType.BACKGROUND).withRate(FlowRate.of(64_000)));
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(change))
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.BANDWIDTH));
		assertThat(flow.options()).isEqualTo(VOICE);
		assertThat(this.qwave.applicationFlow(1).type).isEqualTo(4);
		assertThat(flow.marking().requested()).isEqualTo(TrafficType.VOICE.dscp());
	}

	@Test
	void rateThatIsRefusedFromTheStartFailsNothing() throws Exception {
		this.qwave.fail("QOSSetFlow", 54);
		QosFlow flow = active(VOICE.withRate(FlowRate.of(64_000)));
		assertThat(flow.marking().note())
			.startsWith("the rate was refused: QOSSetFlow failed: ERROR_NETWORK_BUSY (54)");
	}

	// Adaptive flows

	@Test
	void adaptiveFlowIsMarkedOnceItHasARate() throws Exception {
		QosFlow flow = active(VOICE.withQwave(QwaveOptions.ADAPTIVE));
		assertThat(applicationAdds()).singleElement().asString().contains("flags 0");
		assertThat(flow.marking().applied()).isEqualTo(Dscp.DF);
		assertThat(flow.marking().note()).isEqualTo("an adaptive flow is marked once it has a rate");
		get(flow.setOptions(ADAPTIVE));
		assertThat(flow.marking().isApplied()).isTrue();
		assertThat(flow.marking().note()).isNull();
	}

	@Test
	void fundamentalsAreMeasuredOrStillBeing() throws Exception {
		QosFlow flow = active(ADAPTIVE);
		assertThat(get(flow.fundamentals())).isEqualTo(FlowFundamentals.MEASURING);
		this.qwave.fundamentals = new long[] { 100_000_000, 60_000_000, 0xFFFFFFFFL };
		FlowFundamentals known = get(flow.freshFundamentals());
		assertThat(known.measurement()).isEqualTo(Measurement.MEASURED);
		assertThat(known.bottleneckBitsPerSecond()).hasValue(100_000_000);
		assertThat(known.availableBitsPerSecond()).hasValue(60_000_000);
		assertThat(known.roundTripMicros()).hasValue(0xFFFFFFFFL);
		assertThat(known.deliveryBitsPerSecond()).isEmpty();
		assertThat(calls("QOSQueryFlow")).last().asString().endsWith("operation 0, size 40, flags 1)");
		assertThat(get(active(VOICE).fundamentals())).isEqualTo(FlowFundamentals.NOT_AVAILABLE);
	}

	@ParameterizedTest
	@CsvSource({ "1237", "232", "170", "1460" })
	void answerThatNeedsTimeIsAValue(int code) throws Exception {
		QosFlow flow = active(ADAPTIVE);
		this.qwave.fail("QOSQueryFlow", code);
		assertThat(get(flow.freshFundamentals())).isEqualTo(FlowFundamentals.MEASURING);
	}

	@Test
	void priorityOfPacketsIsTold() throws Exception {
		QosFlow flow = active(VOICE);
		assertThat(get(flow.packetPriority())).isEqualTo(new PacketPriority(TrafficType.VOICE.dscp(), Dscp.DF, 0, 0));
	}

	// Conditions

	@Test
	void thousandWaitsNeedOneThread() throws Exception {
		List<QosFlow> flows = new ArrayList<>();
		for (int i = 0; i < 334; i++) {
			flows.add(active(ADAPTIVE));
		}
		int before = threads();
		List<CompletableFuture<FlowCondition>> futures = new ArrayList<>();
		for (QosFlow flow : flows) {
			futures.add(flow.when(FlowCondition.CONGESTED));
			futures.add(flow.when(FlowCondition.UNCONGESTED));
			futures.add(flow.when(FlowCondition.available(2_000_000)));
		}
		await().until(() -> this.qwave.pending() == futures.size());
		assertThat(threads() - before).isLessThanOrEqualTo(4);
		AtomicBoolean collecting = new AtomicBoolean(true);
		Thread collector = new Thread(() -> {
			while (collecting.get()) {
				System.gc();
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
			}
		});
		collector.start();
		for (int operation = 2; operation >= 0; operation--) {
			assertThat(this.qwave.complete(operation, 0)).isEqualTo(334);
		}
		// Collections leave little time for anything else.
		await().atMost(Duration.ofMinutes(1)).until(() -> futures.stream().allMatch(CompletableFuture::isDone));
		for (CompletableFuture<FlowCondition> future : futures) {
			get(future);
		}
		collecting.set(false);
		collector.join();
		assertThat(this.backend.completions().outstanding()).isZero();
		assertThat(this.backend.completions().strays()).isZero();
	}

	private static int threads() {
		return (int) Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("qos-"))
			.count();
	}

	@Test
	void closingTheHandleCompletesWhatIsPendingAsCancelled() throws Exception {
		CompletableFuture<FlowCondition> future = active(ADAPTIVE).when(FlowCondition.CONGESTED);
		await().until(() -> this.qwave.pending() == 1);
		this.handle.close();
		await().until(future::isCancelled);
		assertThat(this.qwave.pending()).isZero();
		List<String> last = this.qwave.calls.subList(this.qwave.calls.size() - 2, this.qwave.calls.size());
		assertThat(last).containsExactly("QOSCancel(handle 1)", "QOSCloseHandle(handle 1)");
		assertThat(this.backend.completions().outstanding()).isZero();
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().equals("qos-completions")));
	}

	@Test
	void waitThatNeverCompletesKeepsItsMemory() throws Exception {
		this.qwave.neverCompletes = true;
		CompletableFuture<FlowCondition> future = active(ADAPTIVE).when(FlowCondition.CONGESTED);
		await().until(() -> this.qwave.pending() == 1);
		this.handle.close();
		await().until(future::isCancelled);
		assertThat(this.backend.completions().outstanding()).isOne();
	}

	@Test
	void cancellingTheFutureCancelsTheCall() throws Exception {
		QosFlow flow = active(ADAPTIVE);
		CompletableFuture<FlowCondition> future = flow.when(FlowCondition.CONGESTED);
		await().until(() -> this.qwave.pending() == 1);
		future.cancel(true);
		await().until(() -> this.qwave.pending() == 0);
		await().until(() -> this.backend.completions().outstanding() == 0);
		CompletableFuture<FlowCondition> next = flow.when(FlowCondition.CONGESTED);
		await().until(() -> this.qwave.pending() == 1);
		this.qwave.complete(0, 0);
		get(next);
	}

	@Test
	void conditionThatHoldsAlreadyCompletesOnce() throws Exception {
		this.qwave.completesAtOnce = true;
		QosFlow flow = active(ADAPTIVE);
		assertThat(get(flow.when(FlowCondition.UNCONGESTED))).isEqualTo(FlowCondition.UNCONGESTED);
		await().until(() -> this.backend.completions().outstanding() == 0);
	}

	@Test
	void waitIsArmedAgainAfterStandby() throws Exception {
		watch();
		QosFlow flow = active(ADAPTIVE);
		CompletableFuture<FlowCondition> future = flow.when(FlowCondition.CONGESTED);
		await().until(() -> this.qwave.pending() == 1);
		sleep();
		await().until(() -> calls("QOSNotifyFlow").size() == 2);
		this.qwave.complete(0, 0);
		get(future);
	}

	@Test
	void foreignPacketsAreCountedAndIgnored() throws Exception {
		CompletableFuture<FlowCondition> future = active(ADAPTIVE).when(FlowCondition.CONGESTED);
		await().until(() -> this.qwave.pending() == 1);
		this.qwave.kernel.packets.add(new FakeQwave.FakeKernel.Packet(Pointer.createConstant(0x12345678), 0));
		await().until(() -> this.backend.completions().strays() == 1);
		assertThat(future).isNotDone();
	}

	@Test
	void handleThatNoPortTakesTellsSo() throws Exception {
		this.qwave.kernel.refuses = true;
		CompletableFuture<FlowCondition> future = active(ADAPTIVE).when(FlowCondition.CONGESTED);
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(future))
			.withMessageContaining("CreateIoCompletionPort failed: ERROR_INVALID_PARAMETER (87)");
	}

	@Test
	void otherFlowsThanAdaptiveOnesHaveNoConditions() throws Exception {
		CompletableFuture<FlowCondition> future = active(VOICE).when(FlowCondition.CONGESTED);
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> get(future))
			.satisfies((failure) -> assertThat(failure.remedy()).isEqualTo("Ask for an adaptive flow"));
		assertThat(calls("QOSNotifyFlow")).isEmpty();
	}

	@Test
	void removalEndsBeforeTheHandleIsClosed() throws Exception {
		QosFlow flow = active(VOICE);
		CountDownLatch gate = this.qwave.hang("QOSRemoveSocketFromFlow");
		flow.close();
		await().until(() -> this.qwave.hanging("QOSRemoveSocketFromFlow") == 1);
		Thread closer = new Thread(this.handle::close);
		closer.start();
		assertThat(calls("QOSCloseHandle")).isEmpty();
		gate.countDown();
		closer.join();
		assertThat(this.qwave.calls).last().asString().startsWith("QOSCloseHandle");
	}

	// Enumeration and clients

	@Test
	void listOfFlowsMayGrowWhileItIsRead() throws Exception {
		active(VOICE);
		this.qwave.growth = 100;
		List<Long> ids = get(this.handle.qwave().systemFlows());
		assertThat(ids).contains((long) this.qwave.applicationFlowId(1), 0xFFFFFFFEL);
		assertThat(calls("QOSEnumerateFlows").size()).isGreaterThan(1);
		this.qwave.fail("QOSEnumerateFlows", 122);
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> get(this.handle.qwave().systemFlows()))
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(ErrorCase.TRY_AGAIN));
	}

	@ParameterizedTest
	@CsvSource({ "192.0.2.1", "2001:db8::1" })
	void clientIsTrackedAgainAfterStandbyUntilTheEnd(String address) throws Exception {
		watch();
		InetAddress client = InetAddress.getByName(address);
		ClientTracking tracking = this.handle.qwave().trackClient(client);
		get(tracking.whenTracked());
		sleep();
		await().until(() -> calls("QOSStartTrackingClient").size() == 2);
		this.handle.close();
		assertThat(calls("QOSStopTrackingClient")).singleElement().asString().contains(client.getHostAddress());
	}

	private List<String> calls(String function) {
		return this.qwave.calls.stream().filter((call) -> call.startsWith(function + "(")).toList();
	}

	/**
	 * Return the calls that have added something for the application, whose flows here
	 * are never of the canary's type.
	 */
	private List<String> applicationAdds() {
		return calls("QOSAddSocketToFlow").stream().filter((call) -> !call.contains("type 0,")).toList();
	}

	private QosFlow active(QosFlowOptions options) throws IOException {
		QosFlow flow = this.handle.addFlow(udp(), options);
		flow.awaitActive(SOON);
		return flow;
	}

	private DatagramChannel udp() throws IOException {
		return keep(DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(resource);
		return resource;
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
