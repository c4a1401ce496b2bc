package io.github.qos4j;

import org.jspecify.annotations.Nullable;

/**
 * Facts of a failed native call.
 *
 * @param operation the native function
 * @param code the error code
 * @param symbol the code's symbol, or {@code null} for an unknown code
 * @param errorCase what it means
 * @param remedy what to do about it, or {@code null}
 */
public record NativeError(String operation, int code, @Nullable String symbol, ErrorCase errorCase,
		@Nullable String remedy) {

	/**
	 * Return the message, {@code QOSCreateHandle failed: ERROR_GEN_FAILURE (31)} for
	 * example.
	 */
	@Override
	public String toString() {
		return this.operation + " failed: " + ((this.symbol != null) ? this.symbol : "unknown error") + " (" + this.code
				+ ")";
	}

}
