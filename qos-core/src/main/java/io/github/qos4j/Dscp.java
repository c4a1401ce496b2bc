package io.github.qos4j;

import java.io.Serializable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

import io.github.qos4j.internal.util.Assert;

/**
 * A Differentiated Services Code Point (DSCP): the upper six bits of the IPv4 TOS byte or
 * the IPv6 traffic class, as a number from 0 to 63. It is never the shifted byte: EF is
 * 46, not 184. Immutable.
 *
 * @param value the code point, 0 to 63
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4594">RFC 4594, service classes</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8622">RFC 8622, lower effort</a>
 * @serial exclude
 */
public record Dscp(int value) implements Comparable<Dscp>, Serializable {

	private static final Map<String, Dscp> BY_NAME = new LinkedHashMap<>();

	private static final String[] NAMES = new String[64];

	private static final Dscp[] VALUES = new Dscp[64];

	static {
		Arrays.setAll(VALUES, Dscp::new);
		name("DF", 0);
		name("CS0", 0);
		name("LE", 1);
		for (int selector = 1; selector < 8; selector++) {
			name("CS" + selector, selector << 3);
		}
		for (int forwarding = 1; forwarding <= 4; forwarding++) {
			for (int drop = 1; drop <= 3; drop++) {
				name("AF" + forwarding + drop, (forwarding << 3) + (drop << 1));
			}
		}
		name("VOICE-ADMIT", 44);
		name("EF", 46);
	}

	/**
	 * Default forwarding: the code point of unmarked traffic.
	 */
	public static final Dscp DF = of(0);

	/**
	 * Expedited forwarding (RFC 3246), which RFC 4594 recommends for telephony.
	 */
	public static final Dscp EF = of(46);

	/**
	 * Create a code point.
	 * @param value the code point, 0 to 63
	 * @throws IllegalArgumentException if the value is out of range
	 */
	public Dscp {
		if (value < 0 || value > 63) {
			throw new IllegalArgumentException("DSCP must be 0 to 63 but was " + value + shiftedHint(value));
		}
	}

	/**
	 * Return the code point with a number.
	 * @param value the code point, 0 to 63
	 * @return the code point
	 * @throws IllegalArgumentException if the value is out of range
	 */
	public static Dscp of(int value) {
		return (value >= 0 && value < VALUES.length) ? VALUES[value] : new Dscp(value);
	}

	/**
	 * Parse a code point from a name of RFC 4594 or RFC 8622 in any case ({@code EF},
	 * {@code cs1}, {@code AF41}, {@code voice-admit}, {@code LE}, {@code DF}), or from a
	 * decimal number from 0 to 63 without leading zeros.
	 * @param text the name or number
	 * @return the code point
	 * @throws IllegalArgumentException if the text is null or neither of these
	 */
	public static Dscp parse(String text) {
		Assert.notNull(text, "text");
		String trimmed = text.strip();
		Dscp named = BY_NAME.get(trimmed.toUpperCase(Locale.ROOT).replace('_', '-'));
		if (named != null) {
			return named;
		}
		// A leading zero is refused: YAML reads an unquoted 046 as octal 38.
		if (trimmed.matches("0|[1-9][0-9]{0,8}")) {
			return of(Integer.parseInt(trimmed));
		}
		throw new IllegalArgumentException("DSCP must be a number from 0 to 63 without leading zeros, or one of "
				+ BY_NAME.keySet().stream().collect(Collectors.joining(", ")) + " but was '" + text + "'");
	}

	/**
	 * Return the standard name of this code point.
	 * @return the name, or the number as text if there is no name
	 */
	public String name() {
		String name = NAMES[this.value];
		return (name != null) ? name : Integer.toString(this.value);
	}

	@Override
	public int compareTo(Dscp other) {
		return Integer.compare(this.value, other.value);
	}

	@Override
	public String toString() {
		String name = NAMES[this.value];
		return (name != null) ? this.value + " (" + name + ")" : Integer.toString(this.value);
	}

	private static void name(String name, int value) {
		BY_NAME.put(name, VALUES[value]);
		NAMES[value] = (NAMES[value] != null) ? NAMES[value] : name;
	}

	private static String shiftedHint(int value) {
		if (value > 63 && value < 256 && value % 4 == 0) {
			return " (as a TOS byte that is DSCP " + (value >> 2) + ")";
		}
		return "";
	}

}
