package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.NativeError;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PathCondition}, {@link Sampler} and the waits of
 * {@link SocketSession}.
 */
class PathConditionTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	/** A connection that has sent a little and waits for nothing. */
	private static final TcpInfo IDLE = new TcpInfo(1, true, 1000, 1040, 20_000, 0, -1, 10_000, 15_000, 0, 0);

	private static final System.Logger logger = System.getLogger(PathConditionTests.class.getName());

	private final FakeSocketOptions options = new FakeSocketOptions();

	private final MarkedSockets sockets = new MarkedSockets(this.options);

	private final List<AutoCloseable> resources = new ArrayList<>();

	/** What was told: {@code null} for a condition that holds. */
	private final List<QosException> told = new CopyOnWriteArrayList<>();

	private long nanos;

	private long acknowledged = 10_000;

	private SocketChannel socket;

	private SocketFlow flow;

	@BeforeEach
	void open() throws IOException {
		this.socket = keep(SocketChannel.open());
		this.flow = add(this.socket, VOICE);
		info(this.socket, IDLE);
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
	}

	@Test
	void sendingAgainIsCongestion() {
		PathCondition congested = arm(FlowCondition.CONGESTED);
		congested.sample();
		assertThat(this.told).isEmpty();
		info(this.socket, new TcpInfo(1, true, 1000, 1040, 20_000, 1, -1, 10_000, 15_000, 0, 0));
		congested.sample();
		congested.sample();
		assertThat(this.told).containsExactly((QosException) null);
	}

	@Test
	void markOfARouterIsCongestion() {
		PathCondition congested = arm(FlowCondition.CONGESTED);
		info(this.socket, new TcpInfo(1, true, 1000, 1040, 20_000, 0, -1, 11_000, 15_000, 0, 1));
		congested.sample();
		assertThat(this.told).containsExactly((QosException) null);
	}

	@Test
	void longQueueOfWhatFillsThePathIsCongestion() {
		PathCondition congested = arm(FlowCondition.CONGESTED);
		// Twice as long as the shortest and 100 ms longer, but not more.
		info(this.socket, new TcpInfo(1, false, 1000, 1040, 115_000, 0, -1, 20_000, 15_000, 0, 0));
		congested.sample();
		// Not twice as long.
		info(this.socket, new TcpInfo(1, false, 1000, 1040, 400_000, 0, -1, 30_000, 200_000, 0, 0));
		congested.sample();
		// Nothing has arrived.
		info(this.socket, new TcpInfo(1, false, 1000, 1040, 900_000, 0, -1, 30_000, 15_000, 0, 0));
		congested.sample();
		// The application has not sent what the path would take.
		info(this.socket, new TcpInfo(1, true, 1000, 1040, 900_000, 0, -1, 40_000, 15_000, 0, 0));
		congested.sample();
		assertThat(this.told).isEmpty();
		info(this.socket, new TcpInfo(1, false, 1000, 1040, 115_001, 0, -1, 50_000, 15_000, 0, 0));
		congested.sample();
		assertThat(this.told).containsExactly((QosException) null);
	}

	@Test
	void pathIsUncongestedAfterAWhileWithoutCongestion() {
		PathCondition uncongested = arm(FlowCondition.UNCONGESTED);
		sample(uncongested, 4);
		info(this.socket, new TcpInfo(1, true, 1000, 1040, 20_000, 1, -1, 10_000, 15_000, 0, 0));
		sample(uncongested, 5);
		assertThat(this.told).isEmpty();
		sample(uncongested, 1);
		assertThat(this.told).containsExactly((QosException) null);
	}

	@Test
	void nothingIsToldBeforeThereIsAConnection() {
		info(this.socket, new TcpInfo(TcpInfo.CLOSE, false, 0, 0, 0, 0, -1, 0, 4_294_967_295L, 0, 0));
		PathCondition uncongested = arm(FlowCondition.UNCONGESTED);
		sample(uncongested, 20);
		assertThat(this.told).isEmpty();
		info(this.socket, IDLE);
		sample(uncongested, 5);
		assertThat(this.told).containsExactly((QosException) null);
	}

	@Test
	void rateIsAvailableOnceItWasDelivered() {
		PathCondition available = arm(FlowCondition.available(8_320_000));
		// 1 MB a second of data, 8.32 Mbit/s with headers, but for one interval.
		deliver(available, 200_000, 200_000, 199_999, 200_000, 200_000);
		assertThat(this.told).isEmpty();
		deliver(available, 200_000);
		assertThat(this.told).containsExactly((QosException) null);
	}

	@Test
	void burstThatFitsIntoABufferMakesNothingAvailable() {
		PathCondition available = arm(FlowCondition.available(8_320_000));
		deliver(available, 500_000, 0, 0, 500_000, 0, 0);
		assertThat(this.told).isEmpty();
	}

	@Test
	void rateIsNotAvailableWhereItCongestsThePath() {
		PathCondition available = arm(FlowCondition.available(1_000_000));
		for (int i = 1; i < 10; i++) {
			info(this.socket, new TcpInfo(1, false, 1000, 1040, 20_000, i / 3, -1, i * 1_000_000L, 15_000, 0, 0));
			sample(available, 1);
		}
		assertThat(this.told).isEmpty();
	}

	private void deliver(PathCondition condition, int... amounts) {
		for (int amount : amounts) {
			this.acknowledged += amount;
			info(this.socket,
					new TcpInfo(1, true, 1000, 1040, 20_000, 0, -1, this.acknowledged, 15_000, Long.MAX_VALUE, 0));
			sample(condition, 1);
		}
	}

	@Test
	void whatCannotBeKnownIsRefused() throws IOException {
		SocketFlow udp = add(keep(DatagramChannel.open()), VOICE);
		SocketFlow listener = add(keep(ServerSocketChannel.open()), VOICE);
		assertRefused(ErrorCase.NOT_SUPPORTED, () -> arm(udp, FlowCondition.CONGESTED));
		assertRefused(ErrorCase.NOT_SUPPORTED, () -> arm(listener, FlowCondition.UNCONGESTED));
		SocketChannel limited = keep(SocketChannel.open());
		info(limited, IDLE);
		SocketFlow limitedFlow = add(limited, VOICE.withRate(FlowRate.of(1_000_000)));
		arm(limitedFlow, FlowCondition.CONGESTED);
		arm(limitedFlow, FlowCondition.available(1_000_000));
		assertRefused(ErrorCase.NOT_SUPPORTED, () -> arm(limitedFlow, FlowCondition.available(1_000_008)));
		info(this.socket, new TcpInfo(1, false, 1000, 1040, 20_000, 0, -1, -1, -1, -1, -1));
		arm(FlowCondition.CONGESTED);
		assertRefused(ErrorCase.NOT_SUPPORTED, () -> arm(FlowCondition.available(1_000_000)));
		this.options.refuse("tcpInfo", 92, ErrorCase.NOT_SUPPORTED);
		assertRefused(ErrorCase.NOT_SUPPORTED, () -> arm(FlowCondition.CONGESTED));
		this.socket.close();
		assertRefused(ErrorCase.SOCKET_CLOSED, () -> arm(FlowCondition.CONGESTED));
		assertThat(this.told).isEmpty();
	}

	@Test
	void anyConnectionOfAFlowCounts() throws IOException {
		SocketChannel second = keep(SocketChannel.open());
		info(second, IDLE);
		this.sockets.join(this.flow, QosSocket.of(second));
		PathCondition congested = arm(FlowCondition.CONGESTED);
		this.socket.close();
		congested.sample();
		assertThat(this.told).isEmpty();
		info(second, new TcpInfo(1, true, 1000, 1040, 20_000, 1, -1, 10_000, 15_000, 0, 0));
		congested.sample();
		assertThat(this.told).containsExactly((QosException) null);
	}

	@Test
	void waitEndsWithTheConnection() throws IOException {
		PathCondition congested = arm(FlowCondition.CONGESTED);
		this.socket.close();
		congested.sample();
		congested.cancel();
		assertToldOnce(ErrorCase.SOCKET_CLOSED);
	}

	@Test
	void waitEndsWithTheFlow() {
		PathCondition congested = arm(FlowCondition.CONGESTED);
		this.sockets.remove(this.flow);
		congested.sample();
		assertToldOnce(ErrorCase.CANCELLED);
	}

	@Test
	void failedSampleEndsTheWait() {
		PathCondition congested = arm(FlowCondition.CONGESTED);
		this.options.refused = "tcpInfo";
		this.options.refusal = new NativeError("getsockopt(TCP_INFO)", 1, "EPERM", ErrorCase.ADMINISTRATOR, null);
		congested.sample();
		assertToldOnce(ErrorCase.ADMINISTRATOR);
	}

	// The thread and the session

	@Test
	void threadExistsWhileSomebodyWaits() {
		SocketSession session = new SocketSession(this.sockets, new Sampler(Duration.ofMillis(1)), logger);
		await().untilAsserted(() -> assertThat(samplingThreads()).isZero());
		List<QosException> results = new CopyOnWriteArrayList<>();
		PendingCondition first = session.arm(this.flow, FlowCondition.CONGESTED, results::add);
		session.arm(this.flow, FlowCondition.UNCONGESTED, results::add);
		await().untilAsserted(() -> assertThat(results).containsExactly((QosException) null));
		assertThat(samplingThreads()).isOne();
		first.cancel();
		assertThat(results).hasSize(2);
		await().untilAsserted(() -> assertThat(samplingThreads()).isZero());
		session.arm(this.flow, FlowCondition.UNCONGESTED, results::add);
		await().untilAsserted(() -> assertThat(results).hasSize(3));
		await().untilAsserted(() -> assertThat(samplingThreads()).isZero());
	}

	@Test
	void closedSessionCancelsItsWaitsAndNoOthers() {
		Sampler sampler = new Sampler(Duration.ofHours(1));
		SocketSession session = new SocketSession(this.sockets, sampler, logger);
		SocketSession other = new SocketSession(this.sockets, sampler, logger);
		session.arm(this.flow, FlowCondition.CONGESTED, this.told::add);
		PendingCondition others = other.arm(this.flow, FlowCondition.CONGESTED, this.told::add);
		session.close(List.of());
		assertToldOnce(ErrorCase.CANCELLED);
		others.cancel();
		assertThat(this.told).hasSize(2);
		await().untilAsserted(() -> assertThat(samplingThreads()).isZero());
	}

	@Test
	void listenerThatThrowsHarmsNobody() {
		SocketSession session = new SocketSession(this.sockets, new Sampler(Duration.ofMillis(1)), logger);
		session.arm(this.flow, FlowCondition.UNCONGESTED, (result) -> {
			throw new IllegalStateException("expected");
		});
		session.arm(this.flow, FlowCondition.UNCONGESTED, this.told::add);
		await().untilAsserted(() -> assertThat(this.told).containsExactly((QosException) null));
		await().untilAsserted(() -> assertThat(samplingThreads()).isZero());
	}

	@Test
	void failureOfAListenerIsLoggedWhereTheHandleLogs() {
		List<Throwable> logged = new CopyOnWriteArrayList<>();
		IllegalStateException failure = new IllegalStateException("expected");
		SocketSession session = new SocketSession(this.sockets, new Sampler(Duration.ofHours(1)),
				new ThrowableLogger(logged));
		session.arm(this.flow, FlowCondition.CONGESTED, (result) -> {
			throw failure;
		}).cancel();
		assertThat(logged).containsExactly(failure);
	}

	private static long samplingThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals(Sampler.THREAD_NAME) && thread.isDaemon())
			.count();
	}

	private PathCondition arm(FlowCondition condition) {
		return arm(this.flow, condition);
	}

	private PathCondition arm(SocketFlow armed, FlowCondition condition) {
		return new PathCondition(armed, condition, this.told::add, (ended) -> {
		}, () -> this.nanos, logger);
	}

	private void sample(PathCondition condition, int times) {
		for (int i = 0; i < times; i++) {
			this.nanos += Sampler.INTERVAL.toNanos();
			condition.sample();
		}
	}

	private void info(NetworkChannel channel, TcpInfo info) {
		this.options.tcpInfos.put(Descriptors.lend(Descriptors.ownerOf(channel), (descriptor) -> descriptor), info);
	}

	private SocketFlow add(NetworkChannel channel, QosFlowOptions flowOptions) {
		SessionFlow added = this.sockets.add(QosSocket.of(channel), flowOptions, Dscp.EF);
		return (SocketFlow) added;
	}

	private void assertToldOnce(ErrorCase errorCase) {
		assertThat(this.told).singleElement()
			.satisfies((failure) -> assertThat(failure.errorCase()).isEqualTo(errorCase));
	}

	private static void assertRefused(ErrorCase errorCase, ThrowingCallable call) {
		assertThatExceptionOfType(QosException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(errorCase));
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(0, resource);
		return resource;
	}

	/**
	 * Keeps what was thrown.
	 */
	private record ThrowableLogger(List<Throwable> logged) implements System.Logger {

		@Override
		public String getName() {
			return "test";
		}

		@Override
		public boolean isLoggable(Level level) {
			return true;
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
			this.logged.add(thrown);
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String format, Object... params) {
			throw new AssertionError(format);
		}

	}

}
