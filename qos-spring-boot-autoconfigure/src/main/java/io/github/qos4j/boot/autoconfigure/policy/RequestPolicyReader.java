package io.github.qos4j.boot.autoconfigure.policy;

import io.github.qos4j.boot.policy.InvalidPathException;
import io.github.qos4j.boot.policy.RequestPolicies;

/**
 * Reads the policies of requests from properties. Apart from {@link PolicyReader} because
 * it needs Spring's web library.
 */
final class RequestPolicyReader {

	private RequestPolicyReader() {
	}

	static RequestPolicies read(PolicyReader reader) {
		try {
			return RequestPolicies.of(reader.paths(), reader.connectionsOfPaths());
		}
		catch (InvalidPathException ex) {
			PropertyNames names = reader.names();
			throw names.invalid(names.entry(ex.policy(), "path", ex.index()), ex.getMessage() + ".");
		}
	}

}
