package io.github.qos4j.boot.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.noop.NoopMeter;
import org.jspecify.annotations.Nullable;

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

	/**
	 * Return whether anybody keeps a timer: filters may deny it, those of the registry
	 * or, if that is a composite one, those of all its parts.
	 */
	boolean isKept(Timer timer) {
		return isKept(timer, (part, id) -> part.timer(id.getName(), id.getTags()));
	}

	/**
	 * Return whether anybody keeps a summary.
	 */
	boolean isKept(DistributionSummary summary) {
		return isKept(summary, (part, id) -> part.summary(id.getName(), id.getTags()));
	}

	/**
	 * Return whether anybody keeps a gauge, by the name that it has here.
	 */
	boolean isKept(Gauge gauge) {
		// Not registered again: for gauges, registries warn of that.
		return isKept(gauge, (part, id) -> part.find(id.getName()).tags(id.getTags()).gauge());
	}

	/**
	 * Return whether anybody keeps a meter.
	 * @param found finds it in a part of a composite registry. There is no way to ask but
	 * to register it again, or to look for its name
	 */
	private boolean isKept(Meter meter, BiFunction<MeterRegistry, Meter.Id, @Nullable Meter> found) {
		return !this.removed && isAccepted(meter) && (!(this.registry instanceof CompositeMeterRegistry composite)
				|| parts(composite).anyMatch((part) -> isAccepted(found.apply(part, meter.getId()))));
	}

	private static boolean isAccepted(@Nullable Meter meter) {
		return meter != null && !(meter instanceof NoopMeter);
	}

	private static Stream<MeterRegistry> parts(CompositeMeterRegistry composite) {
		return composite.getRegistries()
			.stream()
			.flatMap((part) -> (part instanceof CompositeMeterRegistry nested) ? parts(nested) : Stream.of(part));
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
