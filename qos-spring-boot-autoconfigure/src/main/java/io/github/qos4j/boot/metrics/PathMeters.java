package io.github.qos4j.boot.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.qos4j.FlowFundamentals;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;

/**
 * What is sampled of flows of one kind: the paths, and the marks.
 */
final class PathMeters {

	private final MeterGroup meters;

	private final Timer roundTrip;

	private final DistributionSummary available;

	private final Gauge mismatched;

	/**
	 * Register the meters.
	 * @param mismatched counts the flows that have a wrong mark
	 */
	PathMeters(MeterGroup meters, Supplier<Number> mismatched, Tag... tags) {
		this.meters = meters;
		this.roundTrip = meters.timer(QosMeter.FLOW_RTT, tags);
		this.available = meters.summary(QosMeter.FLOW_AVAILABLE_BANDWIDTH, tags);
		this.mismatched = meters.gauge(QosMeter.MARKINGS_MISMATCHED, mismatched, tags);
	}

	/**
	 * Return whether anybody keeps any of these meters.
	 */
	boolean isKept() {
		return this.meters.isKept(this.roundTrip) || this.meters.isKept(this.available)
				|| this.meters.isKept(this.mismatched);
	}

	void record(FlowFundamentals path) {
		path.roundTripMicros().ifPresent((micros) -> this.roundTrip.record(micros, TimeUnit.MICROSECONDS));
		path.availableBitsPerSecond().ifPresent(this.available::record);
	}

}
