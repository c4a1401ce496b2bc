package io.github.qos4j;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;

/**
 * Logs each kind of failure once as a warning with its remedy, and again only at debug
 * level, so that a failure that repeats floods no log.
 */
final class LoggedOnce {

	/** More kinds than any system has error codes for QoS. */
	private static final int MOST_KINDS = 200;

	private final System.Logger logger;

	private final Set<String> logged = new HashSet<>();

	LoggedOnce(System.Logger logger) {
		this.logger = logger;
	}

	void log(QosException failure, String message) {
		log(Level.WARNING, failure, message);
	}

	void log(Level level, QosException failure, String message) {
		boolean first = isFirst((failure.operation() != null) ? failure.operation() + failure.code()
				: String.valueOf(failure.getMessage()));
		String text = message + ((failure.remedy() != null) ? ". " + failure.remedy() : "");
		this.logger.log(first ? level : Level.DEBUG, text);
		this.logger.log(Level.DEBUG, text, failure);
	}

	private synchronized boolean isFirst(String kind) {
		return this.logged.size() < MOST_KINDS && this.logged.add(kind);
	}

	/**
	 * Start anew, after all was well for once.
	 */
	synchronized void forget() {
		this.logged.clear();
	}

}
