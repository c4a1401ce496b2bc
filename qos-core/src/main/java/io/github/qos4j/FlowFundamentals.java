package io.github.qos4j;

import java.util.OptionalLong;

/**
 * What the system knows about the path of a flow. Every figure is optional: systems
 * measure different ones, and measuring takes time. Immutable.
 *
 * @param measurement whether there are figures
 * @param bottleneckBitsPerSecond capacity of the slowest link, excluding IP headers
 * (qWAVE)
 * @param availableBitsPerSecond unused part of that capacity, excluding IP headers
 * (qWAVE)
 * @param roundTripMicros average round-trip time in microseconds (qWAVE, TCP on Linux)
 * @param deliveryBitsPerSecond rate at which data has recently reached the peer (TCP on
 * Linux). For a connection that does not fill the path it is the rate of its fastest
 * burst, which may be far more than the path can carry.
 * @param pacingBitsPerSecond rate at which the kernel paces packets (TCP on Linux)
 * @param retransmissions segments retransmitted since the connection began (TCP on Linux)
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flow_fundamentals">QOS_FLOW_FUNDAMENTALS</a>
 */
public record FlowFundamentals(Measurement measurement, OptionalLong bottleneckBitsPerSecond,
		OptionalLong availableBitsPerSecond, OptionalLong roundTripMicros, OptionalLong deliveryBitsPerSecond,
		OptionalLong pacingBitsPerSecond, OptionalLong retransmissions) {

	/**
	 * No figures yet.
	 */
	public static final FlowFundamentals MEASURING = none(Measurement.MEASURING);

	/**
	 * Nothing is measured for this kind of flow.
	 */
	public static final FlowFundamentals NOT_AVAILABLE = none(Measurement.NOT_AVAILABLE);

	private static FlowFundamentals none(Measurement measurement) {
		OptionalLong none = OptionalLong.empty();
		return new FlowFundamentals(measurement, none, none, none, none, none, none);
	}

	/**
	 * Whether there are figures.
	 */
	public enum Measurement {

		/**
		 * There is at least one figure.
		 */
		MEASURED,

		/**
		 * There are no figures yet; ask again in about a second.
		 */
		MEASURING,

		/**
		 * There are no figures and there will be none.
		 */
		NOT_AVAILABLE

	}

}
