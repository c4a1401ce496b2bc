package io.github.qos4j.internal.handle;

import java.util.ResourceBundle;

import org.jspecify.annotations.Nullable;

/**
 * Logs where it was told to, and survives it: a logger of the application that throws
 * must not stop what a handle is about to do next.
 */
final class SafeLogger implements System.Logger {

	private final System.Logger logger;

	SafeLogger(System.Logger logger) {
		this.logger = logger;
	}

	@Override
	public String getName() {
		return this.logger.getName();
	}

	@Override
	public boolean isLoggable(Level level) {
		try {
			return this.logger.isLoggable(level);
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	@Override
	public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String message,
			@Nullable Throwable thrown) {
		try {
			this.logger.log(level, bundle, message, thrown);
		}
		catch (RuntimeException ex) {
			// There is no other place to tell it.
		}
	}

	@Override
	public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format, Object... parameters) {
		try {
			this.logger.log(level, bundle, format, parameters);
		}
		catch (RuntimeException ex) {
			// There is no other place to tell it.
		}
	}

}
