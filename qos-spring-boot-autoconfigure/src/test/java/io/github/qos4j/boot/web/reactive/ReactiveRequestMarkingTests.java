package io.github.qos4j.boot.web.reactive;

import io.github.qos4j.QosHandle;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.RequestMarker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

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
			MockServerHttpRequest request = MockServerHttpRequest.get("/").build();
			marking.started(request, "voice");
			marking.started(request, "voice");
			assertThat(marking.endpointsOf(request).remote()).isNull();
		}
		assertThat(output).containsOnlyOnce("Requests are not marked: this server does not tell their connections")
			.doesNotContain("Exception");
	}

}
