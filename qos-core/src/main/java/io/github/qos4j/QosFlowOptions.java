package io.github.qos4j;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * What a flow asks for. Immutable.
 *
 * @param trafficType the traffic type
 * @param dscp a code point of one's own, or {@code null} for the one that the handle's
 * {@link MarkingProfile} gives to the traffic type. On Windows a code point other than
 * the type's own needs membership in Administrators or Network Configuration Operators;
 * without it the flow keeps the type's own, and its {@link Marking} says so.
 */
public record QosFlowOptions(TrafficType trafficType, @Nullable Dscp dscp) {

	private static final QosFlowOptions[] BY_TYPE = Arrays.stream(TrafficType.values())
		.map((type) -> new QosFlowOptions(type, null))
		.toArray(QosFlowOptions[]::new);

	/**
	 * Create options.
	 * @param trafficType the traffic type
	 * @param dscp a code point of one's own, or {@code null}
	 * @throws IllegalArgumentException if the traffic type is null
	 */
	public QosFlowOptions {
		Assert.notNull(trafficType, "trafficType");
	}

	/**
	 * Return options for a traffic type.
	 * @param trafficType the traffic type
	 * @return the options
	 * @throws IllegalArgumentException if the traffic type is null
	 */
	public static QosFlowOptions of(TrafficType trafficType) {
		return BY_TYPE[Assert.notNull(trafficType, "trafficType").ordinal()];
	}

	/**
	 * Return options that ask for a code point of one's own.
	 * @param dscp the code point, or {@code null} for the one of the traffic type
	 * @return the changed options
	 */
	public QosFlowOptions withDscp(@Nullable Dscp dscp) {
		return new QosFlowOptions(this.trafficType, dscp);
	}

}
