package io.github.qos4j.boot.policy;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.TransportProtocol;
import org.junit.jupiter.api.Test;

import org.springframework.http.server.PathContainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RequestPolicies}.
 */
class RequestPoliciesTests {

	@Test
	void mostSpecificPatternDecides() {
		RequestPolicies policies = RequestPolicies.of(Map.of("all", List.of("/**"), "api", List.of("/api/**"), "call",
				List.of("/api/calls/{id}"), "first", List.of("/api/calls/1", "/first")));
		assertThat(policies.policyFor("/")).isEqualTo("all");
		assertThat(policies.policyFor("/api/a/b")).isEqualTo("api");
		assertThat(policies.policyFor("/api/calls/2")).isEqualTo("call");
		assertThat(policies.policyFor("/api/calls/1")).isEqualTo("first");
		assertThat(policies.policyFor("/first")).isEqualTo("first");
	}

	@Test
	void withoutPatternThereIsNoPolicy() {
		assertThat(RequestPolicies.of(Map.of()).policyFor("/")).isNull();
		assertThat(RequestPolicies.of(Map.of()).isEmpty()).isTrue();
		assertThat(RequestPolicies.of(Map.of("a", List.of("/a"))).policyFor("/b")).isNull();
	}

	@Test
	void samePatternIsRefusedWhateverItsVariablesAreCalled() {
		assertThatExceptionOfType(InvalidPathException.class)
			.isThrownBy(() -> RequestPolicies.of(Map.of("a", List.of("/x/{one}"), "b", List.of("/y", "/x/{two}"))))
			.withMessageContainingAll("'a'", "'b'", "/x/{");
		RequestPolicies.of(Map.of("a", List.of("/x/{one:[0-9]+}"), "b", List.of("/x/{one:[a-z]+}")));
		RequestPolicies.of(Map.of("a", List.of("/x/{one}", "/x/{two}")));
	}

	@Test
	void policyWithCriteriaIsForSomeConnectionsOnly() {
		RequestPolicies policies = RequestPolicies.of(Map.of("a", List.of("/x/y"), "b", List.of("/x/**")),
				Map.of("a", new PolicyMatch(List.of(), List.of(), List.of(new PortRange(9000, 9000)), null)));
		PathContainer path = PathContainer.parsePath("/x/y");
		assertThat(policies.policyFor(path, () -> on(9000))).isEqualTo("a");
		assertThat(policies.policyFor(path, () -> on(9001))).isEqualTo("b");
		assertThat(policies.policyFor("/x/y")).isEqualTo("b");
		assertThat(policies.policyFor(PathContainer.parsePath("/x/z"), () -> {
			throw new AssertionError("Nobody needs to know");
		})).isEqualTo("b");
	}

	@Test
	void tellsPathsAndConnectionsOfPolicies() {
		PolicyMatch match = new PolicyMatch(List.of(), List.of(), List.of(new PortRange(9000, 9000)), null);
		RequestPolicies policies = RequestPolicies.of(Map.of("a", List.of("/x/**", "/x/y"), "b", List.of("/z")),
				Map.of("a", match));
		assertThat(policies.pathsOf("a")).containsExactly("/x/y", "/x/**");
		assertThat(policies.connectionsOf("a")).isEqualTo(match);
		assertThat(policies.connectionsOf("b")).isNull();
		assertThat(policies.pathsOf("c")).isEmpty();
		assertThat(policies.connectionsOf("c")).isNull();
	}

	@Test
	void changesToOthers() {
		RequestPolicies policies = RequestPolicies.of(Map.of("a", List.of("/a")));
		policies.changeTo(RequestPolicies.of(Map.of("b", List.of("/a"))));
		assertThat(policies.policyFor("/a")).isEqualTo("b");
	}

	private static Endpoints on(int port) {
		return new Endpoints(TransportProtocol.TCP, new InetSocketAddress("127.0.0.1", port), null);
	}

}
