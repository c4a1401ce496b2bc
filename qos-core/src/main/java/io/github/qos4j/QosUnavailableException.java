package io.github.qos4j;

import org.jspecify.annotations.Nullable;

/**
 * A handle is not open: it is still opening, could not be opened, or is closed.
 */
public class QosUnavailableException extends QosException {

	private static final long serialVersionUID = 1L;

	/**
	 * Create an exception for a failure that has no native code.
	 * @param errorCase what it means
	 * @param message what failed
	 * @param remedy what to do about it, or {@code null}
	 * @param cause what caused it, or {@code null}
	 */
	public QosUnavailableException(ErrorCase errorCase, String message, @Nullable String remedy,
			@Nullable Throwable cause) {
		super(errorCase, message, remedy, cause);
	}

	/**
	 * Create an exception that reports another one in a wider context.
	 * @param message the wider context
	 * @param cause the failure, whose facts are taken over
	 */
	public QosUnavailableException(String message, QosException cause) {
		super(message, cause);
	}

}
