package io.github.qos4j.internal.handle;

import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Set;

import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowException;

/**
 * Logs each kind of failure once as a warning with its remedy, and again only at debug
 * level, so that a failure that repeats floods no log.
 */
final class Failures {

	/** More kinds than any system has error codes for QoS. */
	private static final int MOST_KINDS = 200;

	private final System.Logger logger;

	private final Set<String> logged = new HashSet<>();

	Failures(System.Logger logger) {
		this.logger = logger;
	}

	/**
	 * Log a failure.
	 */
	void log(Level level, QosException failure, String message) {
		log(level, failure, message, isFirst(failure));
	}

	/**
	 * Log a failure of which it is known whether it is the first of its kind.
	 */
	void log(Level level, QosException failure, String message, boolean first) {
		this.logger.log(first ? level : Level.DEBUG,
				message + ((failure.remedy() != null) ? ". " + failure.remedy() : ""));
		this.logger.log(Level.DEBUG, "The failure above in full", failure);
	}

	private static String kind(QosException failure) {
		if (failure.operation() != null) {
			return failure.operation() + failure.code();
		}
		// That of a flow names its socket, and is another one each time.
		Throwable cause = (failure instanceof QosFlowException) ? failure.getCause() : failure;
		return failure.errorCase() + ((cause != null) ? ": " + cause.getMessage() : "");
	}

	/**
	 * Return whether a failure is the first of its kind. The next one is not.
	 */
	synchronized boolean isFirst(QosException failure) {
		return this.logged.size() < MOST_KINDS && this.logged.add(kind(failure));
	}

	/**
	 * Start anew, after all was well for once.
	 */
	synchronized void forget() {
		this.logged.clear();
	}

}
