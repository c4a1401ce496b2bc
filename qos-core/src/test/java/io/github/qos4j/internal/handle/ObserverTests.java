package io.github.qos4j.internal.handle;

import java.net.InetAddress;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosOperation;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link QosHandle.Observer}.
 */
class ObserverTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	/** Too short for a call that is just being made to count as hanging. */
	private static final Duration CHECK = Duration.ofSeconds(10);

	private final FakeBackend backend = FakeBackend.waiting();

	private final ManualTimer timer = new ManualTimer();

	private final List<Observation> observations = new CopyOnWriteArrayList<>();

	private final List<AutoCloseable> resources = new ArrayList<>();

	private DefaultQosHandle handle = handle(
			(operation, nanos, failure) -> this.observations.add(new Observation(operation, nanos, failure)));

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
		assertThat(this.backend.misuse).isEmpty();
	}

	@Test
	void everyOperationIsObserved() throws Exception {
		open();
		QosFlow flow = this.handle.addFlow(socket(), TrafficType.VOICE);
		flow.awaitActive(SOON);
		get(flow.add(QosSocket.of(socket())));
		get(flow.setOptions(flow.options().withRate(FlowRate.of(1_000_000))));
		get(flow.outgoingRate());
		CompletableFuture<FlowCondition> congested = flow.when(FlowCondition.CONGESTED);
		await().until(() -> this.backend.session().waits.size() == 1);
		get(this.handle.qwave().systemFlows());
		try (var tracking = this.handle.qwave().trackClient(InetAddress.getLoopbackAddress())) {
			get(tracking.whenTracked());
		}
		this.timer.advance(CHECK);
		await().until(this.handle::isQuiet);
		congested.cancel(false);
		flow.close();
		this.handle.close();
		await().until(() -> this.backend.open() == 0);
		await().untilAsserted(
				() -> assertThat(this.observations).extracting(Observation::operation).contains(QosOperation.values()));
		assertThat(this.observations).extracting(Observation::operation)
			.startsWith(QosOperation.OPEN, QosOperation.CHECK, QosOperation.ADD_FLOW)
			.endsWith(QosOperation.CLOSE)
			.containsOnlyOnce(QosOperation.OPEN, QosOperation.CLOSE, QosOperation.ADD_FLOW, QosOperation.REMOVE_FLOW);
		assertThat(this.observations).extracting(Observation::failure).containsOnlyNulls();
	}

	@Test
	void failuresAreTold() throws Exception {
		this.backend.onOpen = (attempt) -> (attempt == 1) ? FakeBackend.failure(31, ErrorCase.HANDLE_LOST) : null;
		this.handle.open();
		await().until(() -> this.handle.status().nextTry() != null);
		this.handle.reopen();
		get(this.handle.whenOpen());
		this.backend.onAdd = (socket) -> FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED);
		QosFlow flow = this.handle.addFlow(socket(), TrafficType.VOICE);
		await().until(() -> flow.state() == FlowState.FAILED);
		this.backend.onAdd = (socket) -> {
			throw new IllegalStateException("a defect of the backend");
		};
		QosFlow other = this.handle.addFlow(socket(), TrafficType.VOICE);
		await().until(() -> other.state() == FlowState.FAILED);
		assertThat(this.observations).filteredOn((observation) -> observation.failure() != null)
			.extracting(Observation::operation, (observation) -> observation.failure().errorCase())
			.containsExactly(tuple(QosOperation.OPEN, ErrorCase.HANDLE_LOST),
					tuple(QosOperation.ADD_FLOW, ErrorCase.NOT_SUPPORTED),
					tuple(QosOperation.ADD_FLOW, ErrorCase.UNKNOWN));
		assertThat(other.status().failure()).hasRootCauseMessage("a defect of the backend");
	}

	@Test
	void durationIsThatOfTheCall() throws Exception {
		open();
		this.backend.onAdd = (socket) -> {
			this.timer.advance(Duration.ofMillis(7));
			return null;
		};
		this.handle.addFlow(socket(), TrafficType.VOICE).awaitActive(SOON);
		assertThat(this.observations).filteredOn((observation) -> observation.operation() == QosOperation.ADD_FLOW)
			.extracting(Observation::nanos)
			.containsExactly(7_000_000L);
	}

	@Test
	void exceptionsOfObserversHarmNobody() throws Exception {
		AtomicInteger thrown = new AtomicInteger();
		this.handle = handle((operation, nanos, failure) -> {
			thrown.incrementAndGet();
			throw new NoClassDefFoundError("thrown by an observer");
		}, (operation, nanos, failure) -> this.observations.add(new Observation(operation, nanos, failure)));
		open();
		this.handle.addFlow(socket(), TrafficType.VOICE).awaitActive(SOON);
		assertThat(this.observations).extracting(Observation::operation)
			.containsExactly(QosOperation.OPEN, QosOperation.CHECK, QosOperation.ADD_FLOW);
		assertThat(thrown).hasValue(3);
	}

	@Test
	void observerMayAskTheHandle() throws Exception {
		List<Integer> active = new CopyOnWriteArrayList<>();
		this.handle = handle((operation, nanos, failure) -> active.add(this.handle.status().flows().active()));
		open();
		this.handle.addFlow(socket(), TrafficType.VOICE).awaitActive(SOON);
		assertThat(active).containsExactly(0, 0, 0);
	}

	@Test
	void withoutObserversSessionsAreUsedAsTheyAre() {
		Observers none = new Observers(settings(), this.timer);
		assertThat(ObservedSession.open(this.backend, settings().session(), none)).isSameAs(this.backend.session());
	}

	@Test
	void observerMustNotBeNull() {
		assertThatIllegalArgumentException().isThrownBy(() -> QosHandle.builder().observer(null))
			.withMessage("'observer' must not be null");
	}

	private void open() {
		this.handle.open();
		this.handle.awaitOpen(SOON);
	}

	private DefaultQosHandle handle(QosHandle.Observer... observers) {
		DefaultQosHandle created = new DefaultQosHandle(settings(observers), BackendSelector.of(this.backend),
				this.timer);
		this.resources.add(created);
		return created;
	}

	private static HandleSettings settings(QosHandle.Observer... observers) {
		return new HandleSettings("observed", QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofSeconds(5),
				Backoff.DEFAULT, CHECK, List.of(), List.of(observers), System.getLogger(ObserverTests.class.getName()));
	}

	private DatagramChannel socket() throws Exception {
		DatagramChannel socket = DatagramChannel.open();
		this.resources.add(socket);
		return socket;
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(SOON);
	}

	private static <T> T get(CompletionStage<T> stage) throws Exception {
		return stage.toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
	}

	/**
	 * What an observer was told.
	 */
	private record Observation(QosOperation operation, long nanos, @Nullable QosException failure) {

	}

}
