package io.github.qos4j.boot.autoconfigure;

import java.text.MessageFormat;
import java.util.ResourceBundle;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Has a handle log as the application does. By way of the system's loggers, what it has
 * to say while it is closed would be lost: Spring Boot takes their bridge to its own
 * logging away before it destroys beans.
 */
final class ApplicationLogger implements System.Logger {

	private final String name;

	private final Log log;

	ApplicationLogger(Class<?> type) {
		this.name = type.getName();
		this.log = LogFactory.getLog(type);
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public boolean isLoggable(Level level) {
		return switch (level) {
			case ALL, TRACE -> this.log.isTraceEnabled();
			case DEBUG -> this.log.isDebugEnabled();
			case INFO -> this.log.isInfoEnabled();
			case WARNING -> this.log.isWarnEnabled();
			case ERROR -> this.log.isErrorEnabled();
			case OFF -> false;
		};
	}

	@Override
	public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String message,
			@Nullable Throwable thrown) {
		switch (level) {
			case ALL, TRACE -> this.log.trace(message, thrown);
			case DEBUG -> this.log.debug(message, thrown);
			case INFO -> this.log.info(message, thrown);
			case WARNING -> this.log.warn(message, thrown);
			case ERROR -> this.log.error(message, thrown);
			case OFF -> {
			}
		}
	}

	@Override
	public void log(Level level, @Nullable ResourceBundle bundle, @Nullable String format, Object... parameters) {
		if (isLoggable(level)) {
			boolean plain = format == null || parameters == null || parameters.length == 0;
			log(level, bundle, plain ? format : MessageFormat.format(format, parameters), (Throwable) null);
		}
	}

}
