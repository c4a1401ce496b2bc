package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.handle.HastyHandle;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that every documented error of every function ends as {@code docs/errors.md}
 * promises.
 */
class FaultMatrixTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	/** A code that no documentation names. */
	private static final int UNKNOWN = 4711;

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final QosFlowOptions ADAPTIVE = VOICE.withQwave(QwaveOptions.ADAPTIVE)
		.withRate(FlowRate.of(1_000_000));

	private final FakeQwave qwave = new FakeQwave();

	private final QosHandle handle = HastyHandle.open(new FakeQwaveBackend(this.qwave));

	private final List<DatagramChannel> sockets = new ArrayList<>();

	@AfterEach
	void close() throws IOException {
		this.handle.close();
		assertThat(this.qwave.misuse).isEmpty();
		await().until(() -> this.qwave.open() == 0);
		for (DatagramChannel socket : this.sockets) {
			// No connection has noticed anything.
			assertThat(socket.isOpen() && socket.isConnected()).isTrue();
			socket.close();
		}
	}

	@Test
	void everyRowNamesItsErrorRight() throws IOException {
		assertThat(rows()).hasSizeGreaterThan(150).allSatisfy((row) -> {
			NativeError error = Win32Error.of(row.function(), row.code());
			assertThat(error.symbol()).isEqualTo(row.symbol());
			assertThat(error.errorCase()).isEqualTo(row.errorCase());
		}).doesNotHaveDuplicates();
	}

	@Test
	void everyFunctionHasRows() throws IOException {
		assertThat(rows()).extracting(Row::function)
			.containsOnly(Stream.of(Qwave.class.getDeclaredMethods())
				.filter((method) -> !method.isSynthetic())
				.map((method) -> method.getName())
				.toArray(String[]::new));
	}

	@ParameterizedTest
	@MethodSource({ "rows", "unknownCodes" })
	void firstCallEndsAsPromised(Row row) throws Exception {
		if (row.function().equals("QOSCreateHandle")) {
			// This handle is open already.
			FakeQwave failing = new FakeQwave();
			failing.fail(row.function(), row.code());
			try (QosHandle other = new FakeQwaveBackend(failing).applyTo(QosHandle.builder()).build()) {
				assertHandle(row, other, row.firstCall());
			}
			return;
		}
		this.handle.awaitOpen(SOON);
		Use use = use(row);
		use.prepare();
		this.qwave.fail(row.function(), row.code());
		use.meet(row.firstCall());
	}

	@ParameterizedTest
	@MethodSource({ "rows", "unknownCodes" })
	void callInRecoveryEndsAsPromised(Row row) throws Exception {
		assertCallInRecovery(row, this.qwave::sleep);
	}

	/**
	 * A check finds its session alive, and the flow that it asks for next dead.
	 */
	@ParameterizedTest
	@MethodSource({ "rows", "unknownCodes" })
	void callInRecoveryEndsAsPromisedWhereStandbyCutsACheck(Row row) throws Exception {
		assertCallInRecovery(row, this.qwave::sleepAtNextCheck);
	}

	private void assertCallInRecovery(Row row, Runnable standby) throws Exception {
		this.handle.awaitOpen(SOON);
		Use use = use(row);
		use.prepare();
		use.begin();
		if (row.function().equals("QOSCreateHandle")) {
			this.qwave.fail(row.function(), row.code());
			standby.run();
			assertHandle(row, this.handle, row.inRecovery());
			this.qwave.fail(row.function(), 0);
			await().until(() -> this.handle.state() == HandleState.OPEN);
			return;
		}
		CountDownLatch opening = this.qwave.hang("QOSCreateHandle");
		standby.run();
		await().until(() -> this.qwave.hanging("QOSCreateHandle") > 0);
		this.qwave.fail(row.function(), row.code());
		this.qwave.pass("QOSCreateHandle");
		opening.countDown();
		use.resume();
		use.meet(row.inRecovery());
	}

	private void assertHandle(Row row, QosHandle failing, String outcome) {
		HandleState expected = HandleState.valueOf(outcome.substring("handle ".length()));
		await().until(() -> failing.state() == expected && failing.status().nextTry() != null);
		assertThat(failing.status().error().operation()).isEqualTo(row.function());
		assertFailure(row, failing.status().error());
	}

	private static void assertFailure(Row row, QosException failure) {
		assertThat(failure.errorCase()).isEqualTo(row.errorCase());
		// What the list of flows comes to is more than one call's failure.
		assertThat(failure.code().orElse(row.code())).isEqualTo(row.code());
	}

	private void assertRefused(Row row, CompletionStage<?> stage) throws Exception {
		try {
			Object answer = stage.toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
			throw new AssertionError("Was answered: " + answer);
		}
		catch (ExecutionException ex) {
			assertThat(ex.getCause()).isInstanceOf(QosException.class);
			assertFailure(row, (QosException) ex.getCause());
		}
	}

	private void assertState(QosFlow flow, String outcome) {
		FlowState expected = FlowState.valueOf(outcome.substring("flow ".length()));
		await().until(flow::status,
				(status) -> status.state() == expected && (status.failure() != null) == (expected == FlowState.FAILED));
	}

	private long calls(String function) {
		return this.qwave.calls.stream().filter((call) -> call.startsWith(function + "(")).count();
	}

	/**
	 * Return how often a function was called with the newest handle. A check that standby
	 * cuts in half may have called it with the one before.
	 */
	private long callsWithNewest(String function) {
		String handle = "handle " + this.qwave.created();
		return this.qwave.calls.stream()
			.filter((call) -> call.startsWith(function + "(" + handle + ",")
					|| call.equals(function + "(" + handle + ")"))
			.count();
	}

	private QosFlow active(QosFlowOptions options) throws IOException {
		QosFlow flow = this.handle.addFlow(socket(), options);
		flow.awaitActive(SOON);
		return flow;
	}

	private DatagramChannel socket() throws IOException {
		DatagramChannel socket = DatagramChannel.open()
			.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		this.sockets.add(socket);
		return socket;
	}

	private static <T> T get(CompletionStage<T> stage) throws Exception {
		return stage.toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(SOON).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
	}

	static List<Row> rows() throws IOException {
		try (Stream<String> lines = Files.lines(Path.of("../docs/errors.md"))) {
			return lines.filter((line) -> line.startsWith("| QOS")).map(Row::parse).toList();
		}
	}

	/**
	 * Return a row for each use of each function whose code nobody knows. It ends as one
	 * that is known for something that will not pass.
	 */
	static List<Row> unknownCodes() throws IOException {
		Map<String, Row> byUse = new LinkedHashMap<>();
		for (Row row : rows()) {
			boolean lasting = row.errorCase() == ErrorCase.INVALID;
			if (lasting || row.errorCase() == ErrorCase.RESOURCES) {
				byUse.merge(row.function() + row.use(), row.ofUnknownCode(), (old, other) -> lasting ? other : old);
			}
		}
		return List.copyOf(byUse.values());
	}

	private Use use(Row row) {
		return switch (row.use()) {
			case "opening" -> new Closing(row);
			case "adding a flow" -> new Adding(row);
			case "adding a socket" -> new AddingSocket(row);
			case "changing a flow" -> new Changing(row);
			case "checking" -> new Checking(row);
			case "asking" -> new Asking(row);
			case "waiting" -> new Waiting(row);
			case "ending a wait" -> new EndingWait(row);
			case "closing a flow" -> new ClosingFlow(row);
			case "listing flows" -> new Listing(row);
			case "tracking a client" -> new Tracking(row);
			case "ending a tracking" -> new EndingTracking(row);
			case "closing" -> new Closing(row);
			default -> throw new IllegalArgumentException(row.use());
		};
	}

	/**
	 * What an application does with a handle while a function fails.
	 */
	private abstract class Use {

		final Row row;

		/** In force before anything fails. */
		QosFlow flow;

		Use(Row row) {
			this.row = row;
		}

		/**
		 * Do what there is to do before the function fails.
		 */
		void prepare() throws Exception {
			this.flow = active(VOICE);
		}

		/**
		 * Do once what the function is for, before standby.
		 */
		void begin() throws Exception {
		}

		/**
		 * Wait until the handle is open again after standby, with what was there before.
		 */
		void resume() throws Exception {
			await().until(() -> FaultMatrixTests.this.handle.state() == HandleState.OPEN);
			assertState(this.flow, "flow ACTIVE");
		}

		/**
		 * Meet the failure.
		 */
		abstract void meet(String outcome) throws Exception;

		FakeQwave qwave() {
			return FaultMatrixTests.this.qwave;
		}

		void succeedAgain() {
			qwave().fail(this.row.function(), 0);
		}

		/**
		 * Wait until the handle cannot be opened, and its flow waits for it; and until
		 * both are as before once they can be.
		 */
		final void assertRecovering(String outcome) {
			assertHandle(this.row, FaultMatrixTests.this.handle, outcome);
			assertThat(this.flow.state()).isEqualTo(FlowState.PENDING);
			succeedAgain();
			assertState(this.flow, "flow ACTIVE");
			assertThat(FaultMatrixTests.this.handle.state()).isEqualTo(HandleState.OPEN);
		}

	}

	private final class Adding extends Use {

		Adding(Row row) {
			super(row);
		}

		@Override
		void prepare() {
		}

		@Override
		void begin() throws Exception {
			this.flow = active(VOICE.withDscp(Dscp.EF));
		}

		@Override
		void resume() {
		}

		@Override
		void meet(String outcome) throws Exception {
			if (this.flow == null) {
				this.flow = FaultMatrixTests.this.handle.addFlow(socket(), VOICE.withDscp(Dscp.EF));
			}
			if (outcome.startsWith("handle ")) {
				assertRecovering(outcome);
				return;
			}
			assertState(this.flow, outcome);
			if (outcome.equals("flow FAILED")) {
				assertFailure(this.row, this.flow.status().failure());
			}
			else {
				String expected = this.row.function().equals("QOSSetFlow") ? "(" + this.row.code() + ")"
						: "not needed: the peer is this machine";
				await().untilAsserted(() -> assertThat(this.flow.marking().note()).contains(expected));
			}
		}

	}

	private final class AddingSocket extends Use {

		private CompletionStage<QosFlow> joined;

		AddingSocket(Row row) {
			super(row);
		}

		@Override
		void begin() throws Exception {
			this.joined = this.flow.add(QosSocket.of(socket()));
			get(this.joined);
		}

		@Override
		void resume() {
		}

		@Override
		void meet(String outcome) throws Exception {
			if (this.joined == null) {
				CompletionStage<QosFlow> added = this.flow.add(QosSocket.of(socket()));
				if (this.row.errorCase() == ErrorCase.NOT_FOUND) {
					// The peer is this machine, so the socket needs nothing.
					get(added);
				}
				else {
					assertRefused(this.row, added);
				}
			}
			if (outcome.startsWith("handle ")) {
				assertRecovering(outcome);
				return;
			}
			assertState(this.flow, outcome);
		}

	}

	private final class Changing extends Use {

		private final QosFlowOptions before = VOICE.withRate(FlowRate.of(64_000));

		Changing(Row row) {
			super(row);
		}

		@Override
		void prepare() throws Exception {
			this.flow = active(this.before);
		}

		@Override
		void resume() throws Exception {
			if (this.row.inRecovery().equals("flow ACTIVE")) {
				super.resume();
			}
		}

		@Override
		void meet(String outcome) throws Exception {
			if (outcome.equals("flow FAILED")) {
				// It could not be given back what it had.
				assertState(this.flow, outcome);
				assertFailure(this.row, this.flow.status().failure());
				return;
			}
			for (QosFlowOptions options : List.of(this.before.withRate(FlowRate.of(128_000)),
					this.before.withTrafficType(TrafficType.CONTROL))) {
				assertRefused(this.row, this.flow.setOptions(options));
				assertState(this.flow, outcome);
				assertThat(this.flow.options()).isEqualTo(this.before);
			}
			succeedAgain();
			get(this.flow.setOptions(this.before.withTrafficType(TrafficType.CONTROL)));
		}

	}

	private final class Checking extends Use {

		Checking(Row row) {
			super(row);
		}

		@Override
		void resume() {
		}

		@Override
		void meet(String outcome) {
			long before = calls("QOSQueryFlow");
			await().until(() -> calls("QOSQueryFlow") > before + 1);
			assertState(this.flow, outcome);
		}

	}

	private final class Asking extends Use {

		Asking(Row row) {
			super(row);
		}

		@Override
		void prepare() throws Exception {
			this.flow = active(ADAPTIVE);
		}

		@Override
		void resume() {
		}

		@Override
		void meet(String outcome) throws Exception {
			if (this.row.errorCase() == ErrorCase.TRY_AGAIN) {
				assertThat(get(ask(this.flow::fundamentals))).isEqualTo(FlowFundamentals.MEASURING);
			}
			else {
				assertRefused(this.row, ask(this.flow::fundamentals));
			}
			assertRefused(this.row, ask(this.flow::packetPriority));
			assertRefused(this.row, ask(this.flow::outgoingRate));
			assertState(this.flow, outcome);
		}

		/**
		 * Ask as soon as the flow is in force, until it is answered: it is added again
		 * and again while the answer is that there is no such flow, or no such handle,
		 * and so it is once the handle's own flow has failed three times.
		 */
		private <T> CompletionStage<T> ask(Supplier<CompletionStage<T>> question) {
			return await().until(question::get, Asking::isAnswered);
		}

		private static boolean isAnswered(CompletionStage<?> stage) {
			return stage.handle((answer, failure) -> answer != null || isRefusal((QosException) failure))
				.toCompletableFuture()
				.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS)
				.join();
		}

		private static boolean isRefusal(QosException failure) {
			return !(failure instanceof QosUnavailableException) && failure.operation() != null;
		}

	}

	private class Waiting extends Use {

		CompletableFuture<FlowCondition> future;

		Waiting(Row row) {
			super(row);
		}

		@Override
		void prepare() throws Exception {
			this.flow = active(ADAPTIVE);
		}

		@Override
		void begin() throws Exception {
			this.future = this.flow.when(FlowCondition.CONGESTED);
			await().until(() -> qwave().pending() == 1);
		}

		@Override
		void meet(String outcome) throws Exception {
			this.future = (this.future != null) ? this.future : this.flow.when(FlowCondition.CONGESTED);
			assertRefused(this.row, this.future);
			boolean lasting = switch (this.row.errorCase()) {
				case INVALID, NOT_SUPPORTED, UNKNOWN -> true;
				default -> false;
			};
			assertThat(callsWithNewest("QOSNotifyFlow")).isEqualTo(lasting ? 1 : 5);
			assertState(this.flow, outcome);
		}

	}

	private final class EndingWait extends Waiting {

		EndingWait(Row row) {
			super(row);
		}

		@Override
		void prepare() throws Exception {
			super.prepare();
			super.begin();
		}

		@Override
		void begin() {
		}

		@Override
		void resume() throws Exception {
			super.resume();
			await().until(() -> callsWithNewest("QOSNotifyFlow") == 1 && qwave().pending() == 1);
		}

		@Override
		void meet(String outcome) throws Exception {
			long before = callsWithNewest("QOSCancel");
			this.future.cancel(true);
			await().until(() -> callsWithNewest("QOSCancel") == before + 1);
			assertState(this.flow, outcome);
			// The system still waits, for whoever wants to know next.
			CompletableFuture<FlowCondition> next = this.flow.when(FlowCondition.CONGESTED);
			assertThat(qwave().complete(0, 0)).isOne();
			assertThat(get(next)).isEqualTo(FlowCondition.CONGESTED);
		}

	}

	private final class ClosingFlow extends Use {

		ClosingFlow(Row row) {
			super(row);
		}

		@Override
		void meet(String outcome) throws Exception {
			QosHandle handle = FaultMatrixTests.this.handle;
			CountDownLatch unmarking = qwave().hang("QOSSetFlow");
			this.flow.close();
			assertState(this.flow, outcome);
			assertThat(handle.flows()).isEmpty();
			if (this.row.errorCase() == ErrorCase.NOT_FOUND) {
				await().until(() -> callsWithNewest("QOSRemoveSocketFromFlow") == 1);
				// What comes after it has seen the end of it.
				active(VOICE);
				assertThat(callsWithNewest("QOSRemoveSocketFromFlow")).isOne();
				assertThat(handle.status().error()).isNull();
				return;
			}
			await().until(() -> qwave().hanging("QOSSetFlow") == 1);
			assertFailure(this.row, handle.status().error());
			assertThat(callsWithNewest("QOSRemoveSocketFromFlow")).isEqualTo(5);
			unmarking.countDown();
			// Nothing is marked any longer, so nothing is wrong.
			await().until(() -> handle.status().error() == null);
			assertThat(callsWithNewest("QOSSetFlow")).isOne();
			assertThat(callsWithNewest("QOSRemoveSocketFromFlow")).isEqualTo(5);
		}

	}

	private class Listing extends Use {

		Listing(Row row) {
			super(row);
		}

		@Override
		void meet(String outcome) throws Exception {
			assertRefused(this.row, FaultMatrixTests.this.handle.qwave().systemFlows());
			assertOpen(outcome);
		}

		final void assertOpen(String outcome) {
			assertThat(FaultMatrixTests.this.handle.state())
				.isEqualTo(HandleState.valueOf(outcome.substring("handle ".length())));
			assertState(this.flow, "flow ACTIVE");
		}

	}

	private class Tracking extends Listing {

		ClientTracking tracking;

		Tracking(Row row) {
			super(row);
		}

		@Override
		void begin() throws Exception {
			this.tracking = FaultMatrixTests.this.handle.qwave().trackClient(client());
			get(this.tracking.whenTracked());
		}

		@Override
		void meet(String outcome) throws Exception {
			boolean again = this.tracking != null || this.row.errorCase() == ErrorCase.HANDLE_LOST;
			this.tracking = (this.tracking != null) ? this.tracking
					: FaultMatrixTests.this.handle.qwave().trackClient(client());
			if (!again) {
				assertRefused(this.row, this.tracking.whenTracked());
				assertOpen(outcome);
				assertThat(calls("QOSStartTrackingClient")).isOne();
				return;
			}
			long before = calls("QOSStartTrackingClient");
			await().until(() -> calls("QOSStartTrackingClient") > before + 1);
			assertOpen(outcome);
			succeedAgain();
			await().until(() -> qwave().tracked().contains(client()));
			get(this.tracking.whenTracked());
		}

		final InetAddress client() throws UnknownHostException {
			return InetAddress.getByAddress(new byte[] { (byte) 192, 0, 2, 7 });
		}

	}

	private final class EndingTracking extends Tracking {

		EndingTracking(Row row) {
			super(row);
		}

		@Override
		void prepare() throws Exception {
			super.prepare();
			super.begin();
		}

		@Override
		void begin() {
		}

		@Override
		void resume() throws Exception {
			super.resume();
			await().until(() -> qwave().tracked().contains(client()));
		}

		@Override
		void meet(String outcome) {
			this.tracking.close();
			await().until(() -> FaultMatrixTests.this.handle.status().error() != null);
			assertFailure(this.row, FaultMatrixTests.this.handle.status().error());
			assertOpen(outcome);
			qwave().fail("QOSStopTrackingClient", 0);
			// It is tried again at every check, and nothing is wrong any longer.
			await().until(() -> FaultMatrixTests.this.handle.status().error() == null);
			long calls = calls("QOSStopTrackingClient");
			assertThat(calls).isGreaterThan(1);
			FaultMatrixTests.this.handle.close();
			assertThat(calls("QOSStopTrackingClient")).isEqualTo(calls);
		}

	}

	private final class Closing extends Use {

		Closing(Row row) {
			super(row);
		}

		@Override
		void meet(String outcome) {
			FaultMatrixTests.this.handle.close();
			assertThat(FaultMatrixTests.this.handle.state())
				.isEqualTo(HandleState.valueOf(outcome.substring("handle ".length())));
			assertFailure(this.row, FaultMatrixTests.this.handle.status().error());
		}

	}

	private record Row(String function, String use, int code, String symbol, ErrorCase errorCase, String firstCall,
			String inRecovery) {

		private static Row parse(String line) {
			String[] cells = line.substring(2, line.length() - 2).split(" \\| ");
			return new Row(cells[0], cells[1], Integer.parseInt(cells[2]), cells[3], ErrorCase.valueOf(cells[4]),
					cells[5], cells[6]);
		}

		private Row ofUnknownCode() {
			return new Row(this.function, this.use, UNKNOWN, null, ErrorCase.UNKNOWN, this.firstCall, this.inRecovery);
		}

		@Override
		public String toString() {
			return this.function + " " + this.code + " while " + this.use + ": " + this.firstCall + ", "
					+ this.inRecovery;
		}

	}

}
