package io.github.qos4j;

import java.io.Serializable;

/**
 * Limit on the sending rate of a flow. Immutable.
 *
 * @param bitsPerSecond the rate, at least {@link #MINIMUM_BITS_PER_SECOND}. qWAVE counts
 * IP and transport headers; Linux counts what its kernel counts for pacing.
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flowrate_outgoing">QOS_FLOWRATE_OUTGOING</a>
 */
public record FlowRate(long bitsPerSecond) implements Serializable {

	/**
	 * The lowest allowed rate, at which a full-sized packet takes a second and a half.
	 * Systems give very low values other meanings: 0 lifts the limit, 1 stalls the
	 * connection.
	 */
	public static final long MINIMUM_BITS_PER_SECOND = 8_000;

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

}
