package io.github.qos4j.boot.metrics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.github.qos4j.HandleState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.ProcessMarker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.jspecify.annotations.Nullable;

/**
 * The meters of an application's handles, see {@link QosMeter}. Handles, what they do and
 * registries become known in any order; a handle has meters in each registry. Nothing is
 * measured where there is no registry. Thread-safe; no method blocks.
 */
public final class QosMeters implements MeterBinder, AutoCloseable {

	private final Supplier<List<PolicyMarker>> policyMarkers;

	private final Supplier<List<ProcessMarker>> processMarkers;

	private final int sampleSize;

	private final FlowSampler sampler;

	private final Map<String, QosHandle> handles = new LinkedHashMap<>();

	/** An observer does not refer to its handle. */
	private final Map<QosHandle, HandleObserver> observers = new WeakHashMap<>();

	private final List<MeterRegistry> registries = new ArrayList<>();

	private final List<HandleMeters> meters = new CopyOnWriteArrayList<>();

	private final List<MeterGroup> processMeters = new ArrayList<>();

	private volatile List<PolicyMarker> knownPolicyMarkers = List.of();

	private boolean closed;

	/**
	 * Create meters that no registry has yet.
	 * @param policyMarkers gives the markers that know the policies of flows; asked when
	 * a registry is bound
	 * @param processMarkers gives the markers that look through the sockets of this
	 * process; asked when a registry is bound
	 * @param sampleInterval the time between two looks at flows, or zero to never look
	 * @param sampleSize how many flows of each handle to look at each time
	 * @throws IllegalArgumentException if the interval is negative, or the size is not
	 * positive
	 */
	public QosMeters(Supplier<List<PolicyMarker>> policyMarkers, Supplier<List<ProcessMarker>> processMarkers,
			Duration sampleInterval, int sampleSize) {
		if (sampleInterval.isNegative() || sampleSize < 1) {
			throw new IllegalArgumentException(
					"'sampleInterval' must not be negative, and 'sampleSize' must be positive");
		}
		this.policyMarkers = policyMarkers;
		this.processMarkers = processMarkers;
		this.sampleSize = sampleSize;
		this.sampler = new FlowSampler(sampleInterval, this::count, this::sample);
	}

	/**
	 * Have the handle observed that a builder builds.
	 * @param builder the builder, for one handle
	 */
	public void observe(QosHandle.Builder builder) {
		HandleObserver observer = new HandleObserver(this::introduce, this.sampler::notice);
		builder.observer(observer).listener(observer);
	}

	private synchronized void introduce(QosHandle handle, HandleObserver observer) {
		this.observers.put(handle, observer);
		observer.connect(this.meters.stream().filter((each) -> each.handle() == handle).toList());
		if (this.closed) {
			observer.disconnect();
		}
	}

	/**
	 * Have meters for a handle. A handle that has been closed gives up its name to the
	 * next one; otherwise the first one that has a name keeps it.
	 * @param name the name, by which its meters are told from others
	 * @param handle the handle
	 */
	public synchronized void add(String name, QosHandle handle) {
		QosHandle known = this.handles.get(name);
		if (this.closed || known == handle || (known != null && known.state() != HandleState.CLOSED)) {
			return;
		}
		if (known != null) {
			removeMeters(known);
		}
		this.handles.put(name, handle);
		this.registries.forEach((registry) -> register(name, handle, registry));
	}

	private void removeMeters(QosHandle handle) {
		for (HandleMeters each : this.meters) {
			if (each.handle() == handle) {
				each.remove();
				this.meters.remove(each);
			}
		}
		HandleObserver observer = this.observers.remove(handle);
		if (observer != null) {
			observer.disconnect();
		}
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		// Not under the lock: this may create beans, and handles among them are added.
		List<PolicyMarker> policies = this.policyMarkers.get();
		List<ProcessMarker> processes = this.processMarkers.get();
		synchronized (this) {
			if (this.closed || this.registries.contains(registry)) {
				return;
			}
			this.registries.add(registry);
			this.knownPolicyMarkers = policies;
			this.handles.forEach((name, handle) -> register(name, handle, registry));
			processes.forEach((process) -> register(process, registry));
		}
	}

	private void register(ProcessMarker process, MeterRegistry registry) {
		MeterGroup group = new MeterGroup(registry, nameOf(process.handle()));
		this.processMeters.add(group);
		process.observe(new ProcessMeters(group));
	}

	private void register(String name, QosHandle handle, MeterRegistry registry) {
		HandleMeters added = new HandleMeters(name, handle, this::policyOf, registry, this.sampler.isOn(),
				this.sampler::wake);
		this.meters.add(added);
		HandleObserver observer = this.observers.get(handle);
		if (observer != null) {
			observer.connect(List.of(added));
		}
		// There may be flows already.
		this.sampler.wake();
	}

	private @Nullable String policyOf(QosFlow flow) {
		for (PolicyMarker marker : this.knownPolicyMarkers) {
			String policy = marker.policyOf(flow);
			if (policy != null) {
				return policy;
			}
		}
		return null;
	}

	private String nameOf(QosHandle handle) {
		return this.handles.entrySet()
			.stream()
			.filter((entry) -> entry.getValue() == handle)
			.map(Map.Entry::getKey)
			.findFirst()
			.orElseGet(handle::name);
	}

	/**
	 * Count flows, so that those of a new kind have meters before these are read.
	 */
	private void count() {
		this.meters.forEach(HandleMeters::count);
	}

	/**
	 * Look at some flows of each handle.
	 */
	private boolean sample() {
		boolean any = false;
		for (HandleMeters each : this.meters) {
			any |= each.sample(this.sampleSize);
		}
		return any;
	}

	/**
	 * Take all meters out of their registries, and measure no more. Has no effect if
	 * already closed.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		this.sampler.close();
		this.observers.values().forEach(HandleObserver::disconnect);
		this.observers.clear();
		this.meters.forEach(HandleMeters::remove);
		this.meters.clear();
		this.processMeters.forEach(MeterGroup::remove);
		this.processMeters.clear();
		this.handles.clear();
		this.registries.clear();
	}

}
