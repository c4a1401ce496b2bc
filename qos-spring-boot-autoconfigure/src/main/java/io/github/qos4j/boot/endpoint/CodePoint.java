package io.github.qos4j.boot.endpoint;

import io.github.qos4j.Dscp;
import org.jspecify.annotations.Nullable;

/**
 * A code point as the endpoint shows it.
 *
 * @param value the number, 0 to 63
 * @param name the standard name, or the number as text where there is none
 */
public record CodePoint(int value, String name) {

	static CodePoint of(Dscp dscp) {
		return new CodePoint(dscp.value(), dscp.name());
	}

	static @Nullable CodePoint ofNullable(@Nullable Dscp dscp) {
		return (dscp != null) ? of(dscp) : null;
	}

}
