package io.github.qos4j.boot.endpoint;

import java.util.List;

import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.StubHandle;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.Sanitizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link PolicyReports}.
 */
class PolicyReportsTests {

	private static final Addresses SHOWN = new Addresses(new Sanitizer(), true);

	@Test
	void adaptivePolicyRefusesCodePoint() {
		QosPolicy adaptive = new QosPolicy("media",
				QosFlowOptions.of(TrafficType.VOICE).withQwave(QwaveOptions.DEFAULT.withAdaptive(true)), null);
		try (QosHandle handle = new StubHandle();
				PolicyMarker marker = new PolicyMarker(handle, QosPolicies.of(List.of(adaptive)))) {
			PolicyReports reports = new PolicyReports(marker, RequestCriteria.NONE);
			assertThatExceptionOfType(RefusedRequestException.class)
				.isThrownBy(() -> reports.change("media", null, "EF", null, SHOWN))
				.withMessageContaining("adaptive")
				.satisfies((ex) -> assertThat(ex.status()).isEqualTo(400));
			assertThat(reports.change("media", "control", "none", "1Mbps", SHOWN).rate()).isEqualTo(1_000_000);
		}
	}

}
