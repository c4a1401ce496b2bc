package io.github.qos4j.boot.endpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import io.github.qos4j.boot.endpoint.RequestCriteria.Requests;
import io.github.qos4j.boot.properties.Names;
import io.github.qos4j.boot.properties.PolicyValues;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Describes policies with the flows that follow them, and changes them.
 */
final class PolicyReports {

	/** Takes a setting away, where leaving it out leaves it as it is. */
	private static final String NONE = "none";

	private final @Nullable PolicyMarker marker;

	private final RequestCriteria requests;

	PolicyReports(@Nullable PolicyMarker marker, RequestCriteria requests) {
		this.marker = marker;
		this.requests = requests;
	}

	/**
	 * Return the name of the policy that a flow follows, or {@code null} if it follows
	 * none.
	 */
	@Nullable String nameFor(QosFlow flow) {
		return (this.marker != null) ? this.marker.policyOf(flow) : null;
	}

	/**
	 * Return the policy of a name.
	 */
	QosPolicy require(String name) {
		return require(policies(), name);
	}

	private static QosPolicy require(QosPolicies policies, String name) {
		return policies.named(name)
			.orElseThrow(() -> RefusedRequestException.unknown("Policy must be one of "
					+ policies.all().stream().map(QosPolicy::name).collect(Collectors.joining(", ")) + " but was '"
					+ name + "'."));
	}

	private QosPolicies policies() {
		if (this.marker == null) {
			throw RefusedRequestException.unknown("There are no policies here.");
		}
		return this.marker.policies();
	}

	List<PolicyDescriptor> all(Addresses addresses) {
		if (this.marker == null) {
			return List.of();
		}
		Map<String, int[]> flows = countFlows();
		return policies().all().stream().map((policy) -> describe(policy, flows, addresses)).toList();
	}

	PolicyDescriptor one(String name, Addresses addresses) {
		return describe(require(name), countFlows(), addresses);
	}

	/**
	 * Change what is given of a policy, until the application ends or its properties
	 * change.
	 */
	synchronized PolicyDescriptor change(String name, @Nullable String trafficType, @Nullable String dscp,
			@Nullable String rate, Addresses addresses) {
		QosPolicies current = policies();
		QosPolicy policy = require(current, name);
		if (trafficType == null && dscp == null && rate == null) {
			throw RefusedRequestException.invalid("Give at least one of 'trafficType', 'dscp', 'rate'.");
		}
		QosFlowOptions options = change(policy.options(), trafficType,
				(given, text) -> given.withTrafficType(PolicyValues.trafficType(text, "dscp")));
		options = change(options, dscp,
				(given, text) -> given.withDscp(isNone(text) ? null : PolicyValues.dscp(text, "trafficType")));
		options = change(options, rate, (given, text) -> given.withRate(isNone(text) ? null : FlowRate.parse(text)));
		QosPolicy changed = new QosPolicy(policy.name(), options, policy.match());
		List<QosPolicy> given = new ArrayList<>();
		for (QosPolicy other : current.all()) {
			if (other == policy) {
				given.add(changed);
			}
			else if (!isOfTrafficType(other)) {
				given.add(other);
			}
		}
		if (this.marker != null) {
			this.marker.setPolicies(QosPolicies.of(given));
		}
		return one(changed.name(), addresses);
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
	private Dscp dscp(QosFlowOptions options) {
		Dscp own = options.dscp();
		if (own != null) {
			return own;
		}
		MarkingProfile profile = (this.marker != null) ? this.marker.handle().markingProfile() : null;
		// A mock tells none.
		return ((profile != null) ? profile : MarkingProfile.QWAVE).dscp(options.trafficType());
	}

	private Map<String, int[]> countFlows() {
		Map<String, int[]> counts = new HashMap<>();
		if (this.marker != null) {
			for (QosFlow flow : this.marker.handle().flows()) {
				String policy = this.marker.policyOf(flow);
				if (policy != null) {
					counts.computeIfAbsent(policy, (name) -> new int[FlowState.values().length])[flow.state()
						.ordinal()]++;
				}
			}
		}
		return counts;
	}

	private PolicyDescriptor describe(QosPolicy policy, Map<String, int[]> flows, Addresses addresses) {
		QosFlowOptions options = policy.options();
		FlowRate rate = options.rate();
		Requests criteria = this.requests.of(policy.name());
		int[] counts = flows.getOrDefault(policy.name(), new int[FlowState.values().length]);
		return new PolicyDescriptor(policy.name(), Names.of(options.trafficType()), CodePoint.of(dscp(options)),
				(rate != null) ? rate.bitsPerSecond() : null, words(policy.match(), criteria, addresses),
				isOfTrafficType(policy) && criteria == null, new FlowCounts(counts[FlowState.ACTIVE.ordinal()],
						counts[FlowState.PENDING.ordinal()], counts[FlowState.FAILED.ordinal()]));
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
