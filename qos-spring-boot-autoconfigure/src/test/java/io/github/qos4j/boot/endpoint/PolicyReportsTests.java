package io.github.qos4j.boot.endpoint;

import java.net.DatagramSocket;
import java.time.Duration;
import java.util.List;

import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.StubHandle;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.recording.RecordingBackend;
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
			PolicyReports reports = new PolicyReports(List.of(marker), RequestCriteria.NONE);
			assertThatExceptionOfType(RefusedRequestException.class)
				.isThrownBy(() -> reports.change("media", null, "EF", null, SHOWN))
				.withMessageContaining("adaptive")
				.satisfies((ex) -> assertThat(ex.status()).isEqualTo(400));
			assertThat(reports.change("media", "control", "none", "1Mbps", SHOWN).rate()).isEqualTo(1_000_000);
		}
	}

	@Test
	void policiesOfSeveralMarkersThatAreAlikeAreOne() throws Exception {
		try (QosHandle handle = new RecordingBackend().applyTo(QosHandle.builder()).build();
				PolicyMarker first = marker(handle, policy("media", TrafficType.VOICE));
				PolicyMarker second = marker(handle, policy("media", TrafficType.VOICE),
						policy("backup", TrafficType.BACKGROUND));
				DatagramSocket one = new DatagramSocket();
				DatagramSocket another = new DatagramSocket()) {
			handle.awaitOpen(Duration.ofSeconds(30));
			first.mark(QosSocket.of(one), "media");
			QosFlow flow = second.mark(QosSocket.of(another), "media");
			assertThat(flow).isNotNull();
			PolicyReports reports = new PolicyReports(List.of(first, second), RequestCriteria.NONE);
			assertThat(reports.nameFor(flow)).isEqualTo("media");
			assertThat(reports.all(SHOWN)).hasSize(TrafficType.values().length + 2)
				.filteredOn((policy) -> policy.name().equals("media"))
				.singleElement()
				.satisfies((policy) -> assertThat(policy.flows()).isEqualTo(new FlowCounts(2, 0, 0)));
			assertThat(reports.one("backup", SHOWN).flows()).isEqualTo(new FlowCounts(0, 0, 0));
		}
	}

	@Test
	void policiesOfOneNameThatDifferAreAllShownAndChangedTogether() {
		try (QosHandle handle = new StubHandle();
				PolicyMarker builtIn = marker(handle);
				PolicyMarker first = marker(handle, policy("voice", TrafficType.CONTROL));
				PolicyMarker second = marker(handle, policy("VOICE", TrafficType.BACKGROUND))) {
			PolicyReports reports = new PolicyReports(List.of(builtIn, first, second), RequestCriteria.NONE);
			assertThat(reports.all(SHOWN)).filteredOn((policy) -> policy.name().equalsIgnoreCase("voice"))
				.extracting(PolicyDescriptor::trafficType)
				.containsExactly("voice", "control", "background");
			assertThat(reports.one("Voice", SHOWN).trafficType()).isEqualTo("control");
			assertThat(reports.change("voice", null, null, "1Mbps", SHOWN).rate()).isEqualTo(1_000_000);
			for (PolicyMarker marker : List.of(builtIn, first, second)) {
				assertThat(marker.policies().require("voice").options().rate()).isEqualTo(FlowRate.of(1_000_000));
			}
		}
	}

	@Test
	void changeThatOneMarkerRefusesChangesNone() {
		QosPolicy adaptive = new QosPolicy("media",
				QosFlowOptions.of(TrafficType.VOICE).withQwave(QwaveOptions.DEFAULT.withAdaptive(true)), null);
		try (QosHandle handle = new StubHandle();
				PolicyMarker first = marker(handle, policy("media", TrafficType.VOICE));
				PolicyMarker second = marker(handle, adaptive)) {
			PolicyReports reports = new PolicyReports(List.of(first, second), RequestCriteria.NONE);
			assertThatExceptionOfType(RefusedRequestException.class)
				.isThrownBy(() -> reports.change("media", null, "EF", null, SHOWN));
			assertThat(first.policies().require("media").options().dscp()).isNull();
		}
	}

	private static PolicyMarker marker(QosHandle handle, QosPolicy... policies) {
		return new PolicyMarker(handle, QosPolicies.of(List.of(policies)));
	}

	private static QosPolicy policy(String name, TrafficType type) {
		return new QosPolicy(name, QosFlowOptions.of(type), null);
	}

}
