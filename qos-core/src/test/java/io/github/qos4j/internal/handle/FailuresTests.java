package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;

import io.github.qos4j.ErrorCase;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Failures}.
 */
class FailuresTests {

	private final List<String> warnings = new ArrayList<>();

	private final Failures failures = new Failures(new RecordingLogger());

	@Test
	void eachKindIsLoggedOnceWithItsRemedy() {
		for (int i = 0; i < 1000; i++) {
			this.failures.log(Level.WARNING, FakeBackend.failure(50, ErrorCase.NOT_SUPPORTED), "Flow " + i);
			this.failures.log(Level.WARNING, FakeBackend.failure(87, ErrorCase.INVALID), "Flow " + i);
		}
		assertThat(this.warnings).containsExactly("Flow 0. Do something about it", "Flow 0. Do something about it");
	}

	@Test
	void kindIsLoggedAgainAfterAllWasWell() {
		this.failures.log(Level.WARNING, FakeBackend.failure(31, ErrorCase.HANDLE_LOST), "Handle");
		this.failures.forget();
		this.failures.log(Level.WARNING, FakeBackend.failure(31, ErrorCase.HANDLE_LOST), "Handle");
		assertThat(this.warnings).hasSize(2);
	}

	@Test
	void unendingVarietyIsCutOff() {
		for (int i = 0; i < 1000; i++) {
			this.failures.log(Level.WARNING, FakeBackend.failure(i, ErrorCase.UNKNOWN), "Flow");
		}
		assertThat(this.warnings).hasSize(200);
	}

	private final class RecordingLogger implements System.Logger {

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
			record(level, message);
		}

		@Override
		public void log(Level level, ResourceBundle bundle, String format, Object... params) {
			record(level, format);
		}

		private void record(Level level, String message) {
			if (level.compareTo(Level.DEBUG) > 0) {
				FailuresTests.this.warnings.add(message);
			}
		}

	}

}
