package io.github.qos4j.boot.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.noop.NoopMeter;

/**
 * Registers the meters of one handle in one registry, with the names, units and
 * descriptions of {@link QosMeter}, and takes them out in the end.
 */
final class MeterGroup {

	private final MeterRegistry registry;

	private final Tags tags;

	private final Set<Meter> meters = ConcurrentHashMap.newKeySet();

	private volatile boolean removed;

	/**
	 * Create a group.
	 * @param handle the name of the handle's bean, which all its meters have as a tag
	 */
	MeterGroup(MeterRegistry registry, String handle) {
		this.registry = registry;
		this.tags = Tags.of(QosMeterTag.HANDLE.of(handle));
	}

	/**
	 * Return whether a meter is kept: filters of the registry may deny it.
	 */
	static boolean isKept(Meter meter) {
		return !(meter instanceof NoopMeter);
	}

	Gauge gauge(QosMeter meter, Supplier<Number> value, Tag... tags) {
		return add(Gauge.builder(meter.getName(), value)
			.description(meter.description())
			.baseUnit(meter.getBaseUnit())
			.tags(this.tags.and(tags))
			.register(this.registry));
	}

	Counter counter(QosMeter meter, Tag... tags) {
		return add(Counter.builder(meter.getName())
			.description(meter.description())
			.baseUnit(meter.getBaseUnit())
			.tags(this.tags.and(tags))
			.register(this.registry));
	}

	Timer timer(QosMeter meter, Tag... tags) {
		return add(Timer.builder(meter.getName())
			.description(meter.description())
			.tags(this.tags.and(tags))
			.register(this.registry));
	}

	DistributionSummary summary(QosMeter meter, Tag... tags) {
		return add(DistributionSummary.builder(meter.getName())
			.description(meter.description())
			.baseUnit(meter.getBaseUnit())
			.tags(this.tags.and(tags))
			.register(this.registry));
	}

	private <M extends Meter> M add(M meter) {
		this.meters.add(meter);
		if (this.removed) {
			// In between, or just before.
			this.registry.remove(meter);
		}
		return meter;
	}

	/**
	 * Take the meters out of the registry, and those, too, that are registered later.
	 */
	void remove() {
		this.removed = true;
		this.meters.forEach(this.registry::remove);
		this.meters.clear();
	}

}
