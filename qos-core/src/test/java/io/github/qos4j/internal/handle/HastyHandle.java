package io.github.qos4j.internal.handle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Backoff;
import io.github.qos4j.internal.util.Timer;
import io.github.qos4j.spi.QosBackend;

/**
 * Handles for which a second is over at once, for tests outside this package.
 */
public final class HastyHandle {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration SOON = Duration.ofMillis(5);

	private HastyHandle() {
	}

	/**
	 * Open a handle in the background.
	 * @param backend its backend
	 */
	public static QosHandle open(QosBackend backend) {
		DefaultQosHandle handle = new DefaultQosHandle(new HandleSettings("hasty", QosVersion.V1_0,
				MarkingProfile.QWAVE, Duration.ofSeconds(5), new Backoff(Duration.ofMillis(2), Duration.ofMillis(4)),
				SECOND, List.of(), List.of(), System.getLogger(HastyHandle.class.getName())),
				BackendSelector.of(backend), new HastyTimer());
		handle.open();
		return handle;
	}

	/**
	 * The system's time, but waits of up to a second are short.
	 */
	private static final class HastyTimer implements Timer {

		private final Timer timer = new SystemTimer("qos-timer-hasty");

		@Override
		public Instant now() {
			return this.timer.now();
		}

		@Override
		public long nanoTime() {
			return this.timer.nanoTime();
		}

		@Override
		public void schedule(Duration delay, Runnable task) {
			this.timer.schedule((delay.compareTo(SOON) > 0 && delay.compareTo(SECOND) <= 0) ? SOON : delay, task);
		}

		@Override
		public void close() {
			this.timer.close();
		}

	}

}
