package io.github.qos4j;

import java.util.OptionalInt;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Something about QoS failed. The facts are fields: the operation, the code that the
 * system gave, its symbol, what it means and what to do about it. A socket is never
 * harmed by the failure that this describes.
 */
public class QosException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final ErrorCase errorCase;

	private final @Nullable String operation;

	private final @Nullable Integer code;

	private final @Nullable String symbol;

	private final @Nullable String remedy;

	/**
	 * Create an exception for a failure that has no native code.
	 * @param errorCase what it means
	 * @param message what failed
	 * @param remedy what to do about it, or {@code null}
	 * @param cause what caused it, or {@code null}
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
	 * Create an exception that reports another one in a wider context.
	 * @param message the wider context
	 * @param cause the failure, whose facts are taken over
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
	 * Return what was thrown as a failure of QoS: as it is, or as the cause of one whose
	 * case is {@link ErrorCase#LIBRARY} or {@link ErrorCase#UNKNOWN}.
	 * @param thrown what was thrown
	 * @return the failure
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
	 * @return its name, {@code QOSCreateHandle} for example, or {@code null} where no
	 * native call was involved
	 */
	public @Nullable String operation() {
		return this.operation;
	}

	/**
	 * Return the native error code.
	 * @return the code, or empty where no native call was involved
	 */
	public OptionalInt code() {
		return (this.code != null) ? OptionalInt.of(this.code) : OptionalInt.empty();
	}

	/**
	 * Return the symbol of the native error code.
	 * @return the symbol, {@code ERROR_NOT_SUPPORTED} for example, or {@code null} where
	 * no native call was involved or the code is not known
	 */
	public @Nullable String symbol() {
		return this.symbol;
	}

	/**
	 * Return what to do about it.
	 * @return a sentence for people, or {@code null} where there is no advice
	 */
	public @Nullable String remedy() {
		return this.remedy;
	}

}
