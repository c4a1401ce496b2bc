package io.github.qos4j.boot.metrics;

import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosOperation;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.FakeBackend;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.search.RequiredSearch;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link QosMeters}.
 */
@ExtendWith(OutputCaptureExtension.class)
class QosMetersTests {

	private static final Duration NEVER = Duration.ZERO;

	private static final Duration OFTEN = Duration.ofMillis(20);

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final MeasuredBackend backend = new MeasuredBackend();

	private final List<AutoCloseable> toClose = new ArrayList<>();

	private DatagramSocket socket;

	@BeforeEach
	void openSocket() throws Exception {
		this.socket = closedLater(new DatagramSocket());
	}

	@AfterEach
	void closeAll() throws Exception {
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void countsFlowsWhenTheMeterIsRead() {
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		QosFlow flow = handle.addFlow(this.socket, TrafficType.AUDIO_VIDEO);
		assertThat(read(flows("ACTIVE", "audio-video", "none"))).isEqualTo(1);
		assertThat(read(flows("PENDING", "audio-video", "none"))).isZero();
		flow.close();
		eventually(() -> assertThat(read(flows("ACTIVE", "audio-video", "none"))).isZero());
	}

	@Test
	void failedFlowAndItsOperationAreCounted() {
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		eventually(() -> timer("open", "success", "none"));
		QosFlow flow = handle.addFlow(this.socket, TrafficType.CONTROL);
		eventually(() -> assertThat(flow.state()).isEqualTo(FlowState.FAILED));
		eventually(() -> assertThat(read(flows("FAILED", "control", "none"))).isEqualTo(1));
		eventually(() -> assertThat(timer("add-flow", "error", "EPERM").count()).isPositive());
	}

	@Test
	void failureWithoutSymbolHasItsKind() {
		QosMeters meters = meters(NEVER);
		QosHandle.Builder builder = FakeBackend.opening().applyTo(QosHandle.builder());
		meters.observe(builder);
		QosHandle handle = closedLater(builder.build());
		handle.awaitOpen(Duration.ofSeconds(30));
		meters.add("media", handle);
		meters.bindTo(this.registry);
		QosFlow flow = handle.addFlow(this.socket, TrafficType.VOICE);
		flow.awaitActive(Duration.ofSeconds(30));
		flow.packetPriority().toCompletableFuture().handle((priority, failure) -> failure).join();
		eventually(() -> assertThat(this.registry.find("qos.operations").tag("outcome", "error").timers())
			.allSatisfy((timer) -> assertThat(timer.getId().getTag("error")).isEqualTo("NOT_SUPPORTED")));
	}

	@Test
	void operationsBeforeThereIsARegistryAreNotLost() {
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		handle.addFlow(this.socket, TrafficType.VOICE).close();
		eventually(() -> assertThat(handle.flows()).isEmpty());
		meters.bindTo(this.registry);
		eventually(() -> {
			assertThat(timer("open", "success", "none").count()).isEqualTo(1);
			assertThat(timer("add-flow", "success", "none").count()).isEqualTo(1);
			assertThat(timer("add-flow", "success", "none").getId().getTag("backend")).isEqualTo("measured");
			assertThat(timer("add-flow", "success", "none").getId().getTag("handle")).isEqualTo("media");
		});
	}

	@Test
	void flowHasTheNameOfItsPolicy() {
		PolicyMarker[] marker = new PolicyMarker[1];
		QosMeters meters = closedLater(new QosMeters(() -> List.of(marker[0]), List::of, NEVER, 10));
		QosHandle handle = handle(meters, "media");
		marker[0] = closedLater(new PolicyMarker(handle, QosPolicies.none()));
		meters.bindTo(this.registry);
		marker[0].mark(QosSocket.of(this.socket), "voice");
		assertThat(read(flows("ACTIVE", "voice", "voice"))).isEqualTo(1);
	}

	@Test
	void stateOfTheHandleIsOne() {
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		assertThat(states()).containsExactly("OPEN");
		handle.close();
		assertThat(states()).containsExactly("CLOSED");
	}

	@Test
	void pauseIsSeen() {
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		assertThat(find("qos.handle.paused").gauge().value()).isZero();
		handle.pauseMarking();
		assertThat(find("qos.handle.paused").gauge().value()).isOne();
	}

	@Test
	void recoveryIsTimed() {
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		eventually(() -> timer("open", "success", "none"));
		assertThat(find("qos.handle.recoveries").timer().count()).isZero();
		this.backend.lose();
		eventually(() -> assertThat(find("qos.handle.recoveries").timer().count()).isOne());
		assertThat(handle.state()).isEqualTo(HandleState.OPEN);
		assertThat(find("qos.handle.recoveries").timer().totalTime(TimeUnit.NANOSECONDS)).isPositive();
	}

	@Test
	void pathsAreSampled() {
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		handle.addFlow(this.socket, TrafficType.VOICE);
		eventually(() -> {
			Timer rtt = find("qos.flow.rtt").tag("traffic.type", "voice").tag("policy", "none").timer();
			assertThat(rtt.count()).isPositive();
			assertThat(rtt.max(TimeUnit.MICROSECONDS)).isEqualTo(2_000);
			assertThat(find("qos.flow.available.bandwidth").summary().max()).isEqualTo(8_000_000);
		});
	}

	@Test
	void everyFlowHasItsTurn() throws Exception {
		QosMeters meters = closedLater(new QosMeters(List::of, List::of, OFTEN, 3));
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		for (int i = 0; i < 10; i++) {
			handle.addFlow(closedLater(new DatagramSocket()), TrafficType.VOICE);
		}
		eventually(() -> assertThat(this.backend.asked).hasSize(10));
	}

	@Test
	void wrongMarkIsSeenUntilItIsRightOrItsFlowIsClosed() {
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		this.backend.wrong = true;
		QosFlow flow = handle.addFlow(this.socket, TrafficType.VOICE);
		handle.addFlow(this.socket, TrafficType.BACKGROUND);
		eventually(() -> assertThat(mismatched("voice")).isOne());
		this.backend.wrong = false;
		eventually(() -> assertThat(mismatched("voice")).isZero());
		this.backend.wrong = true;
		eventually(() -> assertThat(mismatched("voice")).isOne());
		assertThat(mismatched("background")).isZero();
		flow.close();
		eventually(() -> assertThat(mismatched("voice")).isZero());
	}

	@Test
	void flowsOfAHandleThatIsNotObservedAreSampledOnceTheyAreCounted() {
		QosMeters meters = meters(OFTEN);
		QosHandle handle = closedLater(this.backend.applyTo(QosHandle.builder()).build());
		handle.awaitOpen(Duration.ofSeconds(30));
		meters.add("media", handle);
		meters.bindTo(this.registry);
		// It has looked and found nothing.
		await().until(() -> samplers() == 0);
		this.backend.wrong = true;
		handle.addFlow(this.socket, TrafficType.VOICE);
		eventually(() -> {
			states();
			assertThat(mismatched("voice")).isOne();
		});
	}

	@Test
	void deniedMetersAreNotSampledFor() {
		this.registry.config().meterFilter(MeterFilter.denyNameStartsWith("qos"));
		assertNothingIsSampledFor(this.registry);
	}

	@Test
	void metersThatAllPartsOfACompositeDenyAreNotSampledFor() {
		this.registry.config().meterFilter(MeterFilter.denyNameStartsWith("qos"));
		assertNothingIsSampledFor(composite(composite(this.registry)));
	}

	@Test
	void compositeWithoutPartsIsNotSampledFor() {
		assertNothingIsSampledFor(composite());
	}

	private void assertNothingIsSampledFor(MeterRegistry deaf) {
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(deaf);
		handle.addFlow(this.socket, TrafficType.VOICE).awaitActive(Duration.ofSeconds(30));
		await().until(() -> samplers() == 1);
		// Only while nothing is to be looked at.
		await().until(() -> samplers() == 0);
		assertThat(this.backend.asked).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "qos.flow.rtt", "qos.flow.available.bandwidth", "qos.markings.mismatched" })
	void oneMeterThatOnePartOfACompositeKeepsIsSampledFor(String name, CapturedOutput output) {
		MeterRegistry deaf = new SimpleMeterRegistry();
		deaf.config().meterFilter(MeterFilter.deny());
		this.registry.config()
			.commonTags("application", "sample")
			.meterFilter(MeterFilter.denyUnless((id) -> id.getName().equals(name)));
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(composite(deaf, this.registry));
		handle.addFlow(this.socket, TrafficType.VOICE);
		eventually(() -> assertThat(this.backend.asked.values()).anyMatch((times) -> times > 1));
		assertThat(names()).containsExactly(name);
		assertThat(output).doesNotContain("already registered");
	}

	@Test
	void partThatACompositeGetsLaterIsSampledFor() throws Exception {
		CompositeMeterRegistry composite = composite();
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(composite);
		handle.addFlow(this.socket, TrafficType.VOICE);
		await().until(() -> samplers() == 1);
		await().until(() -> samplers() == 0);
		composite.add(this.registry);
		eventually(() -> {
			states();
			assertThat(find("qos.flow.rtt").timer().count()).isPositive();
		});
	}

	private static CompositeMeterRegistry composite(MeterRegistry... parts) {
		return new CompositeMeterRegistry(Clock.SYSTEM, List.of(parts));
	}

	@Test
	void oneMeterThatIsNotDeniedIsSampledFor() {
		this.registry.config()
			.meterFilter(MeterFilter.denyUnless((id) -> id.getName().equals("qos.markings.mismatched")));
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		this.backend.wrong = true;
		handle.addFlow(this.socket, TrafficType.VOICE);
		eventually(() -> assertThat(mismatched("voice")).isOne());
	}

	@Test
	void meterThatIsRegisteredTooLateIsTakenOutAgain() {
		MeterGroup group = new MeterGroup(this.registry, "media");
		group.gauge(QosMeter.HANDLE_PAUSED, () -> 1);
		group.remove();
		group.gauge(QosMeter.HANDLE_PAUSED, () -> 1);
		assertThat(this.registry.getMeters()).isEmpty();
	}

	@Test
	void withoutSamplesThereAreNoMetersOfThem() {
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(read(flows("ACTIVE", "voice", "none"))).isEqualTo(1);
		assertThat(names()).doesNotContain("qos.flow.rtt", "qos.flow.available.bandwidth", "qos.markings.mismatched");
	}

	@Test
	void samplerHasNoThreadWhileThereAreNoFlows() {
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		QosFlow flow = handle.addFlow(this.socket, TrafficType.VOICE);
		await().until(() -> samplers() == 1);
		flow.close();
		await().until(() -> samplers() == 0);
		handle.addFlow(this.socket, TrafficType.VOICE);
		await().until(() -> samplers() == 1);
		meters.close();
		await().until(() -> samplers() == 0);
	}

	@Test
	void severalHandlesHaveMetersOfTheirOwn() {
		QosMeters meters = meters(NEVER);
		QosHandle first = handle(meters, "first");
		QosHandle second = handle(meters, "second");
		meters.bindTo(this.registry);
		first.addFlow(this.socket, TrafficType.VOICE);
		second.addFlow(this.socket, TrafficType.VOICE);
		second.addFlow(this.socket, TrafficType.BACKGROUND);
		assertThat(sum("first")).isEqualTo(1);
		assertThat(sum("second")).isEqualTo(2);
	}

	@Test
	void handleThatTakesTheNameOfAClosedOneTakesItsMetersToo() {
		QosMeters meters = meters(NEVER);
		QosHandle first = handle(meters, "media");
		meters.bindTo(this.registry);
		QosHandle ignored = handle(meters, "media");
		ignored.addFlow(this.socket, TrafficType.VOICE);
		assertThat(sum("media")).isZero();
		first.close();
		QosHandle next = handle(meters, "media");
		next.addFlow(this.socket, TrafficType.VOICE);
		assertThat(sum("media")).isEqualTo(1);
		assertThat(states()).containsExactly("OPEN");
	}

	@Test
	void everyRegistryHasMeters() {
		MeterRegistry other = new SimpleMeterRegistry();
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		meters.bindTo(other);
		handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(sum("media")).isEqualTo(1);
		eventually(() -> assertThat(other.get("qos.operations").tag("operation", "add-flow").timer().count()).isOne());
		assertThat(timer("add-flow", "success", "none").count()).isOne();
	}

	@Test
	void noOperationIsLostWhileMetersBecomeKnown() throws InterruptedException {
		QosHandle handle = handle(meters(NEVER), "media");
		for (int round = 0; round < 500; round++) {
			MeterRegistry fresh = new SimpleMeterRegistry();
			HandleObserver observer = new HandleObserver((known, itself) -> {
			}, () -> {
			});
			Thread operations = new Thread(() -> {
				for (int i = 0; i < 100; i++) {
					observer.completed(QosOperation.CHECK, 1, null);
				}
			});
			operations.start();
			observer.connect(List.of(new HandleMeters("media", handle, (flow) -> null, fresh, false, () -> {
			})));
			operations.join();
			assertThat(fresh.get("qos.operations").timer().count()).isEqualTo(100);
		}
	}

	@Test
	void metersLeaveTheRegistryInTheEnd() {
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		QosFlow flow = handle.addFlow(this.socket, TrafficType.VOICE);
		eventually(() -> assertThat(find("qos.flow.rtt").timer().count()).isPositive());
		meters.close();
		assertThat(this.registry.getMeters()).isEmpty();
		flow.close();
		assertThat(this.registry.getMeters()).isEmpty();
	}

	@Test
	void mockOfAHandleDoesNoHarm() {
		QosMeters meters = meters(NEVER);
		meters.add("mock", mock(QosHandle.class));
		meters.bindTo(this.registry);
		assertThat(states()).isEmpty();
		assertThat(find("qos.handle.paused").gauge().value()).isZero();
	}

	@Test
	void flowOfANewKindHasARowWithoutBeingAskedFor() throws Exception {
		PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
		QosMeters meters = meters(NEVER);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(prometheus);
		eventually(() -> prometheus.get("qos.operations").tag("operation", "open").timer());
		assertThat(prometheus.find("qos.flows").gauges()).isEmpty();
		handle.addFlow(this.socket, TrafficType.VOICE);
		eventually(() -> assertThat(prometheus.find("qos.flows").gauges()).hasSize(3));
		handle.addFlow(closedLater(new DatagramSocket()), TrafficType.BACKGROUND);
		eventually(() -> assertThat(prometheus.find("qos.flows").gauges()).hasSize(6));
		assertThat(prometheus.scrape()).contains(
				"qos_flows{backend=\"measured\",handle=\"media\",policy=\"none\",state=\"ACTIVE\",traffic_type=\"voice\"} 1.0",
				"qos_flows{backend=\"measured\",handle=\"media\",policy=\"none\",state=\"FAILED\",traffic_type=\"background\"} 0.0");
	}

	@Test
	void everyMeterIsAsItIsDocumented() {
		QosMeters meters = meters(OFTEN);
		QosHandle handle = handle(meters, "media");
		meters.bindTo(this.registry);
		handle.addFlow(this.socket, TrafficType.VOICE);
		eventually(() -> assertThat(find("qos.flow.rtt").timer().count()).isPositive());
		assertThat(names()).hasSizeGreaterThan(6);
		for (Meter meter : this.registry.getMeters()) {
			QosMeter documented = Arrays.stream(QosMeter.values())
				.filter((candidate) -> candidate.getName().equals(meter.getId().getName()))
				.findFirst()
				.orElseThrow();
			assertThat(meter.getId().getType()).isEqualTo(documented.getType());
			assertThat(meter.getId().getBaseUnit()).isEqualTo(documented.getBaseUnit());
			assertThat(meter.getId().getDescription()).isEqualTo(documented.description());
			assertThat(meter.getId().getTags()).extracting(Tag::getKey)
				.containsExactlyInAnyOrderElementsOf(
						Arrays.stream(documented.getKeyNames()).map(KeyName::asString).toList());
		}
	}

	@Test
	void refusesWrongSettings() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new QosMeters(List::of, List::of, Duration.ofSeconds(-1), 10));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new QosMeters(List::of, List::of, Duration.ofSeconds(1), 0));
	}

	private QosMeters meters(Duration interval) {
		return closedLater(new QosMeters(List::of, List::of, interval, 100));
	}

	private QosHandle handle(QosMeters meters, String name) {
		QosHandle.Builder builder = this.backend.applyTo(QosHandle.builder());
		meters.observe(builder);
		QosHandle handle = closedLater(builder.build());
		handle.awaitOpen(Duration.ofSeconds(30));
		meters.add(name, handle);
		return handle;
	}

	private <C extends AutoCloseable> C closedLater(C closeable) {
		this.toClose.add(closeable);
		return closeable;
	}

	private RequiredSearch find(String name) {
		return this.registry.get(name);
	}

	/**
	 * Return a row of the flows, after a meter was read that comes before it.
	 */
	private RequiredSearch flows(String state, String type, String policy) {
		// Longer than a count holds.
		await().pollDelay(Duration.ofMillis(30)).until(() -> true);
		states();
		return find("qos.flows").tag("state", state).tag("traffic.type", type).tag("policy", policy);
	}

	/**
	 * Wait until assertions hold. A meter that does not exist yet is an exception.
	 */
	private static void eventually(ThrowingRunnable assertions) {
		await().ignoreExceptions().untilAsserted(assertions);
	}

	private static double read(RequiredSearch search) {
		return search.gauge().value();
	}

	private double mismatched(String type) {
		return read(find("qos.markings.mismatched").tag("traffic.type", type));
	}

	private double sum(String handle) {
		await().pollDelay(Duration.ofMillis(30)).until(() -> true);
		states();
		return this.registry.find("qos.flows")
			.tag("handle", handle)
			.gauges()
			.stream()
			.mapToDouble((gauge) -> gauge.value())
			.sum();
	}

	private Timer timer(String operation, String outcome, String error) {
		return find("qos.operations").tag("operation", operation).tag("outcome", outcome).tag("error", error).timer();
	}

	private List<String> states() {
		return find("qos.handle.state").gauges()
			.stream()
			.filter((gauge) -> gauge.value() == 1)
			.map((gauge) -> gauge.getId().getTag("state"))
			.toList();
	}

	private Set<String> names() {
		return this.registry.getMeters().stream().map((meter) -> meter.getId().getName()).collect(Collectors.toSet());
	}

	private static long samplers() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals(FlowSampler.THREAD_NAME))
			.count();
	}

}
