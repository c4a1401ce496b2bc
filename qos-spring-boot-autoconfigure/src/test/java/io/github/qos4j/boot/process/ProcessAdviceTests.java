package io.github.qos4j.boot.process;

import java.util.Arrays;
import java.util.List;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ProcessAdvice}.
 */
class ProcessAdviceTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	@Test
	void adviceIsThatOfTheSystem() {
		QosPolicies policies = QosPolicies
			.of(List.of(new QosPolicy("media", VOICE, new PolicyMatch(List.of(), ports("443"), List.of(), null)),
					new QosPolicy("by-name", VOICE, null)));
		assertThat(ProcessAdvice.forSystem("Windows 11", policies, MarkingProfile.QWAVE)).contains("administrator")
			.contains("New-NetQosPolicy -Name 'qos4j media'")
			.doesNotContain("by-name");
		assertThat(ProcessAdvice.forSystem("Windows 11", QosPolicies.none(), MarkingProfile.QWAVE))
			.contains("No policy matches");
		assertThat(ProcessAdvice.forSystem("Mac OS X", policies, MarkingProfile.QWAVE)).contains("QosSocketFactory");
		assertThat(ProcessAdvice.forSystem("Linux", policies, MarkingProfile.QWAVE)).isNull();
	}

	private static List<PortRange> ports(String... texts) {
		return Arrays.stream(texts).map(PortRange::parse).toList();
	}

}
