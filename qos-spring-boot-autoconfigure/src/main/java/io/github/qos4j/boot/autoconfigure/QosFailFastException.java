package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosUnavailableException;

/**
 * The application must not start without QoS, and a handle bean cannot be used. A type of
 * its own, so that the failure analysis tells it from failures of handles that the
 * application opens by itself and that no property governs.
 */
final class QosFailFastException extends QosUnavailableException {

	private static final long serialVersionUID = 1L;

	private final Duration waited;

	private final Duration openTimeout;

	QosFailFastException(QosUnavailableException cause, Duration waited, Duration openTimeout) {
		super(String.valueOf(cause.getMessage()), cause);
		this.waited = waited;
		this.openTimeout = openTimeout;
	}

	/**
	 * Return whether nothing changes while this application runs: the system, or its
	 * libraries, offer nothing that marks.
	 */
	boolean isPermanent() {
		return errorCase() == ErrorCase.LIBRARY;
	}

	Duration waited() {
		return this.waited;
	}

	Duration openTimeout() {
		return this.openTimeout;
	}

}
