package io.github.qos4j.sample;

import java.util.Locale;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * What carries a flow.
 */
enum Protocol {

	UDP, TCP;

	@Override
	@JsonValue
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
