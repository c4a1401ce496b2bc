package io.github.qos4j.internal.handle;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

import io.github.qos4j.ClientTracking;
import io.github.qos4j.HandleState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosVersion;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.spi.SystemListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientTrackings} across sessions.
 */
class ClientTrackingsTests {

	private static final Duration CHECK = Duration.ofSeconds(30);

	private static final InetAddress CLIENT = InetAddress.getLoopbackAddress();

	private final FakeBackend backend = FakeBackend.waiting();

	private final ManualTimer timer = new ManualTimer();

	private final ManualThreads threads = new ManualThreads();

	private final DefaultQosHandle handle = new DefaultQosHandle(
			new HandleSettings("trackings", QosVersion.V1_0, MarkingProfile.QWAVE, Duration.ofSeconds(5),
					Backoff.DEFAULT, CHECK, List.of(), List.of(),
					System.getLogger(ClientTrackingsTests.class.getName())),
			BackendSelector.of(this.backend), this.timer, this.threads);

	@BeforeEach
	void open() {
		this.backend.checkThreads = false;
		this.handle.open();
		this.threads.runAll();
		assertThat(this.handle.state()).isEqualTo(HandleState.OPEN);
	}

	@AfterEach
	void close() {
		this.handle.close();
		this.threads.runAll();
		assertThat(this.backend.misuse).isEmpty();
	}

	@Test
	void lateAnswerOfALostSessionDoesNotHaveTheNextOneTrackAgain() {
		loseSessionDuringTheFirstStart();
		this.handle.qwave().trackClient(CLIENT);
		this.threads.runAll();
		assertThat(this.backend.sessions).hasSize(2);
		this.timer.advance(CHECK);
		this.threads.runAll();
		assertThat(this.backend.misuse).isEmpty();
		assertThat(this.backend.session().tracked).containsExactly(CLIENT);
	}

	@Test
	void lateAnswerOfALostSessionDoesNotKeepTheNextOneTracking() {
		loseSessionDuringTheFirstStart();
		ClientTracking tracking = this.handle.qwave().trackClient(CLIENT);
		this.threads.runAll();
		tracking.close();
		this.threads.runAll();
		assertThat(this.backend.session().tracked).isEmpty();
	}

	/**
	 * Have the session given up while it begins to track, and another one opened that
	 * tracks already by the time that the first one answers.
	 */
	private void loseSessionDuringTheFirstStart() {
		this.backend.onTrack = (client) -> {
			this.backend.onTrack = (next) -> null;
			SystemListener listener = this.backend.listener;
			assertThat(listener).isNotNull();
			listener.resumed();
			this.timer.advance(Duration.ZERO);
			this.threads.runAll();
			return null;
		};
	}

}
