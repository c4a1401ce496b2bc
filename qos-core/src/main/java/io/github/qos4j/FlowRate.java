package io.github.qos4j;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Limit on the sending rate of a flow. Immutable.
 *
 * @param bitsPerSecond the rate, at least {@link #MINIMUM_BITS_PER_SECOND}. qWAVE counts
 * IP and transport headers; Linux counts what its kernel counts for pacing.
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flowrate_outgoing">QOS_FLOWRATE_OUTGOING</a>
 * @serial exclude
 */
public record FlowRate(long bitsPerSecond) implements Serializable {

	/**
	 * The lowest allowed rate, at which a full-sized packet takes a second and a half.
	 * Systems give very low values other meanings: 0 lifts the limit, 1 stalls the
	 * connection.
	 */
	public static final long MINIMUM_BITS_PER_SECOND = 8_000;

	private static final Pattern FORMAT = Pattern
		.compile("([-+]?\\d{1,12}(?:\\.\\d{1,9})?)\\s*(?:([kKmMgG]?)(bps|Bps|BPS))?");

	/**
	 * Create a rate.
	 * @param bitsPerSecond the rate in bits per second
	 * @throws IllegalArgumentException if the rate is below
	 * {@link #MINIMUM_BITS_PER_SECOND}
	 */
	public FlowRate {
		if (bitsPerSecond < MINIMUM_BITS_PER_SECOND) {
			throw new IllegalArgumentException(
					"'bitsPerSecond' must be at least " + MINIMUM_BITS_PER_SECOND + " but was " + bitsPerSecond);
		}
	}

	/**
	 * Return a rate. Packets that exceed it are delayed.
	 * @param bitsPerSecond the rate in bits per second
	 * @return the rate
	 * @throws IllegalArgumentException if the rate is below
	 * {@link #MINIMUM_BITS_PER_SECOND}
	 */
	public static FlowRate of(long bitsPerSecond) {
		return new FlowRate(bitsPerSecond);
	}

	/**
	 * Parse a rate. Units are decimal: a kilobit is 1,000 bits.
	 * @param text a number with a unit, {@code 2Mbps}, {@code 1.5 Mbps}, {@code 500kbps},
	 * {@code 64000bps}, or a number of bits per second
	 * @return the rate
	 * @throws IllegalArgumentException if the text is null or none of these, or if the
	 * rate is below {@link #MINIMUM_BITS_PER_SECOND} or does not fit into a {@code long}
	 */
	public static FlowRate parse(String text) {
		Matcher matcher = FORMAT.matcher(Assert.notNull(text, "text").strip());
		if (!matcher.matches()) {
			throw new IllegalArgumentException(
					"Rate must be a number of bits per second, or one with a unit such as 64kbps, 2Mbps or 1Gbps, "
							+ "but was '" + text + "'");
		}
		if ("Bps".equals(matcher.group(3))) {
			throw new IllegalArgumentException(
					"Rate must be in bits, which are written bps, but was '" + text + "', which could be bytes");
		}
		BigDecimal rate = new BigDecimal(matcher.group(1)).scaleByPowerOfTen(exponent(matcher.group(2)));
		if (rate.compareTo(BigDecimal.valueOf(MINIMUM_BITS_PER_SECOND)) < 0) {
			throw new IllegalArgumentException(
					"Rate must be at least " + MINIMUM_BITS_PER_SECOND + " bits per second but was '" + text + "'");
		}
		if (rate.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
			throw new IllegalArgumentException(
					"Rate must be at most " + Long.MAX_VALUE + " bits per second but was '" + text + "'");
		}
		return of(rate.longValue());
	}

	private static int exponent(@Nullable String unit) {
		return switch ((unit != null) ? unit.toLowerCase(Locale.ROOT) : "") {
			case "k" -> 3;
			case "m" -> 6;
			case "g" -> 9;
			default -> 0;
		};
	}

}
