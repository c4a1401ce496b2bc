package io.github.qos4j.boot.metrics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.TrafficType;

/**
 * How many open flows of each kind there were, counted in one pass through them.
 *
 * @param flows the number of flows of each kind and state
 * @param mismatched the number of active flows of each kind with a wrong mark
 * @param mismatchedIds the numbers of these flows
 * @param taken when the pass had ended, as {@link System#nanoTime()}
 */
record FlowCensus(Map<Row, Integer> flows, Map<Kind, Integer> mismatched, Set<Long> mismatchedIds, long taken) {

	/**
	 * Count flows.
	 * @param flows the flows
	 * @param kinds tells of what kind a flow is
	 * @param suspects the numbers of flows that were seen with a wrong mark
	 */
	static FlowCensus of(List<QosFlow> flows, Function<QosFlow, Kind> kinds, Set<Long> suspects) {
		Map<Row, Integer> counts = new HashMap<>();
		Map<Kind, Integer> mismatched = new HashMap<>();
		Set<Long> ids = new HashSet<>();
		for (QosFlow flow : flows) {
			FlowState state = flow.state();
			if (state == FlowState.CLOSED) {
				continue;
			}
			Kind kind = kinds.apply(flow);
			counts.merge(new Row(kind, state), 1, Integer::sum);
			if (state == FlowState.ACTIVE && suspects.contains(flow.id())) {
				mismatched.merge(kind, 1, Integer::sum);
				ids.add(flow.id());
			}
		}
		return new FlowCensus(counts, mismatched, ids, System.nanoTime());
	}

	int flows(Row row) {
		return this.flows.getOrDefault(row, 0);
	}

	int mismatched(Kind kind) {
		return this.mismatched.getOrDefault(kind, 0);
	}

	/**
	 * What decides to which meters a flow counts.
	 *
	 * @param trafficType the traffic type that was asked for
	 * @param policy the name of the policy that the flow follows, or {@code none}
	 */
	record Kind(TrafficType trafficType, String policy) {

	}

	/**
	 * Flows of a kind in a state.
	 *
	 * @param kind the kind
	 * @param state the state
	 */
	record Row(Kind kind, FlowState state) {

	}

}
