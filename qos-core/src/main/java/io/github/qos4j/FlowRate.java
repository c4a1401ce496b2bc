package io.github.qos4j;

import io.github.qos4j.internal.util.Assert;

/**
 * How fast a flow may send. Immutable.
 *
 * @param bitsPerSecond the rate, at least {@link #MINIMUM_BITS_PER_SECOND}. qWAVE counts
 * the headers of IP and the transport as well; Linux paces by what its kernel counts
 * @param shaping what happens to packets over the rate
 * @param reason why the rate is what it is
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flowrate_outgoing">QOS_FLOWRATE_OUTGOING</a>
 */
public record FlowRate(long bitsPerSecond, Shaping shaping, Reason reason) {

	/**
	 * The lowest rate, at which a full packet takes a second and a half. Systems take
	 * lower ones for something else: 0 lifts the limit, 1 stalls the connection.
	 */
	public static final long MINIMUM_BITS_PER_SECOND = 8_000;

	/**
	 * Create a rate.
	 * @param bitsPerSecond the rate in bits a second
	 * @param shaping what happens to packets over the rate
	 * @param reason why the rate is what it is
	 * @throws IllegalArgumentException if the rate is below
	 * {@link #MINIMUM_BITS_PER_SECOND}, or another argument is null
	 */
	public FlowRate {
		if (bitsPerSecond < MINIMUM_BITS_PER_SECOND) {
			throw new IllegalArgumentException(
					"'bitsPerSecond' must be at least " + MINIMUM_BITS_PER_SECOND + " but was " + bitsPerSecond);
		}
		Assert.notNull(shaping, "shaping");
		Assert.notNull(reason, "reason");
	}

	/**
	 * Return a rate that delays packets over it and marks those that it lets pass.
	 * @param bitsPerSecond the rate in bits a second
	 * @return the rate
	 * @throws IllegalArgumentException if the rate is below
	 * {@link #MINIMUM_BITS_PER_SECOND}
	 */
	public static FlowRate of(long bitsPerSecond) {
		return new FlowRate(bitsPerSecond, Shaping.SHAPE_AND_MARK, Reason.NOT_APPLICABLE);
	}

	/**
	 * Return this rate with another behaviour for packets over it.
	 * @param shaping the behaviour
	 * @return the changed rate
	 * @throws IllegalArgumentException if the behaviour is null
	 */
	public FlowRate withShaping(Shaping shaping) {
		return new FlowRate(this.bitsPerSecond, shaping, this.reason);
	}

	/**
	 * Return this rate with another reason.
	 * @param reason the reason
	 * @return the changed rate
	 * @throws IllegalArgumentException if the reason is null
	 */
	public FlowRate withReason(Reason reason) {
		return new FlowRate(this.bitsPerSecond, this.shaping, reason);
	}

	/**
	 * What happens to packets over the rate. Only qWAVE knows the difference; socket
	 * options always delay.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_shaping">QOS_SHAPING</a>
	 */
	public enum Shaping {

		/**
		 * They are delayed. Whether packets are marked then is told differently by the
		 * API's page and by its header: choose {@link #SHAPE_AND_MARK} to be sure.
		 */
		SHAPE_ONLY,

		/**
		 * They are delayed, and packets are marked.
		 */
		SHAPE_AND_MARK,

		/**
		 * They are not delayed but marked as non-conformant, and may be lost or arrive
		 * out of order.
		 */
		USE_NON_CONFORMANT_MARKINGS

	}

	/**
	 * Why a rate is what it is. Informs the system's service; changes nothing by itself.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_flowrate_reason">QOS_FLOWRATE_REASON</a>
	 */
	public enum Reason {

		/**
		 * None of the others.
		 */
		NOT_APPLICABLE,

		/**
		 * The content has changed.
		 */
		CONTENT_CHANGE,

		/**
		 * The network is congested.
		 */
		CONGESTION,

		/**
		 * The content is encoded at a higher rate.
		 */
		HIGHER_CONTENT_ENCODING,

		/**
		 * The user wanted it so.
		 */
		USER_CAUSED

	}

}
