package io.github.qos4j.boot.endpoint;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.properties.PolicyValues;
import org.jspecify.annotations.Nullable;

/**
 * Which flows are asked for, and which page of them. Knows what is allowed.
 *
 * @param page the number of the page, from 0
 * @param size how many flows a page has at most
 * @param handle the name of the handle's bean, or {@code null} for any
 * @param state the state, or {@code null} for any
 * @param type the traffic type, or {@code null} for any
 * @param policy the name of the policy, or {@code null} for any
 * @param peer a part of the peer's address and port, or {@code null} for any
 */
record FlowFilter(int page, int size, @Nullable String handle, @Nullable FlowState state, @Nullable TrafficType type,
		@Nullable String policy, @Nullable String peer) {

	private static final int DEFAULT_SIZE = 100;

	private static final int MOST = 1000;

	static FlowFilter parse(@Nullable String page, @Nullable String size, @Nullable String handle,
			@Nullable String state, @Nullable String type, @Nullable String policy, @Nullable String peer) {
		return new FlowFilter(number("Page", page, 0, 0, Integer.MAX_VALUE),
				number("Size", size, DEFAULT_SIZE, 1, MOST), given(handle), state(given(state)), type(given(type)),
				given(policy), given(peer));
	}

	/**
	 * Return whether the flow of a handle that is asked for is one of them, the policy
	 * and the peer apart.
	 */
	boolean matches(QosFlow flow) {
		return (this.type == null || flow.options().trafficType() == this.type)
				&& (this.state == null || flow.state() == this.state);
	}

	/**
	 * Return whether all flows of a handle are asked for.
	 */
	boolean isForAll() {
		return this.type == null && this.state == null && this.policy == null && this.peer == null;
	}

	/**
	 * Nothing chosen in a form is nothing asked for.
	 */
	private static @Nullable String given(@Nullable String text) {
		return (text == null || text.isBlank()) ? null : text.strip();
	}

	private static int number(String name, @Nullable String text, int otherwise, int least, int most) {
		String given = given(text);
		try {
			int number = (given != null) ? Integer.parseInt(given) : otherwise;
			if (number >= least && number <= most) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// Told below.
		}
		throw RefusedRequestException.invalid(name + " must be a number from " + least
				+ ((most < Integer.MAX_VALUE) ? " to " + most : "") + " but was '" + text + "'.");
	}

	private static @Nullable FlowState state(@Nullable String text) {
		if (text == null) {
			return null;
		}
		return Arrays.stream(FlowState.values())
			.filter((state) -> state != FlowState.CLOSED && state.name().equalsIgnoreCase(text))
			.findFirst()
			.orElseThrow(
					() -> RefusedRequestException.invalid("State must be one of " + Arrays.stream(FlowState.values())
						.filter((state) -> state != FlowState.CLOSED)
						.map((state) -> state.name().toLowerCase(Locale.ROOT))
						.collect(Collectors.joining(", ")) + " but was '" + text + "'."));
	}

	private static @Nullable TrafficType type(@Nullable String text) {
		return (text != null) ? Values.convert(text, (type) -> PolicyValues.trafficType(type, "dscp")) : null;
	}

}
