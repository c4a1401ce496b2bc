package io.github.qos4j.boot.web.reactive;

import java.util.stream.Stream;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.web.QosTraffic;
import io.github.qos4j.boot.web.QosTraffics;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.RequestMarker;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.reactive.HandlerAdapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link QosTrafficHandlerAdapter}.
 */
class QosTrafficHandlerAdapterTests {

	private final ObjectProvider<HandlerAdapter> adapters = mock();

	@Test
	void looksForOtherAdaptersOnce() throws Exception {
		HandlerAdapter other = mock();
		given(other.supports(any())).willReturn(true);
		given(this.adapters.orderedStream()).willAnswer((invocation) -> Stream.of(other));
		HandlerMethod handler = new HandlerMethod(new Calls(), "voice");
		QosHandle handle = mock();
		try (PolicyMarker marker = new PolicyMarker(handle, QosPolicies.none())) {
			QosTrafficHandlerAdapter adapter = new QosTrafficHandlerAdapter(
					new ReactiveRequestMarking(handle, new RequestMarker(marker)), new QosTraffics(), this.adapters);
			assertThat(adapter.supports(handler)).isTrue();
			assertThat(adapter.supports(handler)).isTrue();
			then(this.adapters).should().orderedStream();
		}
	}

	static class Calls {

		@QosTraffic(TrafficType.VOICE)
		public String voice() {
			return "voice";
		}

	}

}
