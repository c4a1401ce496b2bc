package io.github.qos4j;

import java.util.OptionalInt;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * A QoS failure. It carries the facts as fields: the operation, the system's error code
 * and its symbol, what the failure means, and what to do about it. The affected socket
 * keeps working.
 */
public class QosException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * What the failure means.
	 */
	private final ErrorCase errorCase;

	/**
	 * The operation that failed, if it is known.
	 */
	private final @Nullable String operation;

	/**
	 * The native error code, if there is one.
	 */
	private final @Nullable Integer code;

	/**
	 * The symbol of the native error code, if it has one.
	 */
	private final @Nullable String symbol;

	/**
	 * What to do about it, if that is known.
	 */
	private final @Nullable String remedy;

	/**
	 * Create an exception for a failure without a native error code.
	 * @param errorCase what the failure means
	 * @param message what failed
	 * @param remedy what to do about it, or {@code null}
	 * @param cause the cause, or {@code null}
	 * @throws IllegalArgumentException if the case is null
	 */
	public QosException(ErrorCase errorCase, String message, @Nullable String remedy, @Nullable Throwable cause) {
		super(message, cause);
		this.errorCase = Assert.notNull(errorCase, "errorCase");
		this.operation = null;
		this.code = null;
		this.symbol = null;
		this.remedy = remedy;
	}

	/**
	 * Create an exception for a failed native call.
	 * @param error the failed call
	 * @throws IllegalArgumentException if the error is null
	 */
	public QosException(NativeError error) {
		super(Assert.notNull(error, "error").toString());
		this.errorCase = error.errorCase();
		this.operation = error.operation();
		this.code = error.code();
		this.symbol = error.symbol();
		this.remedy = error.remedy();
	}

	/**
	 * Create an exception that adds context to another one and takes over its facts.
	 * @param message the message, with the added context
	 * @param cause the original failure
	 */
	protected QosException(String message, QosException cause) {
		super(message, cause);
		this.errorCase = cause.errorCase;
		this.operation = cause.operation;
		this.code = cause.code;
		this.symbol = cause.symbol;
		this.remedy = cause.remedy;
	}

	/**
	 * Convert a throwable to a QosException. A QosException is returned unchanged;
	 * anything else becomes the cause of a new one with the case
	 * {@link ErrorCase#LIBRARY} for a {@link LinkageError} and {@link ErrorCase#UNKNOWN}
	 * otherwise.
	 * @param thrown the throwable
	 * @return the exception
	 */
	public static QosException of(Throwable thrown) {
		// A LinkageError as well: without native access the application still runs.
		return (thrown instanceof QosException failure) ? failure
				: new QosException((thrown instanceof LinkageError) ? ErrorCase.LIBRARY : ErrorCase.UNKNOWN,
						thrown.toString(), null, thrown);
	}

	/**
	 * Return what the failure means.
	 * @return the case
	 */
	public ErrorCase errorCase() {
		return this.errorCase;
	}

	/**
	 * Return the native function that failed.
	 * @return its name, for example {@code QOSCreateHandle}, or {@code null} if no native
	 * call was involved
	 */
	public @Nullable String operation() {
		return this.operation;
	}

	/**
	 * Return the native error code.
	 * @return the code, or empty if no native call was involved
	 */
	public OptionalInt code() {
		return (this.code != null) ? OptionalInt.of(this.code) : OptionalInt.empty();
	}

	/**
	 * Return the symbolic name of the native error code.
	 * @return the symbol, for example {@code ERROR_NOT_SUPPORTED}, or {@code null} if no
	 * native call was involved or the code is unknown
	 */
	public @Nullable String symbol() {
		return this.symbol;
	}

	/**
	 * Return what to do about the failure.
	 * @return a sentence for a human reader, or {@code null} if there is no advice
	 */
	public @Nullable String remedy() {
		return this.remedy;
	}

}
