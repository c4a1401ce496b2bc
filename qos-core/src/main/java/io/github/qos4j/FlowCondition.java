package io.github.qos4j;

import io.github.qos4j.internal.util.Assert;

/**
 * A condition of a flow's network path that an application can wait for. Immutable.
 *
 * @param kind the kind of condition
 * @param bitsPerSecond the bandwidth to wait for in bits per second, including IP
 * headers, for {@link Kind#AVAILABLE}; 0 for other kinds
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_notify_flow">QOS_NOTIFY_FLOW</a>
 */
public record FlowCondition(Kind kind, long bitsPerSecond) {

	/**
	 * The path is congested.
	 */
	public static final FlowCondition CONGESTED = new FlowCondition(Kind.CONGESTED, 0);

	/**
	 * The path is not congested.
	 */
	public static final FlowCondition UNCONGESTED = new FlowCondition(Kind.UNCONGESTED, 0);

	/**
	 * Create a condition.
	 * @param kind the kind of condition
	 * @param bitsPerSecond the bandwidth to wait for in bits per second, or 0
	 * @throws IllegalArgumentException if the kind is null, or if the bandwidth is not
	 * positive for {@link Kind#AVAILABLE} or not 0 for another kind
	 */
	public FlowCondition {
		Assert.notNull(kind, "kind");
		if (kind == Kind.AVAILABLE && bitsPerSecond <= 0) {
			throw new IllegalArgumentException("'bitsPerSecond' must be positive but was " + bitsPerSecond);
		}
		if (kind != Kind.AVAILABLE && bitsPerSecond != 0) {
			throw new IllegalArgumentException("'bitsPerSecond' must be 0 for " + kind + " but was " + bitsPerSecond);
		}
	}

	/**
	 * Return the condition that a bandwidth is available.
	 * @param bitsPerSecond the total bandwidth that the flow could use, in bits per
	 * second; it must exceed the flow's current rate
	 * @return the condition
	 * @throws IllegalArgumentException if the bandwidth is not positive
	 */
	public static FlowCondition available(long bitsPerSecond) {
		return new FlowCondition(Kind.AVAILABLE, bitsPerSecond);
	}

	/**
	 * Kinds of conditions.
	 */
	public enum Kind {

		/**
		 * The path is congested.
		 */
		CONGESTED,

		/**
		 * The path is not congested.
		 */
		UNCONGESTED,

		/**
		 * A given bandwidth is available.
		 */
		AVAILABLE

	}

}
