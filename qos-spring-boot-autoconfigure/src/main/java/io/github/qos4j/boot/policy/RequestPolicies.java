package io.github.qos4j.boot.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Knows the policies of requests by their paths, within the application: without its
 * context path. Of several patterns that match, the most specific one decides, in the
 * order that Spring has for the mappings of requests; a policy that has criteria for
 * connections as well is only for requests on those.
 * <p>
 * Thread-safe; nothing blocks.
 */
public final class RequestPolicies {

	private static final Comparator<Entry> ORDER = Comparator.comparing(Entry::pattern);

	private volatile List<Entry> entries;

	private RequestPolicies(List<Entry> entries) {
		this.entries = entries;
	}

	/**
	 * Create policies without criteria for connections.
	 * @param paths the path patterns of each policy, by its name
	 * @return the policies
	 * @throws InvalidPathException if a path is no pattern, or if two policies have the
	 * same one
	 */
	public static RequestPolicies of(Map<String, List<String>> paths) {
		return of(paths, Map.of());
	}

	/**
	 * Create policies.
	 * @param paths the path patterns of each policy, by its name
	 * @param connections the connections of the policies that are only for some, by name.
	 * Hosts are compared by name, which a peer that has connected to this machine does
	 * not have.
	 * @return the policies
	 * @throws InvalidPathException if a path is no pattern, or if two policies have the
	 * same one
	 */
	public static RequestPolicies of(Map<String, List<String>> paths, Map<String, PolicyMatch> connections) {
		List<Entry> entries = new ArrayList<>();
		Map<String, String> owners = new HashMap<>();
		paths.forEach((policy, patterns) -> {
			QosPolicies criteria = criteria(policy, connections.get(policy));
			for (int i = 0; i < patterns.size(); i++) {
				PathPattern pattern = parse(patterns.get(i), policy, i);
				String owner = owners.putIfAbsent(withoutNames(pattern), policy);
				if (owner != null && !owner.equals(policy)) {
					throw new InvalidPathException("Path '" + pattern + "' is that of the policies '" + owner
							+ "' and '" + policy + "': one of them must be another", policy, i);
				}
				entries.add(new Entry(pattern, policy, criteria));
			}
		});
		entries.sort(ORDER);
		return new RequestPolicies(List.copyOf(entries));
	}

	private static @Nullable QosPolicies criteria(String policy, @Nullable PolicyMatch match) {
		return (match != null)
				? QosPolicies.of(List.of(new QosPolicy(policy, QosFlowOptions.of(TrafficType.BEST_EFFORT), match)))
				: null;
	}

	private static PathPattern parse(String pattern, String policy, int index) {
		if (!pattern.startsWith("/")) {
			throw new InvalidPathException("Path must begin with / but was '" + pattern + "'", policy, index);
		}
		try {
			return PathPatternParser.defaultInstance.parse(pattern);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidPathException("Path must be a pattern such as /api/** or /calls/{id} but was '" + pattern
					+ "': " + ex.getMessage(), policy, index);
		}
	}

	/**
	 * Return a pattern without the names of its variables, which change nothing.
	 */
	private static String withoutNames(PathPattern pattern) {
		return pattern.getPatternString().replaceAll("\\{(\\*?)\\w+", "{$1");
	}

	/**
	 * Use what others have from now on.
	 * @param others the other policies
	 */
	public void changeTo(RequestPolicies others) {
		this.entries = others.entries;
	}

	/**
	 * Return whether there are none at this time.
	 * @return {@code true} if no request has a policy by its path
	 */
	public boolean isEmpty() {
		return this.entries.isEmpty();
	}

	/**
	 * Return the paths of a policy.
	 * @param policy the name of the policy
	 * @return the patterns, the most specific one first; empty if it has none
	 */
	public List<String> pathsOf(String policy) {
		return this.entries.stream()
			.filter((entry) -> entry.policy().equals(policy))
			.map((entry) -> entry.pattern().getPatternString())
			.toList();
	}

	/**
	 * Return the connections that the requests of a policy have to arrive on.
	 * @param policy the name of the policy
	 * @return the connections, or {@code null} for any
	 */
	public @Nullable PolicyMatch connectionsOf(String policy) {
		return this.entries.stream()
			.filter((entry) -> entry.policy().equals(policy))
			.map(Entry::criteria)
			.filter((criteria) -> criteria != null)
			.findFirst()
			.map((criteria) -> criteria.require(policy).match())
			.orElse(null);
	}

	/**
	 * Return the policy of a request, whatever its connection is.
	 * @param path the path of the request, as it was sent
	 * @return the name of the policy, or {@code null} if there is none, or if those that
	 * match are only for some connections
	 */
	public @Nullable String policyFor(String path) {
		return isEmpty() ? null : find(PathContainer.parsePath(path), null);
	}

	/**
	 * Return the policy of a request.
	 * @param path the path of the request
	 * @param connection the ends of its connection; asked for only if that decides
	 * @return the name of the policy, or {@code null} if there is none
	 */
	public @Nullable String policyFor(PathContainer path, Supplier<Endpoints> connection) {
		return find(path, connection);
	}

	private @Nullable String find(PathContainer path, @Nullable Supplier<Endpoints> connection) {
		for (Entry entry : this.entries) {
			if (entry.pattern().matches(path) && entry.isFor(connection)) {
				return entry.policy();
			}
		}
		return null;
	}

	/**
	 * A path of a policy.
	 *
	 * @param pattern the path
	 * @param policy the policy's name
	 * @param criteria the policy's criteria for connections, or {@code null} for any
	 */
	private record Entry(PathPattern pattern, String policy, @Nullable QosPolicies criteria) {

		boolean isFor(@Nullable Supplier<Endpoints> connection) {
			return this.criteria == null || connection != null && this.criteria.match(connection.get()).isPresent();
		}

	}

}
