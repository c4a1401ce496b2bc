package io.github.qos4j.boot.endpoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.endpoint.RequestCriteria.Requests;
import io.github.qos4j.boot.properties.Names;
import io.github.qos4j.boot.properties.PolicyValues;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Describes the policies of all markers with the flows that follow them, and changes
 * them. Where several markers have policies of one name, those that are alike are one,
 * and all are changed together.
 */
final class PolicyReports {

	/** Takes a setting away, where leaving it out leaves it as it is. */
	private static final String NONE = "none";

	private static final FlowCounts NO_FLOWS = new FlowCounts(0, 0, 0);

	private final List<PolicyMarker> markers;

	private final RequestCriteria requests;

	PolicyReports(List<PolicyMarker> markers, RequestCriteria requests) {
		this.markers = List.copyOf(markers);
		this.requests = requests;
	}

	/**
	 * Return the name of the policy that a flow follows, or {@code null} if it follows
	 * none.
	 */
	@Nullable String nameFor(QosFlow flow) {
		for (PolicyMarker marker : this.markers) {
			String policy = marker.policyOf(flow);
			if (policy != null) {
				return policy;
			}
		}
		return null;
	}

	/**
	 * Return the first policy of a name.
	 */
	QosPolicy require(String name) {
		if (this.markers.isEmpty()) {
			throw RefusedRequestException.unknown("There are no policies here.");
		}
		return this.markers.stream()
			.flatMap((marker) -> marker.policies().named(name).stream())
			.findFirst()
			.orElseThrow(() -> RefusedRequestException
				.unknown("Policy must be one of " + String.join(", ", names()) + " but was '" + name + "'."));
	}

	private Set<String> names() {
		return this.markers.stream()
			.flatMap((marker) -> marker.policies().all().stream())
			.map(QosPolicy::name)
			.collect(Collectors.toCollection(LinkedHashSet::new));
	}

	List<PolicyDescriptor> all(Addresses addresses) {
		Map<PolicyDescriptor, FlowCounts> policies = new LinkedHashMap<>();
		for (PolicyMarker marker : this.markers) {
			Map<String, int[]> flows = countFlows(marker);
			for (QosPolicy policy : marker.policies().all()) {
				policies.merge(describe(policy, marker, addresses), counts(flows, policy), PolicyReports::sum);
			}
		}
		return policies.entrySet().stream().map((policy) -> policy.getKey().with(policy.getValue())).toList();
	}

	/**
	 * Describe the policy of a name: of several the first one that somebody has defined.
	 */
	PolicyDescriptor one(String name, Addresses addresses) {
		String key = QosPolicy.key(require(name).name());
		return all(addresses).stream()
			.filter((policy) -> QosPolicy.key(policy.name()).equals(key))
			.min(Comparator.comparing(PolicyDescriptor::builtIn))
			// They have just changed.
			.orElseThrow(() -> RefusedRequestException.unknown("There is no policy '" + name + "' any longer."));
	}

	/**
	 * Change what is given of a policy, until the application ends or its properties
	 * change.
	 */
	synchronized PolicyDescriptor change(String name, @Nullable String trafficType, @Nullable String dscp,
			@Nullable String rate, Addresses addresses) {
		require(name);
		if (trafficType == null && dscp == null && rate == null) {
			throw RefusedRequestException.invalid("Give at least one of 'trafficType', 'dscp', 'rate'.");
		}
		Map<PolicyMarker, QosPolicies> changed = new LinkedHashMap<>();
		for (PolicyMarker marker : this.markers) {
			QosPolicies current = marker.policies();
			current.named(name)
				.ifPresent((policy) -> changed.put(marker,
						replace(current, policy, change(policy.options(), trafficType, dscp, rate))));
		}
		// Once none has refused it.
		changed.forEach(PolicyMarker::setPolicies);
		return one(name, addresses);
	}

	private static QosFlowOptions change(QosFlowOptions given, @Nullable String trafficType, @Nullable String dscp,
			@Nullable String rate) {
		QosFlowOptions options = change(given, trafficType,
				(current, text) -> current.withTrafficType(PolicyValues.trafficType(text, "dscp")));
		options = change(options, dscp,
				(current, text) -> current.withDscp(isNone(text) ? null : PolicyValues.dscp(text, "trafficType")));
		return change(options, rate, (current, text) -> current.withRate(isNone(text) ? null : FlowRate.parse(text)));
	}

	private static QosPolicies replace(QosPolicies current, QosPolicy policy, QosFlowOptions options) {
		List<QosPolicy> given = new ArrayList<>();
		for (QosPolicy other : current.all()) {
			if (other == policy) {
				given.add(new QosPolicy(policy.name(), options, policy.match()));
			}
			else if (!isOfTrafficType(other)) {
				given.add(other);
			}
		}
		return QosPolicies.of(given);
	}

	/**
	 * Change options, which may refuse a value that is right by itself.
	 */
	private static QosFlowOptions change(QosFlowOptions options, @Nullable String text,
			BiFunction<QosFlowOptions, String, QosFlowOptions> change) {
		return (text != null) ? Values.convert(text, (value) -> change.apply(options, value)) : options;
	}

	private static boolean isNone(String text) {
		return text.strip().equalsIgnoreCase(NONE);
	}

	/**
	 * Return the code point of a policy, with the profile of the handle that it is used
	 * with.
	 */
	private static Dscp dscp(QosFlowOptions options, QosHandle handle) {
		Dscp own = options.dscp();
		if (own != null) {
			return own;
		}
		MarkingProfile profile = handle.markingProfile();
		// A mock tells none.
		return ((profile != null) ? profile : MarkingProfile.QWAVE).dscp(options.trafficType());
	}

	private static Map<String, int[]> countFlows(PolicyMarker marker) {
		Map<String, int[]> counts = new HashMap<>();
		for (QosFlow flow : marker.handle().flows()) {
			String policy = marker.policyOf(flow);
			if (policy != null) {
				counts.computeIfAbsent(policy, (name) -> new int[FlowState.values().length])[flow.state().ordinal()]++;
			}
		}
		return counts;
	}

	private static FlowCounts counts(Map<String, int[]> flows, QosPolicy policy) {
		int[] counts = flows.get(policy.name());
		return (counts == null) ? NO_FLOWS : new FlowCounts(counts[FlowState.ACTIVE.ordinal()],
				counts[FlowState.PENDING.ordinal()], counts[FlowState.FAILED.ordinal()]);
	}

	private static FlowCounts sum(FlowCounts some, FlowCounts others) {
		return new FlowCounts(some.active() + others.active(), some.pending() + others.pending(),
				some.failed() + others.failed());
	}

	/**
	 * Describe a policy without its flows.
	 */
	private PolicyDescriptor describe(QosPolicy policy, PolicyMarker marker, Addresses addresses) {
		QosFlowOptions options = policy.options();
		FlowRate rate = options.rate();
		Requests criteria = this.requests.of(policy.name());
		return new PolicyDescriptor(policy.name(), Names.of(options.trafficType()),
				CodePoint.of(dscp(options, marker.handle())), (rate != null) ? rate.bitsPerSecond() : null,
				words(policy.match(), criteria, addresses), isOfTrafficType(policy) && criteria == null, NO_FLOWS);
	}

	/**
	 * Return whether a policy is the one that its traffic type has anyway.
	 */
	private static boolean isOfTrafficType(QosPolicy policy) {
		return policy.equals(QosPolicy.of(policy.options().trafficType()));
	}

	private static @Nullable String words(@Nullable PolicyMatch connections, @Nullable Requests requests,
			Addresses addresses) {
		List<String> words = new ArrayList<>();
		PolicyMatch match = (requests != null) ? requests.connections() : connections;
		if (requests != null) {
			add(words, "path", requests.paths(), Function.identity());
		}
		if (match != null) {
			add(words, "remote address", match.remoteAddresses(), (address) -> addresses.ofPolicy(address.toString()));
			add(words, "remote port", match.remotePorts(), Object::toString);
			add(words, "local port", match.localPorts(), Object::toString);
			if (match.protocol() != null) {
				words.add("protocol " + match.protocol().name().toLowerCase(Locale.ROOT));
			}
		}
		return words.isEmpty() ? null : String.join("; ", words);
	}

	private static <T> void add(List<String> words, String criterion, List<T> entries, Function<T, String> text) {
		if (!entries.isEmpty()) {
			words.add(criterion + " " + entries.stream().map(text).distinct().collect(Collectors.joining(", ")));
		}
	}

}
