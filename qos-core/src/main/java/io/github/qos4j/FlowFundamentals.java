package io.github.qos4j;

import java.util.OptionalLong;

/**
 * What the system knows about the path of a flow. Each figure is there or not: systems
 * measure different ones, and each takes its time.
 *
 * @param measurement whether there are figures
 * @param bottleneckBitsPerSecond capacity of the slowest link, without headers of IP
 * (qWAVE)
 * @param availableBitsPerSecond how much of it is free, without headers of IP (qWAVE)
 * @param roundTripMicros average round-trip time (qWAVE, TCP on Linux)
 * @param deliveryBitsPerSecond rate at which data has arrived lately (TCP on Linux). Of a
 * connection that sends less than the path takes it is the rate of its fastest burst,
 * which may be far more than the path carries.
 * @param pacingBitsPerSecond rate at which packets are sent (TCP on Linux)
 * @param retransmissions segments sent again since the connection began (TCP on Linux)
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flow_fundamentals">QOS_FLOW_FUNDAMENTALS</a>
 */
public record FlowFundamentals(Measurement measurement, OptionalLong bottleneckBitsPerSecond,
		OptionalLong availableBitsPerSecond, OptionalLong roundTripMicros, OptionalLong deliveryBitsPerSecond,
		OptionalLong pacingBitsPerSecond, OptionalLong retransmissions) {

	/**
	 * Nothing has been measured yet.
	 */
	public static final FlowFundamentals MEASURING = none(Measurement.MEASURING);

	/**
	 * Nothing is measured for a flow of this kind.
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
		 * There is none yet; ask again in a second or so.
		 */
		MEASURING,

		/**
		 * There is none and will be none.
		 */
		NOT_AVAILABLE

	}

}
