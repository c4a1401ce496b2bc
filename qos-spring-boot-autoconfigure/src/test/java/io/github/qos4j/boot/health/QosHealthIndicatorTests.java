package io.github.qos4j.boot.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.HandleState;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.boot.DocumentedError;
import io.github.qos4j.boot.StubHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link QosHealthIndicator}.
 */
@Timeout(60)
class QosHealthIndicatorTests {

	private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

	private static final Duration GRACE = Duration.ofSeconds(30);

	private static final QosException REFUSAL = new QosException(ErrorCase.LIBRARY, "No QoS backend can be used",
			"Add the native library", null);

	private final StubHandle handle = new StubHandle();

	@ParameterizedTest
	@CsvSource({ "RUNNING, UP", "NOT_NEEDED, UP", "UNKNOWN, UP", "START_PENDING, UNKNOWN", "STOPPED, DOWN",
			"NOT_INSTALLED, DOWN" })
	void openFollowsService(ServiceState service, String status) {
		this.handle.state(HandleState.OPEN).service(service);
		assertThat(health().getStatus().getCode()).isEqualTo(status);
	}

	@ParameterizedTest
	@EnumSource
	void openingIsUnknown(ServiceState service) {
		this.handle.state(HandleState.OPENING).service(service);
		assertThat(health().getStatus()).isEqualTo(Status.UNKNOWN);
	}

	@ParameterizedTest
	@CsvSource({ "0, UNKNOWN", "29, UNKNOWN", "30, UNKNOWN", "31, DOWN", "3600, DOWN" })
	void recoveringIsDownAfterGrace(int seconds, String status) {
		this.handle.state(HandleState.RECOVERING).since(NOW.minusSeconds(seconds));
		assertThat(health().getStatus().getCode()).isEqualTo(status);
		assertThat(health().getDetails()).containsEntry("handle", "RECOVERING");
	}

	@ParameterizedTest
	@EnumSource
	void unavailableIsDown(ServiceState service) {
		this.handle.state(HandleState.UNAVAILABLE).since(NOW).service(service);
		assertThat(health().getStatus()).isEqualTo(Status.DOWN);
	}

	@ParameterizedTest
	@EnumSource
	void closedIsOutOfService(ServiceState service) {
		this.handle.state(HandleState.CLOSED).service(service);
		assertThat(health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
	}

	@ParameterizedTest
	@CsvSource({ "true", "false" })
	void noneByNameIsUnknown(boolean windows) {
		this.handle.backend("none").service(ServiceState.NOT_NEEDED);
		Health health = health(windows);
		assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health.getDetails()).doesNotContainKeys("reason", "error");
	}

	@Test
	void nothingUsableIsDownOnWindows() {
		this.handle.backend("none")
			.failure(REFUSAL.getMessage(), REFUSAL, null)
			.service(() -> new ServiceStatus("QWAVE", ServiceState.NOT_INSTALLED));
		Health health = health(true);
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("reason", "No QoS backend can be used")
			.containsEntry("service", Map.of("name", "QWAVE", "state", "not installed"))
			.containsEntry("error",
					Map.of("message", "No QoS backend can be used", "remedy", "Add the native library"));
	}

	@Test
	void nothingUsableIsUnknownElsewhere() {
		this.handle.backend("none").failure(REFUSAL.getMessage(), REFUSAL, null).service(ServiceState.NOT_NEEDED);
		Health health = health(false);
		assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
		assertThat(health.getDetails()).containsEntry("reason", "No QoS backend can be used");
		assertThat(error(health)).containsEntry("remedy", "Add the native library");
	}

	@Test
	void hasDetailsInGoodTimes() {
		this.handle.flows(new FlowCounts(3, 2, 1));
		assertThat(health().getDetails()).containsExactly(entry("backend", "fake"), entry("version", "1.0"),
				entry("handle", "OPEN"), entry("service", Map.of("name", "FAKE", "state", "running")),
				entry("flows", Map.of("active", 3, "pending", 2, "failed", 1)));
	}

	@ParameterizedTest
	@EnumSource
	void showsServiceInWords(ServiceState service) {
		this.handle.service(service);
		assertThat(health().getDetails()).containsEntry("service", Map.of("name", "FAKE", "state", service.toString()));
	}

	@ParameterizedTest
	@CsvSource({ "STOPPED, Service FAKE is stopped", "NOT_INSTALLED, Service FAKE is not installed",
			"START_PENDING, Service FAKE is start-pending" })
	void saysThatServiceIsTheReason(ServiceState service, String reason) {
		this.handle.service(service);
		assertThat(health().getDetails()).containsEntry("reason", reason);
	}

	@ParameterizedTest
	@EnumSource
	void showsDocumentedError(DocumentedError error) {
		Instant nextTry = NOW.plusSeconds(2);
		this.handle.state(HandleState.UNAVAILABLE)
			.failure(error.error().toString(), new QosException(error.error()), nextTry);
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).containsEntry("reason", error.error().toString())
			.containsEntry("nextTry", "2026-01-01T12:00:02Z")
			.containsEntry("error", Map.of("operation", "QOSCreateHandle", "code", error.error().code(), "name",
					error.name(), "remedy", error.error().remedy()));
	}

	@Test
	void leavesOutWhatErrorDoesNotHave() {
		NativeError unknown = new NativeError("QOSCreateHandle", 4711, null, ErrorCase.UNKNOWN, null);
		this.handle.state(HandleState.UNAVAILABLE).failure(unknown.toString(), new QosException(unknown), null);
		Health health = health();
		assertThat(error(health)).containsExactly(entry("operation", "QOSCreateHandle"), entry("code", 4711));
		assertThat(health.getDetails()).doesNotContainKey("nextTry");
	}

	@Test
	void showsSessionsThatHang() {
		assertThat(health().getDetails()).doesNotContainKey("hanging");
		this.handle.hanging(2);
		assertThat(health().getDetails()).containsEntry("hanging", 2);
	}

	@Test
	void showsThatMarkingIsPausedAndStaysUp() {
		assertThat(health().getDetails()).doesNotContainKey("paused");
		this.handle.paused(true);
		assertThat(health().getStatus()).isEqualTo(Status.UP);
		assertThat(health().getDetails()).containsEntry("paused", true);
	}

	@Test
	void failedFlowLeavesOpenHandleUp() {
		this.handle.failure(null, new QosException(DocumentedError.ERROR_GEN_FAILURE.error()), null);
		Health health = health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(error(health)).containsEntry("code", 31);
		assertThat(health.getDetails()).doesNotContainKey("reason");
	}

	@Test
	void failureOfAFlowTellsNoAddress() {
		this.handle.failure(null, failure("Unknown host: media.example.org", "Ping 192.0.2.1"), null);
		assertThat(error(health())).containsEntry("message", "The peer cannot be reached, or its address is not known")
			.containsEntry("remedy", "Ping ******");
	}

	@Test
	void reasonTellsNoAddress() {
		String reason = "No route to media.example.org/192.0.2.1:9";
		this.handle.state(HandleState.RECOVERING).failure(reason, failure(reason, "Ping media.example.org"), null);
		Health health = health();
		assertThat(health.getDetails()).containsEntry("reason", "No route to ******");
		assertThat(error(health)).containsEntry("message", "No route to ******").containsEntry("remedy", "Ping ******");
	}

	private static QosException failure(String message, String remedy) {
		return new QosException(ErrorCase.NETWORK, message, remedy, null);
	}

	@ParameterizedTest
	@CsvSource({ "OPEN, UP", "OPENING, UNKNOWN", "UNAVAILABLE, DOWN", "CLOSED, OUT_OF_SERVICE" })
	void followsHandleWhenServiceDoesNotAnswer(HandleState state, String status) {
		CountDownLatch released = new CountDownLatch(1);
		this.handle.state(state).service(() -> {
			await(released);
			return new ServiceStatus("FAKE", ServiceState.STOPPED);
		});
		try {
			Health health = new QosHealthIndicator(this.handle, Duration.ofMillis(50), GRACE, false, clock()).health();
			assertThat(health.getStatus().getCode()).isEqualTo(status);
			assertThat(health.getDetails()).containsEntry("service", Map.of("name", "unknown", "state", "unknown"));
		}
		finally {
			released.countDown();
		}
	}

	@Test
	void survivesHandleThatThrows() {
		this.handle.service(() -> {
			throw new IllegalStateException("broken");
		});
		assertThat(health().getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void publicConstructorUsesSystemsClock() {
		this.handle.state(HandleState.RECOVERING).since(Instant.now());
		assertThat(
				new QosHealthIndicator(this.handle, Duration.ofSeconds(30), Duration.ofHours(1)).health().getStatus())
			.isEqualTo(Status.UNKNOWN);
		this.handle.since(Instant.now().minus(Duration.ofHours(2)));
		assertThat(
				new QosHealthIndicator(this.handle, Duration.ofSeconds(30), Duration.ofHours(1)).health().getStatus())
			.isEqualTo(Status.DOWN);
	}

	private Health health() {
		return health(false);
	}

	private Health health(boolean windows) {
		return new QosHealthIndicator(this.handle, Duration.ofSeconds(30), GRACE, windows, clock()).health();
	}

	private static Clock clock() {
		return Clock.fixed(NOW, ZoneOffset.UTC);
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> error(Health health) {
		return (Map<String, Object>) health.getDetails().get("error");
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
