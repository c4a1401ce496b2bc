package io.github.qos4j.boot.endpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.properties.PolicyValues;
import org.jspecify.annotations.Nullable;

/**
 * Finds flows and describes those that are asked for. The system is asked about nothing
 * but the flows of one page, and what others there are costs no more than to look through
 * a list.
 */
final class FlowReports {

	/** The longest wait for the system's answer about a flow. */
	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	private final HandleReports handles;

	private final PolicyReports policies;

	FlowReports(HandleReports handles, PolicyReports policies) {
		this.handles = handles;
		this.policies = policies;
	}

	/**
	 * Describe a page.
	 */
	FlowPage page(FlowFilter filter, Addresses addresses) {
		Predicate<QosFlow> condition = condition(filter, addresses);
		Map<String, List<QosFlow>> matching = new LinkedHashMap<>();
		int total = 0;
		for (Map.Entry<String, QosHandle> handle : this.handles.named(filter.handle()).entrySet()) {
			List<QosFlow> flows = handle.getValue().flows();
			List<QosFlow> found = filter.isForAll() ? flows : flows.stream().filter(condition).toList();
			matching.put(handle.getKey(), found);
			total += found.size();
		}
		return new FlowPage(filter.page(), filter.size(), total, describe(matching, filter, addresses));
	}

	private Predicate<QosFlow> condition(FlowFilter filter, Addresses addresses) {
		Predicate<QosFlow> condition = filter::matches;
		if (filter.policy() != null) {
			String policy = this.policies.require(filter.policy()).name();
			condition = condition.and((flow) -> policy.equals(this.policies.nameFor(flow)));
		}
		String peer = filter.peer();
		if (peer != null) {
			if (!addresses.areShown()) {
				// Else who may not see an address could find it out.
				throw RefusedRequestException
					.invalid("Flows can be chosen by their peer only where addresses are shown:"
							+ " set 'management.endpoint.qos.show-values'.");
			}
			condition = condition.and((flow) -> {
				String remote = addresses.remote(flow.socket());
				return remote != null && remote.contains(peer);
			});
		}
		return condition;
	}

	/**
	 * Go through the flows of all handles at once, from the newest on, and describe those
	 * of the page.
	 * @param matching for each handle its flows, oldest first
	 */
	private List<FlowDescriptor> describe(Map<String, List<QosFlow>> matching, FlowFilter filter, Addresses addresses) {
		List<Newest> newest = new ArrayList<>();
		matching.forEach((handle, flows) -> newest.add(new Newest(handle, flows)));
		List<FlowDescriptor> described = new ArrayList<>();
		long first = (long) filter.page() * filter.size();
		for (long i = 0; described.size() < filter.size(); i++) {
			Newest next = null;
			for (Newest candidate : newest) {
				if (candidate.hasMore() && (next == null || candidate.peek().id() > next.peek().id())) {
					next = candidate;
				}
			}
			if (next == null) {
				break;
			}
			QosFlow flow = next.take();
			if (i >= first) {
				described.add(describe(next.handle, flow, addresses, null));
			}
		}
		return described;
	}

	/**
	 * Describe a flow with its path. Waits for the system's answer.
	 */
	FlowDescriptor one(String id, Addresses addresses) {
		Found found = find(id);
		return describe(found.handle(), found.flow(), addresses, path(found.flow()));
	}

	/**
	 * Change the traffic type of a flow, and describe it. Waits until it is in force.
	 */
	FlowDescriptor change(String id, @Nullable String trafficType, Addresses addresses) {
		Found found = find(id);
		if (trafficType == null) {
			throw RefusedRequestException.invalid("Give the new 'trafficType'.");
		}
		TrafficType type = Values.convert(trafficType, (text) -> PolicyValues.trafficType(text, "dscp"));
		QosFlow flow = found.flow();
		try {
			await(flow.setOptions(flow.options().withTrafficType(type)));
		}
		catch (QosException ex) {
			throw RefusedRequestException.conflict(String.valueOf(addresses.hideIn(ex.getMessage(), ex)));
		}
		return one(id, addresses);
	}

	private FlowDescriptor describe(String handle, QosFlow flow, Addresses addresses, @Nullable PathDescriptor path) {
		return FlowDescriptor.of(flow, handle, this.policies.nameFor(flow), addresses, path);
	}

	private Found find(String id) {
		long number;
		try {
			number = Long.parseLong(id);
		}
		catch (NumberFormatException ex) {
			throw RefusedRequestException.invalid("The id of a flow must be a number but was '" + id + "'.");
		}
		for (Map.Entry<String, QosHandle> handle : this.handles.named(null).entrySet()) {
			for (QosFlow flow : handle.getValue().flows()) {
				if (flow.id() == number) {
					return new Found(handle.getKey(), flow);
				}
			}
		}
		throw RefusedRequestException.unknown("There is no open flow with the id " + id + ".");
	}

	private static PathDescriptor path(QosFlow flow) {
		try {
			FlowFundamentals figures = await(flow.fundamentals());
			return (figures != null) ? PathDescriptor.of(figures) : PathDescriptor.UNKNOWN;
		}
		catch (QosException ex) {
			// The flow is not active, or the system does not tell.
			return PathDescriptor.UNKNOWN;
		}
	}

	/**
	 * Return what a stage brings, or {@code null} if it takes too long.
	 */
	private static <T> @Nullable T await(CompletionStage<T> stage) {
		try {
			return stage.toCompletableFuture().get(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (TimeoutException ex) {
			return null;
		}
		catch (ExecutionException ex) {
			throw QosException.of((ex.getCause() != null) ? ex.getCause() : ex);
		}
	}

	/**
	 * A flow.
	 *
	 * @param handle the name of its handle's bean
	 * @param flow the flow
	 */
	private record Found(String handle, QosFlow flow) {

	}

	/**
	 * The flows of a handle, from the newest on.
	 */
	private static final class Newest {

		private final String handle;

		private final List<QosFlow> flows;

		private int left;

		Newest(String handle, List<QosFlow> flows) {
			this.handle = handle;
			this.flows = flows;
			this.left = flows.size();
		}

		boolean hasMore() {
			return this.left > 0;
		}

		QosFlow peek() {
			return this.flows.get(this.left - 1);
		}

		QosFlow take() {
			return this.flows.get(--this.left);
		}

	}

}
