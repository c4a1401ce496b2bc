package io.github.qos4j;

import java.io.Serializable;

/**
 * How fast a flow may send. Immutable.
 *
 * @param bitsPerSecond the rate, at least {@link #MINIMUM_BITS_PER_SECOND}. qWAVE counts
 * the headers of IP and the transport as well; Linux paces by what its kernel counts
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flowrate_outgoing">QOS_FLOWRATE_OUTGOING</a>
 */
public record FlowRate(long bitsPerSecond) implements Serializable {

	/**
	 * The lowest rate, at which a full packet takes a second and a half. Systems take
	 * lower ones for something else: 0 lifts the limit, 1 stalls the connection.
	 */
	public static final long MINIMUM_BITS_PER_SECOND = 8_000;

	/**
	 * Create a rate.
	 * @param bitsPerSecond the rate in bits a second
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
	 * Return a rate. Packets over it are delayed.
	 * @param bitsPerSecond the rate in bits a second
	 * @return the rate
	 * @throws IllegalArgumentException if the rate is below
	 * {@link #MINIMUM_BITS_PER_SECOND}
	 */
	public static FlowRate of(long bitsPerSecond) {
		return new FlowRate(bitsPerSecond);
	}

}
