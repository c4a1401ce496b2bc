package io.github.qos4j.boot.metrics;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import io.github.qos4j.FlowState;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.properties.Names;
import io.micrometer.core.instrument.Tag;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a handle's flows. Flows are counted when a meter is read, in one pass for
 * all meters that are read together. What the system has to be asked for each flow is
 * sampled instead. A kind of flows gets its meters when it is first counted: registries
 * may not look for new meters while they are read.
 */
final class FlowMeters {

	/** For how long a count holds: longer than it takes to read all meters once. */
	private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private static final FlowState[] STATES = { FlowState.ACTIVE, FlowState.PENDING, FlowState.FAILED };

	private static final Log logger = LogFactory.getLog(FlowMeters.class);

	private final QosHandle handle;

	private final Function<QosFlow, @Nullable String> policies;

	private final MeterGroup meters;

	private final boolean sampled;

	private final Runnable found;

	private final Map<FlowCensus.Kind, PathMeters> paths = new HashMap<>();

	/** The kinds whose numbers have meters, for the backend in use. */
	private final Set<FlowCensus.Kind> counted = new HashSet<>();

	/** The numbers of flows that had a wrong mark when they were last looked at. */
	private final Set<Long> mismatched = new HashSet<>();

	private String backend;

	private @Nullable FlowCensus census;

	/** The number of the flow that was looked at last. */
	private long lastSampled;

	/**
	 * Create meters.
	 * @param policies tells the name of the policy that a flow follows, or {@code null}
	 * @param backend the name of the backend
	 * @param sampled whether flows are going to be sampled
	 * @param found is run after each count that finds flows, and must be fast
	 */
	FlowMeters(QosHandle handle, Function<QosFlow, @Nullable String> policies, MeterGroup meters, String backend,
			boolean sampled, Runnable found) {
		this.handle = handle;
		this.policies = policies;
		this.meters = meters;
		this.backend = backend;
		this.sampled = sampled;
		this.found = found;
	}

	/**
	 * Note which backend is in use. Meters that have another one are zero from now on.
	 */
	synchronized void backend(String backend) {
		if (!backend.equals(this.backend)) {
			this.backend = backend;
			this.counted.clear();
			this.census = null;
		}
	}

	/**
	 * Count the flows, unless that was done just now, and register meters for those of a
	 * new kind.
	 */
	synchronized FlowCensus count() {
		FlowCensus known = this.census;
		if (known != null && System.nanoTime() - known.taken() < FRESH_NANOS) {
			return known;
		}
		FlowCensus counted = FlowCensus.of(this.handle.flows(), this::kindOf, this.mismatched);
		this.census = counted;
		this.mismatched.retainAll(counted.mismatchedIds());
		counted.flows().keySet().forEach((row) -> register(row.kind()));
		if (!counted.flows().isEmpty()) {
			// Nobody else tells of the flows of a handle that is not observed.
			this.found.run();
		}
		return counted;
	}

	private FlowCensus.Kind kindOf(QosFlow flow) {
		String policy = this.policies.apply(flow);
		return new FlowCensus.Kind(flow.options().trafficType(), (policy != null) ? policy : "none");
	}

	private void register(FlowCensus.Kind kind) {
		Tag[] tags = { QosMeterTag.TRAFFIC_TYPE.of(Names.of(kind.trafficType())),
				QosMeterTag.POLICY.of(kind.policy()) };
		if (this.counted.add(kind)) {
			for (FlowState state : STATES) {
				registerCount(new FlowCensus.Row(kind, state), this.backend, tags);
			}
		}
		if (this.sampled && !this.paths.containsKey(kind)) {
			this.paths.put(kind, new PathMeters(this.meters, () -> count().mismatched(kind), tags));
		}
	}

	private void registerCount(FlowCensus.Row row, String backend, Tag[] tags) {
		this.meters.gauge(QosMeter.FLOWS, () -> isBackend(backend) ? count().flows(row) : 0, tags[0], tags[1],
				QosMeterTag.BACKEND.of(backend), QosMeterTag.STATE.of(row.state().name()));
	}

	private synchronized boolean isBackend(String backend) {
		return backend.equals(this.backend);
	}

	/**
	 * Look at some flows: with each call at those that come next, and at the first again
	 * after the last. Those whose meters nobody keeps are left alone. Never waits. Called
	 * by one thread.
	 * @param most how many to look at
	 * @return whether there are any flows to look at
	 */
	boolean sample(int most) {
		List<QosFlow> flows = this.handle.flows();
		// Asked anew each time: a composite registry may have other parts than before.
		Map<PathMeters, Boolean> kept = new HashMap<>();
		Set<Long> right = new HashSet<>();
		Set<Long> wrong = new HashSet<>();
		for (QosFlow flow : next(flows, most)) {
			try {
				PathMeters path = path(kindOf(flow));
				if (kept.computeIfAbsent(path, PathMeters::isKept) && flow.state() == FlowState.ACTIVE) {
					Marking marking = flow.marking();
					boolean differs = marking.applied() != null && !marking.isApplied();
					(differs ? wrong : right).add(flow.id());
					measure(flow, path);
				}
			}
			catch (RuntimeException ex) {
				logger.debug("A flow cannot be sampled", ex);
			}
		}
		synchronized (this) {
			this.mismatched.removeAll(right);
			this.mismatched.addAll(wrong);
			if (!wrong.isEmpty() || !right.isEmpty()) {
				this.census = null;
			}
			return !flows.isEmpty() && this.paths.values().stream().anyMatch(PathMeters::isKept);
		}
	}

	private static void measure(QosFlow flow, PathMeters path) {
		flow.fundamentals().whenComplete((measured, failure) -> {
			// Not measured is no error: the flow may be closed, or of a kind without
			// figures.
			if (measured != null) {
				path.record(measured);
			}
		});
	}

	private synchronized PathMeters path(FlowCensus.Kind kind) {
		register(kind);
		PathMeters path = this.paths.get(kind);
		if (path == null) {
			throw new IllegalStateException("Flows are not sampled");
		}
		return path;
	}

	private List<QosFlow> next(List<QosFlow> flows, int most) {
		int size = flows.size();
		if (size <= most) {
			return flows;
		}
		int first = 0;
		while (first < size && flows.get(first).id() <= this.lastSampled) {
			first++;
		}
		List<QosFlow> next = new ArrayList<>(most);
		for (int i = 0; i < most; i++) {
			next.add(flows.get((first + i) % size));
		}
		this.lastSampled = next.get(most - 1).id();
		return next;
	}

}
