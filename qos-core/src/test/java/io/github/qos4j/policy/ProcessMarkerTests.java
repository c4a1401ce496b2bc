package io.github.qos4j.policy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FakeNativeSocket;
import io.github.qos4j.FlowState;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.NativeSocket.Kind;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordingBackend;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link ProcessMarker} with sockets that a fake finds.
 */
class ProcessMarkerTests {

	private final FakeFinder finder = new FakeFinder();

	private final QosHandle handle = new FindingBackend(this.finder).applyTo(QosHandle.builder()).build();

	private final PolicyMarker marker = new PolicyMarker(this.handle, policies(443, TrafficType.VOICE));

	private final ProcessMarker process = new ProcessMarker(this.marker, Duration.ofMillis(10));

	private final Logger logger = Logger.getLogger(ProcessMarker.class.getName());

	private final List<LogRecord> log = new ArrayList<>();

	private final Handler logHandler = new Handler() {

		@Override
		public void publish(LogRecord record) {
			synchronized (ProcessMarkerTests.this.log) {
				ProcessMarkerTests.this.log.add(record);
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	@BeforeEach
	void watchLog() {
		this.handle.awaitOpen(Duration.ofSeconds(20));
		this.logger.addHandler(this.logHandler);
		this.logger.setUseParentHandlers(false);
	}

	@AfterEach
	void closeAll() {
		this.process.close();
		this.marker.close();
		this.handle.close();
		this.logger.removeHandler(this.logHandler);
		this.logger.setUseParentHandlers(true);
	}

	@Test
	void whatAPolicyMatchesIsMarked() {
		this.finder.open(443);
		this.finder.open(80);
		this.process.look();
		assertThat(this.handle.flows()).singleElement().satisfies((flow) -> {
			assertThat(flow.options()).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
			assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		});
		this.process.look();
		assertThat(this.handle.flows()).hasSize(1);
	}

	@Test
	void observerIsToldOfEachLook() {
		List<String> told = new ArrayList<>();
		this.process.observe((nanos, sockets, marked) -> {
			throw new IllegalStateException("An observer's own failure");
		});
		this.process.observe((nanos, sockets, marked) -> told.add((nanos > 0) + " " + sockets + " " + marked));
		this.finder.open(443);
		this.finder.open(80);
		this.process.look();
		this.process.look();
		assertThat(told).containsExactly("true 2 1", "true 0 0");
		assertThat(this.process.handle()).isSameAs(this.handle);
		assertThatIllegalArgumentException().isThrownBy(() -> this.process.observe(null));
	}

	@Test
	void flowOfAClosedSocketIsClosed() {
		FakeNativeSocket socket = this.finder.open(443);
		this.process.look();
		QosFlow flow = this.handle.flows().get(0);
		socket.open = false;
		this.process.look();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		assertThat(this.process.flows()).isEmpty();
	}

	@Test
	void socketThatIsClosedWhileItIsFoundIsPassedOver() {
		this.finder.open(443).open = false;
		this.finder.add(new FakeNativeSocket(Kind.STREAM) {

			@Override
			public boolean isOpen() {
				// Not when it is asked next.
				boolean asked = this.open;
				this.open = false;
				return asked;
			}

		}, 443);
		this.finder.open(443);
		this.process.look();
		assertThat(this.handle.flows()).singleElement().extracting(QosFlow::state).isEqualTo(FlowState.ACTIVE);
	}

	@Test
	void nothingIsLookedForWhileFlowsAreOutOfForce() {
		this.handle.pauseMarking();
		this.finder.open(443);
		this.process.look();
		assertThat(this.handle.flows()).isEmpty();
		this.handle.resumeMarking();
		this.process.look();
		assertThat(this.handle.flows()).as("while flows may be on their way").isEmpty();
		this.process.look();
		assertThat(this.handle.flows()).hasSize(1);
	}

	@Test
	void pauseThatBeginsDuringALookAddsNoSecondFlow() {
		assertNothingIsMarkedBy(this.handle::pauseMarking);
		this.handle.resumeMarking();
		assertIsMarkedLater();
	}

	@Test
	void pauseThatBeginsAndEndsDuringALookAddsNoSecondFlow() {
		assertNothingIsMarkedBy(() -> {
			this.handle.pauseMarking();
			this.handle.resumeMarking();
		});
		assertIsMarkedLater();
	}

	@Test
	void handleThatIsOpenedAnewDuringALookAddsNoSecondFlow() {
		assertNothingIsMarkedBy(() -> {
			this.handle.reopen();
			this.handle.awaitOpen(Duration.ofSeconds(20));
		});
		assertIsMarkedLater();
	}

	/**
	 * Assert that nothing is marked by a look during which something happens.
	 */
	private void assertNothingIsMarkedBy(Runnable meanwhile) {
		this.process.look();
		this.finder.open(443);
		this.finder.meanwhile = meanwhile;
		this.process.look();
		this.finder.meanwhile = null;
		assertThat(this.finder.looks).isEqualTo(2);
		assertThat(this.handle.flows()).isEmpty();
	}

	private void assertIsMarkedLater() {
		this.process.look();
		this.process.look();
		assertThat(this.handle.flows()).hasSize(1);
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void pauseLeavesEachSocketWithItsOneFlow() throws IOException {
		try (ServerSocket server = new ServerSocket(0);
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
				QosHandle real = QosHandle.builder().backend("socket").build();
				PolicyMarker marking = new PolicyMarker(real, policies(server.getLocalPort(), TrafficType.BACKGROUND));
				ProcessMarker looking = new ProcessMarker(marking, Duration.ofMillis(10))) {
			QosFlow own = real.addFlow(socket, TrafficType.VOICE);
			looking.look();
			real.pauseMarking();
			looking.look();
			assertThat(real.flows()).containsExactly(own);
			real.resumeMarking();
			looking.look();
			looking.look();
			assertThat(real.flows()).containsExactly(own);
			assertThat(own.marking().isApplied()).isTrue();
		}
	}

	@Test
	void changedPoliciesHoldForAllSockets() {
		this.finder.open(443);
		this.finder.open(80);
		this.process.look();
		this.marker.setPolicies(policies(80, TrafficType.BACKGROUND));
		this.process.look();
		assertThat(this.handle.flows()).singleElement()
			.satisfies((flow) -> assertThat(flow.options()).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND)));
		assertThat(this.process.flows()).isEqualTo(this.handle.flows());
		assertThat(this.finder.forgotten).isEqualTo(2);
	}

	@Test
	void nothingIsLookedAtWithoutAPolicyThatMatches() {
		this.marker.setPolicies(QosPolicies.none());
		this.finder.open(443);
		this.process.look();
		assertThat(this.finder.looks).isZero();
	}

	@Test
	void looksFollowEachOtherUntilClosed() throws InterruptedException {
		this.process.start();
		this.process.start();
		FakeNativeSocket socket = this.finder.open(443);
		await().untilAsserted(() -> assertThat(this.handle.flows()).hasSize(1));
		assertThat(this.finder.thread).satisfies((thread) -> {
			assertThat(thread.isDaemon()).isTrue();
			assertThat(thread.getName()).isEqualTo("qos-process");
		});
		this.process.close();
		this.process.close();
		assertThat(this.finder.thread.isAlive()).isFalse();
		assertThat(this.handle.flows()).isEmpty();
		this.process.start();
		assertThat(socket.isOpen()).isTrue();
		assertThat(this.handle.flows()).isEmpty();
	}

	@Test
	void failureIsToldOnceAndTheNextLookSucceeds() {
		this.finder.failure = new IllegalStateException("passing");
		this.process.start();
		await().until(() -> this.finder.looks > 3);
		this.finder.failure = null;
		this.finder.open(443);
		await().untilAsserted(() -> assertThat(this.handle.flows()).hasSize(1));
		assertThat(warnings())
			.containsExactly("A look through the sockets of this process has failed, and will be tried again");
	}

	@Test
	void backendThatFindsNoSocketsIsToldOnceAndEndsIt() {
		this.finder.refusal = new QosException(ErrorCase.NOT_SUPPORTED, "No sockets are found here", null, null);
		this.process.start();
		await().untilAsserted(() -> assertThat(warnings())
			.containsExactly("Connections that no integration reaches are not marked: No sockets are found here"));
		await().until(() -> Thread.getAllStackTraces()
			.keySet()
			.stream()
			.noneMatch((thread) -> thread.getName().equals("qos-process")));
	}

	@Test
	void closedHandleEndsItInSilence() {
		this.process.start();
		await().until(() -> this.finder.looks > 0);
		this.finder.failure = new IllegalStateException("closed");
		this.handle.close();
		await().until(() -> !this.finder.thread.isAlive());
		assertThat(warnings()).hasSizeLessThan(2);
	}

	@Test
	void intervalIsPositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> new ProcessMarker(this.marker, Duration.ZERO));
	}

	private List<String> warnings() {
		synchronized (this.log) {
			return this.log.stream()
				.filter((record) -> record.getLevel().intValue() >= Level.WARNING.intValue())
				.map(LogRecord::getMessage)
				.toList();
		}
	}

	private static QosPolicies policies(int port, TrafficType type) {
		return QosPolicies.of(List.of(new QosPolicy("test", QosFlowOptions.of(type),
				new PolicyMatch(List.of(), List.of(PortRange.parse(String.valueOf(port))), List.of(), null))));
	}

	/**
	 * Finds what it is told to.
	 */
	private static final class FakeFinder implements SocketFinder {

		private final List<FakeNativeSocket> sockets = new ArrayList<>();

		private final List<NativeSocket> returned = new ArrayList<>();

		volatile int looks;

		volatile int forgotten;

		volatile @Nullable RuntimeException failure;

		@Nullable QosException refusal;

		@Nullable Runnable meanwhile;

		volatile Thread thread = Thread.currentThread();

		FakeNativeSocket open(int port) {
			return add(new FakeNativeSocket(Kind.STREAM), port);
		}

		synchronized FakeNativeSocket add(FakeNativeSocket socket, int port) {
			socket.remoteAddress = new InetSocketAddress("192.0.2.1", port);
			this.sockets.add(socket);
			return socket;
		}

		@Override
		public synchronized List<NativeSocket> find() {
			this.looks++;
			this.thread = Thread.currentThread();
			if (this.meanwhile != null) {
				this.meanwhile.run();
			}
			RuntimeException thrown = this.failure;
			if (thrown != null) {
				throw thrown;
			}
			List<NativeSocket> found = new ArrayList<>(this.sockets);
			found.removeAll(this.returned);
			this.returned.addAll(found);
			return found;
		}

		@Override
		public synchronized void forget() {
			this.forgotten++;
			this.returned.clear();
		}

	}

	/**
	 * A recording backend with a finder.
	 */
	private static final class FindingBackend implements QosBackend {

		private final RecordingBackend recording = new RecordingBackend();

		private final FakeFinder finder;

		FindingBackend(FakeFinder finder) {
			this.finder = finder;
		}

		@Override
		public String name() {
			return this.recording.name();
		}

		@Override
		public Availability availability() {
			return this.recording.availability();
		}

		@Override
		public boolean mayBlock() {
			return this.recording.mayBlock();
		}

		@Override
		public QosSession open(SessionSettings settings) {
			return this.recording.open(settings);
		}

		@Override
		public SocketFinder socketFinder() {
			QosException thrown = this.finder.refusal;
			if (thrown != null) {
				throw thrown;
			}
			return this.finder;
		}

	}

}
