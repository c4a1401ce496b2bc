package io.github.qos4j.internal.handle;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.Marking;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.none.NoneBackend;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.Availability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link DefaultQosHandle}.
 */
class DefaultQosHandleTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private final List<AutoCloseable> resources = new ArrayList<>();

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
	}

	// Opening

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void buildNeverWaitsForOpening(boolean waiting) {
		FakeBackend backend = new FakeBackend(waiting);
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		assertThat(handle.state()).isEqualTo(HandleState.OPENING);
		backend.openGate.countDown();
		handle.awaitOpen(SOON);
		assertThat(handle.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(HandleState.OPEN);
			assertThat(status.backend()).isEqualTo("fake");
			assertThat(status.reason()).isNull();
			assertThat(status.error()).isNull();
			assertThat(status.nextTry()).isNull();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void nothingWaitsLongForABackendThatIsStillChosen(boolean mayBlock) throws Exception {
		CountDownLatch chosen = new CountDownLatch(1);
		FakeBackend backend = new FakeBackend(mayBlock) {

			@Override
			public Availability availability() {
				awaitUninterruptibly(chosen);
				return super.availability();
			}

		};
		QosHandle handle = handle(backend);
		DatagramSocket socket = udp();
		try {
			QosFlow flow = inTime(() -> handle.addFlow(socket, TrafficType.VOICE));
			assertThat(flow.state()).isEqualTo(FlowState.PENDING);
			if (mayBlock) {
				assertThat(inTime(() -> handle.datagramSender(QosSocket.of(socket)))).isNotNull();
			}
			else {
				assertThatExceptionOfType(QosUnavailableException.class)
					.isThrownBy(() -> inTime(() -> handle.datagramSender(QosSocket.of(socket))));
			}
		}
		finally {
			chosen.countDown();
		}
	}

	/**
	 * Return what an action returns, if it does so while nothing else happens.
	 */
	private static <T> T inTime(Callable<T> action) throws Exception {
		FutureTask<T> task = new FutureTask<>(action);
		new Thread(task, "impatient").start();
		try {
			// Less than the ten seconds for which a test of this would have to wait.
			return task.get(8, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw (Exception) ex.getCause();
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

	@Test
	void flowSaysThatNothingIsMarkedAgainstItsWish() throws Exception {
		FakeBackend broken = FakeBackend.direct();
		broken.availability = Availability.broken("the library may not be unpacked", "Allow it");
		BackendSelector selector = BackendSelector.named("auto", List.of(broken, new NoneBackend()));
		DefaultQosHandle handle = new DefaultQosHandle(new HandleSettings("test", QosVersion.V1_0, MarkingProfile.QWAVE,
				SOON, Backoff.DEFAULT, SOON, List.of(), List.of(), System.getLogger("test")), selector,
				new ManualTimer());
		keep(handle);
		handle.open();
		QosFlow flow = handle.addFlow(udp(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		assertThat(flow.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(FlowState.ACTIVE);
			assertThat(status.reason()).contains("nothing is marked", "the library may not be unpacked");
			assertThat(status.failure().remedy()).isEqualTo("Allow it");
		});
	}

	@Test
	void awaitOpenTellsTheTimeThatIsOver() {
		FakeBackend backend = FakeBackend.waiting();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		assertThatExceptionOfType(QosUnavailableException.class)
			.isThrownBy(() -> handle.awaitOpen(Duration.ofMillis(20)))
			.withMessage("QoS handle 'test' (backend fake) is not open: it has not opened within 20 ms")
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.TIMEOUT));
		backend.openGate.countDown();
	}

	@Test
	void awaitOpenThrowsAtOnceWhenOpeningFails() {
		FakeBackend backend = FakeBackend.waiting();
		backend.onOpen = (attempt) -> FakeBackend.failure(31, ErrorCase.HANDLE_LOST);
		QosHandle handle = handle(backend);
		assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> handle.awaitOpen(Duration.ofDays(1)))
			.satisfies((ex) -> {
				assertThat(ex).hasMessage("QoS handle 'test' (backend fake) is not open: Fake failed: FAKE (31)");
				assertThat(ex.operation()).isEqualTo("Fake");
				assertThat(ex.code()).hasValue(31);
				assertThat(ex.symbol()).isEqualTo("FAKE");
				assertThat(ex.remedy()).isEqualTo("Do something about it");
				assertThat(ex.errorCase()).isEqualTo(ErrorCase.HANDLE_LOST);
			});
	}

	@Test
	void awaitOpenKeepsTheInterruptFlag() {
		FakeBackend backend = FakeBackend.waiting();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> handle.awaitOpen(SOON))
			.withMessageContaining("interrupted");
		assertThat(Thread.interrupted()).isTrue();
		backend.openGate.countDown();
	}

	@Test
	void failedOpeningIsTriedAgainAndPendingFlowsBecomeActive() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.onOpen = (attempt) -> (attempt < 3) ? FakeBackend.failure(31, ErrorCase.HANDLE_LOST) : null;
		QosHandle handle = handle(backend);
		QosFlow flow = handle.addFlow(udp(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		assertThat(backend.attempts).hasValue(3);
		assertThat(handle.status().error()).isNull();
		assertThat(handle.state()).isEqualTo(HandleState.OPEN);
	}

	@Test
	void failedOpeningTellsReasonAndNextTry() {
		FakeBackend backend = FakeBackend.waiting();
		backend.onOpen = (attempt) -> FakeBackend.failure(31, ErrorCase.HANDLE_LOST);
		QosHandle handle = keep(builder(backend).recoveryBackoff(Duration.ofHours(1), Duration.ofHours(1)).build());
		await().until(() -> handle.state() == HandleState.UNAVAILABLE);
		assertThat(handle.status()).satisfies((status) -> {
			assertThat(status.reason()).isEqualTo("Fake failed: FAKE (31)");
			assertThat(status.error()).isNotNull();
			assertThat(status.nextTry()).isBetween(Instant.now().plus(Duration.ofMinutes(40)),
					Instant.now().plus(Duration.ofMinutes(60)));
		});
	}

	@Test
	void unusableBackendIsUnavailableForGood() {
		FakeBackend backend = FakeBackend.waiting();
		backend.availability = Availability.broken("fake.dll is missing", "Install it");
		QosHandle handle = handle(backend);
		await().until(() -> handle.state() == HandleState.UNAVAILABLE);
		assertThat(handle.status()).satisfies((status) -> {
			assertThat(status.reason()).isEqualTo("No QoS backend can be used (fake: fake.dll is missing)");
			assertThat(status.error()).satisfies((error) -> assertThat(error.remedy()).isEqualTo("Install it"));
			assertThat(status.nextTry()).isNull();
		});
		assertThat(handle.whenOpen().toCompletableFuture()).failsWithin(SOON)
			.withThrowableThat()
			.withCauseInstanceOf(QosUnavailableException.class);
		assertThat(backend.attempts).hasValue(0);
	}

	@Test
	void errorOfTheVirtualMachineMakesTheHandleUnavailable() {
		FakeBackend backend = FakeBackend.waiting();
		backend.onOpen = (attempt) -> {
			throw new NoClassDefFoundError("com/sun/jna/Native");
		};
		QosHandle handle = handle(backend);
		assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> handle.awaitOpen(SOON))
			.withMessageContaining("com/sun/jna/Native")
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.LIBRARY));
	}

	@Test
	void whenOpenCompletesOnceOpen() {
		FakeBackend backend = FakeBackend.waiting();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		CompletableFuture<QosHandle> open = handle.whenOpen().toCompletableFuture();
		assertThat(open).isNotDone();
		backend.openGate.countDown();
		assertThat(open).succeedsWithin(SOON).isSameAs(handle);
		assertThat(handle.whenOpen().toCompletableFuture()).succeedsWithin(SOON);
	}

	@Test
	void whenOpenFailsWhenTheHandleIsClosed() {
		FakeBackend backend = FakeBackend.waiting();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = keep(builder(backend).closeTimeout(Duration.ofMillis(10)).build());
		CompletableFuture<QosHandle> open = handle.whenOpen().toCompletableFuture();
		handle.close();
		backend.openGate.countDown();
		assertThat(open).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(QosUnavailableException.class);
		assertThat(handle.whenOpen().toCompletableFuture()).failsWithin(SOON);
	}

	// Flows

	@Test
	void addFlowDoesNotWaitForAService() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		QosFlow flow = handle.addFlow(udp(), TrafficType.VOICE);
		assertThat(flow.status()).isEqualTo(new FlowStatus(FlowState.PENDING, "QoS handle 'test' is OPENING", null));
		assertThat(flow.marking()).isEqualTo(new Marking(Dscp.of(56), null, "the flow is PENDING"));
		assertThat(handle.status().flows()).isEqualTo(new FlowCounts(0, 1, 0));
		backend.openGate.countDown();
		flow.awaitActive(SOON);
		assertThat(flow.status()).isEqualTo(new FlowStatus(FlowState.ACTIVE, null, null));
		assertThat(flow.marking().isApplied()).isTrue();
		assertThat(handle.status().flows()).isEqualTo(new FlowCounts(1, 0, 0));
	}

	@Test
	void firstFlowJoinsTheOpeningOfABackendThatCannotWait() throws Exception {
		FakeBackend backend = FakeBackend.direct();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		DatagramSocket socket = udp();
		CompletableFuture<QosFlow> adding = CompletableFuture
			.supplyAsync(() -> handle.addFlow(socket, TrafficType.VOICE));
		assertThat(adding).isNotDone();
		backend.openGate.countDown();
		assertThat(adding).succeedsWithin(SOON)
			.satisfies((flow) -> assertThat(flow.state()).isEqualTo(FlowState.ACTIVE));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void refusedFlowFailsWithoutAnException(boolean waiting) throws Exception {
		FakeBackend backend = new FakeBackend(waiting);
		backend.onAdd = (socket) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		QosHandle handle = handle(backend);
		QosFlow flow = handle.addFlow(udp(), TrafficType.VOICE);
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> flow.awaitActive(SOON))
			.withMessageStartingWith("Fake failed: FAKE (50) for VOICE on udp ")
			.satisfies((ex) -> {
				assertThat(ex.options().trafficType()).isEqualTo(TrafficType.VOICE);
				assertThat(ex.code()).hasValue(50);
			});
		assertThat(flow.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(FlowState.FAILED);
			assertThat(status.reason()).isEqualTo("Fake failed: FAKE (50)");
		});
		assertThat(handle.status().flows()).isEqualTo(new FlowCounts(0, 0, 1));
		assertThat(handle.status().error()).satisfies((error) -> assertThat(error.code()).hasValue(50));
		assertThat(flow.whenActive().toCompletableFuture()).failsWithin(SOON);
		flow.close();
		assertThat(handle.status().flows()).isEqualTo(new FlowCounts(0, 0, 0));
	}

	@Test
	void whenActiveCompletes() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.addGate = new CountDownLatch(1);
		QosFlow flow = handle(backend).addFlow(udp(), TrafficType.VOICE);
		CompletableFuture<QosFlow> active = flow.whenActive().toCompletableFuture();
		assertThat(active).isNotDone();
		assertThatExceptionOfType(QosFlowException.class).isThrownBy(() -> flow.awaitActive(Duration.ofMillis(20)))
			.withMessageContaining("20 ms");
		backend.addGate.countDown();
		assertThat(active).succeedsWithin(SOON).isSameAs(flow);
		assertThat(flow.whenActive().toCompletableFuture()).succeedsWithin(SOON);
	}

	@Test
	void blockingListenerHurtsOnlyItself() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		CountDownLatch release = new CountDownLatch(1);
		handle.whenOpen().thenAccept((opened) -> await().atMost(SOON).until(() -> release.getCount() == 0));
		handle.whenOpen().thenAccept((opened) -> {
			throw new IllegalStateException("listener");
		});
		backend.openGate.countDown();
		handle.addFlow(udp(), TrafficType.VOICE).awaitActive(SOON);
		release.countDown();
	}

	@Test
	void flowThatIsClosedWhileItIsAddedIsRemovedAgain() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.addGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		handle.awaitOpen(SOON);
		QosFlow flow = handle.addFlow(udp(), TrafficType.VOICE);
		CompletableFuture<QosFlow> active = flow.whenActive().toCompletableFuture();
		await().until(() -> backend.adds.get() == 1);
		flow.close();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		backend.addGate.countDown();
		assertThat(active).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(QosFlowException.class);
		QosFlow next = handle.addFlow(udp(), TrafficType.VOICE);
		next.awaitActive(SOON);
		assertThat(backend.sessions.get(0).flows()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void closingAFlowTwiceRemovesItOnce(boolean waiting) throws Exception {
		FakeBackend backend = new FakeBackend(waiting);
		QosHandle handle = handle(backend);
		QosFlow flow = handle.addFlow(udp(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		flow.close();
		flow.close();
		await().until(() -> backend.sessions.get(0).flows() == 0);
		assertThat(flow.status()).isEqualTo(new FlowStatus(FlowState.CLOSED, null, null));
		assertThat(handle.flows()).isEmpty();
	}

	@Test
	void complaintAboutARemovalIsKeptAndHarmsNobody() throws Exception {
		FakeBackend backend = FakeBackend.direct();
		backend.onRemove = (socket) -> FakeBackend.failure(1117, ErrorCase.DEVICE);
		QosHandle handle = handle(backend);
		handle.addFlow(udp(), TrafficType.VOICE).close();
		assertThat(handle.state()).isEqualTo(HandleState.OPEN);
		assertThat(handle.status().error()).satisfies((error) -> assertThat(error.code()).hasValue(1117));
	}

	@Test
	void flowWithoutPeerBecomesActiveOnceConnected() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.onAdd = (socket) -> socket.isConnected() ? null
				: new QosException(ErrorCase.NOT_CONNECTED, "not connected", null, null);
		QosHandle handle = handle(backend);
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket socket = new Socket()) {
			QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
			await().until(() -> "not connected".equals(flow.status().reason()));
			assertThat(flow.state()).isEqualTo(FlowState.PENDING);
			socket.connect(server.getLocalSocketAddress());
			flow.awaitActive(SOON);
		}
	}

	@Test
	void flowWithoutPeerEndsWithItsSocket() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.onAdd = (socket) -> new QosException(
				socket.isOpen() ? ErrorCase.NOT_CONNECTED : ErrorCase.SOCKET_CLOSED, "no", null, null);
		QosHandle handle = handle(backend);
		Socket socket = new Socket();
		QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
		await().until(() -> "no".equals(flow.status().reason()));
		socket.close();
		await().until(() -> flow.state() == FlowState.CLOSED);
		assertThat(handle.status().flows()).isEqualTo(new FlowCounts(0, 0, 0));
	}

	@Test
	void flowsOfClosedSocketsEndAsOthersAreAdded() throws Exception {
		FakeBackend backend = FakeBackend.direct();
		QosHandle handle = handle(backend);
		List<DatagramChannel> channels = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			DatagramChannel channel = DatagramChannel.open();
			channels.add(channel);
			handle.addFlow(channel, TrafficType.VOICE);
		}
		for (DatagramChannel channel : channels) {
			channel.close();
		}
		DatagramSocket open = udp();
		for (int i = 0; i < 10; i++) {
			handle.addFlow(open, TrafficType.VOICE);
		}
		assertThat(handle.status().flows()).isEqualTo(new FlowCounts(10, 0, 0));
		assertThat(backend.sessions.get(0).flows()).isEqualTo(10);
	}

	@Test
	void profileDecidesUnlessTheFlowNamesACodePoint() throws Exception {
		FakeBackend backend = FakeBackend.direct();
		QosHandle handle = keep(builder(backend).markingProfile(MarkingProfile.RFC8837).build());
		QosFlowOptions voice = QosFlowOptions.of(TrafficType.VOICE);
		assertThat(handle.addFlow(udp(), voice).marking().requested()).isEqualTo(Dscp.EF);
		assertThat(handle.addFlow(udp(), voice.withDscp(Dscp.of(3))).marking().requested()).isEqualTo(Dscp.of(3));
	}

	// Closing

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void closeEndsFlowsAndSessionOnce(boolean waiting) throws Exception {
		FakeBackend backend = new FakeBackend(waiting);
		QosHandle handle = handle(backend);
		QosFlow first = handle.addFlow(udp(), TrafficType.VOICE);
		QosFlow second = handle.addFlow(udp(), TrafficType.CONTROL);
		first.awaitActive(SOON);
		second.awaitActive(SOON);
		first.close();
		handle.close();
		handle.close();
		assertThat(handle.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(HandleState.CLOSED);
			assertThat(status.flows()).isEqualTo(new FlowCounts(0, 0, 0));
		});
		assertThat(second.state()).isEqualTo(FlowState.CLOSED);
		assertThat(backend.open()).isZero();
		second.close();
		assertThatIllegalStateException().isThrownBy(() -> handle.addFlow(udp(), TrafficType.VOICE))
			.withMessage("QoS handle 'test' is closed");
		assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(() -> handle.awaitOpen(SOON));
	}

	@Test
	void sessionThatArrivesAfterCloseIsClosed() {
		FakeBackend backend = FakeBackend.waiting();
		backend.openGate = new CountDownLatch(1);
		QosHandle handle = keep(builder(backend).closeTimeout(Duration.ofMillis(50)).build());
		await().until(() -> backend.attempts.get() == 1);
		handle.close();
		assertThat(handle.state()).isEqualTo(HandleState.CLOSED);
		backend.openGate.countDown();
		await().until(() -> backend.sessions.size() == 1 && backend.open() == 0);
	}

	@Test
	void closeLetsARemovalFinishFirst() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.removeGate = new CountDownLatch(1);
		QosHandle handle = handle(backend);
		QosFlow flow = handle.addFlow(udp(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		flow.close();
		CompletableFuture<Void> closing = CompletableFuture.runAsync(handle::close);
		await().until(() -> handle.state() == HandleState.CLOSED);
		assertThat(backend.open()).isOne();
		backend.removeGate.countDown();
		assertThat(closing).succeedsWithin(SOON);
		assertThat(backend.open()).isZero();
	}

	@Test
	void closeGivesUpOnACallThatHangs() throws Exception {
		FakeBackend backend = FakeBackend.waiting();
		backend.addGate = new CountDownLatch(1);
		QosHandle handle = keep(builder(backend).closeTimeout(Duration.ofMillis(50)).build());
		handle.awaitOpen(SOON);
		handle.addFlow(udp(), TrafficType.VOICE);
		await().until(() -> backend.adds.get() == 1);
		handle.close();
		assertThat(backend.open()).isOne();
		backend.addGate.countDown();
		await().until(() -> backend.open() == 0);
		assertThat(backend.sessions.get(0).flows()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void closingWhileOthersAddAndCloseFlowsLeavesNothingBehind(boolean waiting) throws Exception {
		DatagramSocket socket = udp();
		for (int round = 0; round < 200; round++) {
			FakeBackend backend = new FakeBackend(waiting);
			QosHandle handle = handle(backend);
			List<CompletableFuture<Void>> adders = new ArrayList<>();
			CountDownLatch added = new CountDownLatch(2);
			for (int i = 0; i < 2; i++) {
				adders.add(CompletableFuture.runAsync(() -> addUntilClosed(handle, socket, added)));
			}
			added.await();
			handle.close();
			assertThat(adders).allSatisfy((adder) -> assertThat(adder).succeedsWithin(SOON));
			assertThat(backend.open()).isZero();
			assertThat(handle.status().flows()).isEqualTo(new FlowCounts(0, 0, 0));
			assertThat(backend.misuse).isEmpty();
		}
	}

	private static void addUntilClosed(QosHandle handle, DatagramSocket socket, CountDownLatch added) {
		try {
			for (int i = 0; i < 100_000; i++) {
				QosFlow flow = handle.addFlow(socket, TrafficType.VOICE);
				added.countDown();
				if (i % 3 != 0) {
					flow.close();
				}
			}
		}
		catch (IllegalStateException ex) {
			assertThat(handle.state()).isEqualTo(HandleState.CLOSED);
		}
		finally {
			added.countDown();
		}
	}

	@Test
	void complaintAboutClosingHarmsNobody() {
		FakeBackend backend = FakeBackend.waiting();
		backend.onClose = FakeBackend.failure(87, ErrorCase.INVALID);
		QosHandle handle = handle(backend);
		handle.awaitOpen(SOON);
		handle.close();
		assertThat(handle.status().error()).satisfies((error) -> assertThat(error.code()).hasValue(87));
	}

	@Test
	void handlesLeaveNoThreadsBehind() {
		FakeBackend waiting = FakeBackend.waiting();
		FakeBackend failing = FakeBackend.waiting();
		failing.onOpen = (attempt) -> FakeBackend.failure(31, ErrorCase.HANDLE_LOST);
		for (int i = 0; i < 200; i++) {
			QosHandle handle = builder((i % 2 == 0) ? waiting : failing).name("leak").build();
			if (i % 3 == 0) {
				await().pollInterval(Duration.ofMillis(1)).until(() -> handle.state() != HandleState.OPENING);
			}
			handle.close();
		}
		assertThat(waiting.open()).isZero();
		await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.noneMatch((name) -> name.startsWith("qos-") && name.endsWith("-leak")));
	}

	// Arguments

	@Test
	void argumentsAreCheckedByName() throws Exception {
		QosHandle handle = handle(FakeBackend.direct());
		DatagramSocket closed = udp();
		closed.close();
		assertThatIllegalArgumentException().isThrownBy(() -> handle.addFlow((Socket) null, TrafficType.VOICE))
			.withMessage("'socket' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> handle.addFlow(udp(), (TrafficType) null))
			.withMessage("'trafficType' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> handle.addFlow(udp(), (QosFlowOptions) null))
			.withMessage("'options' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> handle.addFlow(closed, TrafficType.VOICE))
			.withMessage("'socket' must be open");
		assertThatIllegalArgumentException().isThrownBy(() -> handle.awaitOpen(Duration.ZERO))
			.withMessage("'timeout' must be positive but was PT0S");
		assertThat(handle.flows()).isEmpty();
		QosHandle.Builder builder = QosHandle.builder();
		assertThatIllegalArgumentException().isThrownBy(() -> builder.name(" "))
			.withMessage("'name' must not be blank");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.backend("nonsense"))
			.withMessage("QoS backend must be one of auto, qwave, socket, recording, none but was 'nonsense'");
		assertThatIllegalArgumentException().isThrownBy(() -> builder.closeTimeout(Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> builder.recoveryBackoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
	}

	@Test
	void failuresCarryTheirFacts() {
		QosException unknown = new QosException(
				new NativeError("QOSCreateHandle", 4711, null, ErrorCase.UNKNOWN, null));
		assertThat(unknown).hasMessage("QOSCreateHandle failed: unknown error (4711)");
		assertThat(new CompletionException(unknown)).cause().isSameAs(unknown);
	}

	private QosHandle.Builder builder(FakeBackend backend) {
		this.resources.add(() -> assertThat(backend.misuse).isEmpty());
		return backend.applyTo(QosHandle.builder())
			.name("test")
			.recoveryBackoff(Duration.ofMillis(10), Duration.ofMillis(50));
	}

	private QosHandle handle(FakeBackend backend) {
		return keep(builder(backend).build());
	}

	private QosHandle keep(QosHandle handle) {
		this.resources.add(0, handle);
		return handle;
	}

	private DatagramSocket udp() throws Exception {
		DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
		this.resources.add(socket);
		return socket;
	}

}
