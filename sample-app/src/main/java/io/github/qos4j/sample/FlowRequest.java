package io.github.qos4j.sample;

import java.util.List;

import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.util.StringUtils;
import org.springframework.web.server.ResponseStatusException;

/**
 * JSON that asks for a flow, as it came in: anything may be missing or wrong.
 */
record FlowRequest(@Nullable String protocol, @Nullable String host, @Nullable Integer port,
		@Nullable String trafficType) {

	FlowSpec toSpec() {
		Protocol validProtocol = constant("protocol", this.protocol, Protocol.class);
		if (this.host == null || this.host.isBlank()) {
			throw invalid("host", "a name, an IPv4 address or an IPv6 address", this.host);
		}
		if (this.port == null || this.port < 1 || this.port > 65535) {
			throw invalid("port", "a number from 1 to 65535", this.port);
		}
		TrafficType validType = constant("trafficType", this.trafficType, TrafficType.class);
		return new FlowSpec(validProtocol, this.host.strip(), this.port, validType);
	}

	private static <E extends Enum<E>> E constant(String field, @Nullable String text, Class<E> type) {
		String name = (text != null) ? text.strip().replace('-', '_') : null;
		List<E> constants = List.of(type.getEnumConstants());
		return constants.stream()
			.filter((constant) -> constant.name().equalsIgnoreCase(name))
			.findFirst()
			.orElseThrow(
					() -> invalid(field, "one of " + StringUtils.collectionToDelimitedString(constants, ", "), text));
	}

	private static ResponseStatusException invalid(String field, String allowed, @Nullable Object value) {
		String found = (value != null) ? "was '" + StringUtils.truncate(value.toString(), 50) + "'" : "is missing";
		return new ResponseStatusException(HttpStatus.BAD_REQUEST,
				"'" + field + "' must be " + allowed + " but " + found);
	}

}
