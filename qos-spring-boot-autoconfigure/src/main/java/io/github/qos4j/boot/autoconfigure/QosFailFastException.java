package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;

import io.github.qos4j.QosUnavailableException;

/**
 * The application must not start without QoS, and the auto-configured handle cannot be
 * used. A type of its own, so that the failure analysis tells it from failures of handles
 * that the application opened by itself and that no property governs.
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

	Duration waited() {
		return this.waited;
	}

	Duration openTimeout() {
		return this.openTimeout;
	}

}
