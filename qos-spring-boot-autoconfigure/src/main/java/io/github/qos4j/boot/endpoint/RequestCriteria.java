package io.github.qos4j.boot.endpoint;

import java.util.List;

import io.github.qos4j.policy.PolicyMatch;
import org.jspecify.annotations.Nullable;

/**
 * Tells which requests a policy is for. Apart from what knows it because that needs
 * Spring's web library.
 */
@FunctionalInterface
public interface RequestCriteria {

	/**
	 * No policy is for requests.
	 */
	RequestCriteria NONE = (policy) -> null;

	/**
	 * Return the requests of a policy.
	 * @param policy the name of the policy
	 * @return the requests, or {@code null} if it is not for requests
	 */
	@Nullable Requests of(String policy);

	/**
	 * Requests.
	 *
	 * @param paths the patterns of their paths
	 * @param connections the connections on which they arrive, or {@code null} for any
	 */
	record Requests(List<String> paths, @Nullable PolicyMatch connections) {

	}

}
