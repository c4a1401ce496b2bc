package io.github.qos4j.internal.handle;

import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlowOptions;

/**
 * Which code point options come to.
 *
 * @param profile which DSCP each traffic type gets
 */
record CodePoints(MarkingProfile profile) {

	Dscp of(QosFlowOptions options) {
		Dscp own = options.dscp();
		return (own != null) ? own : this.profile.dscp(options.trafficType());
	}

}
