package io.github.qos4j;

import org.jspecify.annotations.Nullable;

/**
 * The handle is not open: it is still opening, could not be opened, or is closed.
 */
public class QosUnavailableException extends QosException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception for a failure without a native error code.
	 * @param errorCase what the failure means
	 * @param message what failed
	 * @param remedy what to do about it, or {@code null}
	 * @param cause the cause, or {@code null}
	 * @throws IllegalArgumentException if the case is null
	 */
	public QosUnavailableException(ErrorCase errorCase, String message, @Nullable String remedy,
			@Nullable Throwable cause) {
		super(errorCase, message, remedy, cause);
	}

	/**
	 * Create an exception that adds context to another one and takes over its facts.
	 * @param message the message, with the added context
	 * @param cause the original failure
	 */
	public QosUnavailableException(String message, QosException cause) {
		super(message, cause);
	}

}
