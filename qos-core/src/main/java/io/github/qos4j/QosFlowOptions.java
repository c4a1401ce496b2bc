package io.github.qos4j;

import java.io.Serializable;
import java.util.Arrays;

import io.github.qos4j.internal.util.Assert;
import org.jspecify.annotations.Nullable;

/**
 * Options of a flow: traffic type, DSCP, rate and settings for qWAVE. Immutable and
 * serializable.
 *
 * @param trafficType the traffic type
 * @param dscp an explicit code point, or {@code null} for the one that the handle's
 * {@link MarkingProfile} assigns to the traffic type. On Windows a code point other than
 * the type's default requires membership in Administrators or Network Configuration
 * Operators; without it the flow keeps the default, and its {@link Marking} says so.
 * @param rate the limit on the sending rate, or {@code null} for no limit
 * @param qwave options that only qWAVE on Windows supports
 * @serial exclude
 */
public record QosFlowOptions(TrafficType trafficType, @Nullable Dscp dscp, @Nullable FlowRate rate,
		QwaveOptions qwave) implements Serializable {

	private static final QosFlowOptions[] BY_TYPE = Arrays.stream(TrafficType.values())
		.map((type) -> new QosFlowOptions(type, null, null, QwaveOptions.DEFAULT))
		.toArray(QosFlowOptions[]::new);

	/**
	 * Create options.
	 * @param trafficType the traffic type
	 * @param dscp an explicit code point, or {@code null}
	 * @param rate the limit on the sending rate, or {@code null}
	 * @param qwave options that only qWAVE supports
	 * @throws IllegalArgumentException if the traffic type or {@code qwave} is null, or
	 * if an explicit code point is combined with {@link QwaveOptions#adaptive}: adaptive
	 * flows always use that of the traffic type
	 */
	public QosFlowOptions {
		Assert.notNull(trafficType, "trafficType");
		if (Assert.notNull(qwave, "qwave").adaptive() && dscp != null) {
			throw new IllegalArgumentException("'dscp' must be null for an adaptive flow but was " + dscp);
		}
	}

	/**
	 * Return options for a traffic type, without explicit code point or rate.
	 * @param trafficType the traffic type
	 * @return the options
	 * @throws IllegalArgumentException if the traffic type is null
	 */
	public static QosFlowOptions of(TrafficType trafficType) {
		return BY_TYPE[Assert.notNull(trafficType, "trafficType").ordinal()];
	}

	/**
	 * Return a copy with another traffic type.
	 * @param trafficType the traffic type
	 * @return the new options
	 * @throws IllegalArgumentException if the traffic type is null
	 */
	public QosFlowOptions withTrafficType(TrafficType trafficType) {
		return new QosFlowOptions(trafficType, this.dscp, this.rate, this.qwave);
	}

	/**
	 * Return a copy with an explicit code point.
	 * @param dscp the code point, or {@code null} for that of the traffic type
	 * @return the new options
	 * @throws IllegalArgumentException if the code point is not null and these options
	 * are adaptive
	 */
	public QosFlowOptions withDscp(@Nullable Dscp dscp) {
		return new QosFlowOptions(this.trafficType, dscp, this.rate, this.qwave);
	}

	/**
	 * Return a copy with a limit on the sending rate.
	 * @param rate the rate, or {@code null} for no limit
	 * @return the new options
	 */
	public QosFlowOptions withRate(@Nullable FlowRate rate) {
		return new QosFlowOptions(this.trafficType, this.dscp, rate, this.qwave);
	}

	/**
	 * Return a copy with other options for qWAVE.
	 * @param qwave the options for qWAVE
	 * @return the new options
	 * @throws IllegalArgumentException if {@code qwave} is null, or if it is adaptive and
	 * these options have an explicit code point
	 */
	public QosFlowOptions withQwave(QwaveOptions qwave) {
		return new QosFlowOptions(this.trafficType, this.dscp, this.rate, qwave);
	}

}
