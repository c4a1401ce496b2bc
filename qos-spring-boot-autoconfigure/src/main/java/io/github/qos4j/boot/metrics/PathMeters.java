package io.github.qos4j.boot.metrics;

import java.util.concurrent.TimeUnit;

import io.github.qos4j.FlowFundamentals;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;

/**
 * What is measured on the paths of flows of one kind.
 */
final class PathMeters {

	private final Timer roundTrip;

	private final DistributionSummary available;

	PathMeters(MeterGroup meters, Tag... tags) {
		this.roundTrip = meters.timer(QosMeter.FLOW_RTT, tags);
		this.available = meters.summary(QosMeter.FLOW_AVAILABLE_BANDWIDTH, tags);
	}

	void record(FlowFundamentals path) {
		path.roundTripMicros().ifPresent((micros) -> this.roundTrip.record(micros, TimeUnit.MICROSECONDS));
		path.availableBitsPerSecond().ifPresent(this.available::record);
	}

}
