package io.github.qos4j.boot.endpoint;

import java.util.function.Function;

/**
 * Converts what a request gives, and refuses what is wrong.
 */
final class Values {

	private Values() {
	}

	/**
	 * Convert a value.
	 * @throws RefusedRequestException if the conversion refuses it, in its words
	 */
	static <T> T convert(String text, Function<String, T> conversion) {
		try {
			return conversion.apply(text);
		}
		catch (IllegalArgumentException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw RefusedRequestException.invalid(reason.matches("(?s).*[.?]") ? reason : reason + ".");
		}
	}

}
