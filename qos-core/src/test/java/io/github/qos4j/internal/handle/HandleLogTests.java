package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.DatagramChannel;
import java.text.MessageFormat;
import java.time.Duration;
import java.util.List;
import java.util.ResourceBundle;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.HandleState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.none.NoneBackend;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.Availability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for what a handle logs about itself when it opens or cannot, and is paused.
 */
@Timeout(60)
class HandleLogTests {

	private static final Duration SOON = Duration.ofSeconds(30);

	/** What was logged. */
	private final List<String> lines = new CopyOnWriteArrayList<>();

	private volatile Level level = Level.INFO;

	@Test
	void tellsBackendAndProfileOnce() {
		FakeBackend backend = FakeBackend.waiting();
		try (QosHandle handle = backend.applyTo(builder()).markingProfile(MarkingProfile.RFC8837).build()) {
			handle.awaitOpen(SOON);
			await().untilAsserted(() -> assertThat(this.lines)
				.containsExactly("INFO QoS handle 'log' is open: backend fake, marking profile rfc8837"));
		}
		assertThat(this.lines).hasSize(1);
	}

	@Test
	void tellsThatNoneMarksNothing() {
		try (QosHandle handle = builder().backend("none").build()) {
			handle.awaitOpen(SOON);
			await().untilAsserted(() -> assertThat(this.lines)
				.containsExactly("INFO QoS handle 'log' is open: backend none, which marks nothing"));
		}
	}

	@Test
	void whatFailsForGoodIsNotTriedAgain() {
		FakeBackend backend = FakeBackend.waiting();
		backend.availability = Availability.broken("no library", "Install the library");
		try (QosHandle handle = backend.applyTo(builder()).build()) {
			await().until(() -> handle.state() == HandleState.UNAVAILABLE);
			await().untilAsserted(
					() -> assertThat(this.lines).containsExactly("WARNING QoS handle 'log' cannot be opened: "
							+ "No QoS backend can be used (fake: no library). Install the library"));
		}
	}

	@Test
	void whatMayPassIsTriedAgain() {
		FakeBackend backend = FakeBackend.waiting();
		backend.onOpen = (attempt) -> FakeBackend.failure(1062, ErrorCase.ADMINISTRATOR);
		try (QosHandle handle = backend.applyTo(builder()).build()) {
			await().until(() -> handle.state() == HandleState.UNAVAILABLE);
			await().untilAsserted(() -> assertThat(this.lines)
				.containsExactly("WARNING QoS handle 'log' could not be opened and is tried again: "
						+ "Fake failed: FAKE (1062). Do something about it"));
		}
	}

	@Test
	void backendThatDoesNotLoadIsLoggedWhereTheHandleLogs() {
		BackendSelector selector = BackendSelector.named("none", List.of(new NoneBackend()),
				List.of(new LinkageError("no such class")));
		HandleSettings settings = new HandleSettings("log", QosVersion.V1_0, MarkingProfile.QWAVE, SOON,
				Backoff.DEFAULT, SOON, List.of(), List.of(), new RecordingLogger());
		try (DefaultQosHandle handle = new DefaultQosHandle(settings, selector, new ManualTimer())) {
			handle.open();
			handle.awaitOpen(SOON);
			assertThat(this.lines).first().isEqualTo("WARNING A QoS backend that cannot be loaded is left out");
		}
	}

	@Test
	void pauseAndResumptionAreToldOnce() {
		try (QosHandle handle = FakeBackend.direct().applyTo(builder()).build()) {
			handle.awaitOpen(SOON);
			await().until(() -> this.lines.size() == 1);
			handle.pauseMarking();
			handle.pauseMarking();
			handle.resumeMarking();
			handle.resumeMarking();
			assertThat(this.lines).hasSize(3)
				.endsWith("INFO QoS handle 'log' marks nothing until it is resumed",
						"INFO QoS handle 'log' marks again");
		}
	}

	@Test
	void reopeningOnDemandIsNoWarning() {
		try (QosHandle handle = FakeBackend.direct().applyTo(builder()).build()) {
			handle.awaitOpen(SOON);
			await().until(() -> this.lines.size() == 1);
			handle.reopen();
			await().until(() -> this.lines.size() == 3);
			assertThat(this.lines)
				.anySatisfy((line) -> assertThat(line)
					.isEqualTo("INFO QoS handle 'log' is opened again: The application asks for it"))
				.anySatisfy((line) -> assertThat(line).startsWith("INFO QoS handle 'log' is back after"));
		}
	}

	@Test
	void exceptionsOfObserversAreNoFlood() throws IOException {
		this.level = Level.DEBUG;
		QosHandle.Observer broken = (operation, nanos, failure) -> {
			throw new IllegalStateException("a defect of the observer");
		};
		try (QosHandle handle = FakeBackend.direct().applyTo(builder()).observer(broken).build();
				DatagramChannel socket = DatagramChannel.open()) {
			handle.awaitOpen(SOON);
			for (int i = 0; i < 10; i++) {
				handle.addFlow(socket, TrafficType.VOICE).close();
			}
		}
		assertThat(this.lines).filteredOn((line) -> line.contains("observer"))
			.containsExactly("DEBUG A QoS observer has thrown; this is logged once");
	}

	private QosHandle.Builder builder() {
		return QosHandle.builder().name("log").logger(new RecordingLogger());
	}

	private final class RecordingLogger implements System.Logger {

		@Override
		public String getName() {
			return "test";
		}

		@Override
		public boolean isLoggable(Level level) {
			return level.compareTo(HandleLogTests.this.level) >= 0;
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
			if (isLoggable(level)) {
				HandleLogTests.this.lines.add(level + " " + message);
			}
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
			boolean plain = parameters == null || parameters.length == 0;
			log(level, bundle, plain ? format : MessageFormat.format(format, parameters), (Throwable) null);
		}

	}

}
