package io.github.qos4j;

import java.io.Serializable;
import java.util.Arrays;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * What a flow asks for. Immutable.
 *
 * @param trafficType the traffic type
 * @param dscp a code point of one's own, or {@code null} for the one that the handle's
 * {@link MarkingProfile} gives to the traffic type. On Windows a code point other than
 * the type's own needs membership in Administrators or Network Configuration Operators;
 * without it the flow keeps the type's own, and its {@link Marking} says so.
 * @param rate how fast the flow may send, or {@code null} for as fast as it likes
 * @param qwave what is asked of Windows' qWAVE alone
 */
public record QosFlowOptions(TrafficType trafficType, @Nullable Dscp dscp, @Nullable FlowRate rate,
		QwaveOptions qwave) implements Serializable {

	private static final QosFlowOptions[] BY_TYPE = Arrays.stream(TrafficType.values())
		.map((type) -> new QosFlowOptions(type, null, null, QwaveOptions.DEFAULT))
		.toArray(QosFlowOptions[]::new);

	/**
	 * Create options.
	 * @param trafficType the traffic type
	 * @param dscp a code point of one's own, or {@code null}
	 * @param rate how fast the flow may send, or {@code null}
	 * @param qwave what is asked of qWAVE alone
	 * @throws IllegalArgumentException if the traffic type or {@code qwave} is null, or
	 * if an adaptive flow asks for a code point of its own, which only the type can give
	 * it
	 */
	public QosFlowOptions {
		Assert.notNull(trafficType, "trafficType");
		if (Assert.notNull(qwave, "qwave").adaptive() && dscp != null) {
			throw new IllegalArgumentException("'dscp' must be null for an adaptive flow but was " + dscp);
		}
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
	 * Return options for another traffic type.
	 * @param trafficType the traffic type
	 * @return the changed options
	 * @throws IllegalArgumentException if the traffic type is null
	 */
	public QosFlowOptions withTrafficType(TrafficType trafficType) {
		return new QosFlowOptions(trafficType, this.dscp, this.rate, this.qwave);
	}

	/**
	 * Return options that ask for a code point of one's own.
	 * @param dscp the code point, or {@code null} for the one of the traffic type
	 * @return the changed options
	 * @throws IllegalArgumentException if these options are adaptive
	 */
	public QosFlowOptions withDscp(@Nullable Dscp dscp) {
		return new QosFlowOptions(this.trafficType, dscp, this.rate, this.qwave);
	}

	/**
	 * Return options that limit the rate.
	 * @param rate the rate, or {@code null} for no limit
	 * @return the changed options
	 */
	public QosFlowOptions withRate(@Nullable FlowRate rate) {
		return new QosFlowOptions(this.trafficType, this.dscp, rate, this.qwave);
	}

	/**
	 * Return options that ask for something of qWAVE alone.
	 * @param qwave what is asked of it
	 * @return the changed options
	 * @throws IllegalArgumentException if {@code qwave} is null, or if it makes the flow
	 * adaptive and these options have a code point of their own
	 */
	public QosFlowOptions withQwave(QwaveOptions qwave) {
		return new QosFlowOptions(this.trafficType, this.dscp, this.rate, qwave);
	}

}
