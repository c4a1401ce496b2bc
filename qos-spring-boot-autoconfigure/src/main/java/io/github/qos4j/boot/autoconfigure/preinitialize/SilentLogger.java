package io.github.qos4j.boot.autoconfigure.preinitialize;

import java.util.ResourceBundle;

import org.jspecify.annotations.Nullable;

/**
 * Logs nothing.
 */
final class SilentLogger implements System.Logger {

	@Override
	public String getName() {
		return "silent";
	}

	@Override
	public boolean isLoggable(Level level) {
		return false;
	}

	@Override
	public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String message,
			@Nullable Throwable thrown) {
		// That is what it is for.
	}

	@Override
	public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format, Object... parameters) {
		// That is what it is for.
	}

}
