package io.github.qos4j.boot.web.reactive;

import java.util.List;
import java.util.Map;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.policy.RequestPolicies;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.RequestMarker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link ReactiveRequestMarking}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReactiveRequestMarkingTests {

	@Test
	void requestThatNoServerHandlesIsNotMarked(CapturedOutput output) {
		QosHandle handle = mock();
		try (PolicyMarker marker = new PolicyMarker(handle, QosPolicies.none())) {
			ReactiveRequestMarking marking = new ReactiveRequestMarking(handle, new RequestMarker(marker));
			ServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
			marking.started(exchange, "voice");
			marking.started(exchange, "voice");
			assertThat(marking.policyOfPath(exchange, forPort(9000))).isNull();
		}
		assertThat(output)
			.containsOnlyOnce(
					"Requests are not marked: this server, or this connector of it, does not tell their connections")
			.doesNotContain("Exception");
	}

	private static RequestPolicies forPort(int port) {
		return RequestPolicies.of(Map.of("media", List.of("/")),
				Map.of("media", new PolicyMatch(List.of(), List.of(), List.of(new PortRange(port, port)), null)));
	}

}
