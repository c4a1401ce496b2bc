package io.github.qos4j;

import org.jspecify.annotations.Nullable;

/**
 * Details of a failed native call. Immutable.
 *
 * @param operation the native function, for example {@code QOSCreateHandle}
 * @param code the error code
 * @param symbol the symbolic name of the code, or {@code null} if the code is unknown
 * @param errorCase what the failure means
 * @param remedy what to do about it, or {@code null}
 */
public record NativeError(String operation, int code, @Nullable String symbol, ErrorCase errorCase,
		@Nullable String remedy) {

	/**
	 * Return the message, for example
	 * {@code QOSCreateHandle failed: ERROR_GEN_FAILURE (31)}.
	 */
	@Override
	public String toString() {
		return this.operation + " failed: " + ((this.symbol != null) ? this.symbol : "unknown error") + " (" + this.code
				+ ")";
	}

}
