package io.github.qos4j.boot.policy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;
import io.github.qos4j.policy.TransportProtocol;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link NetQosPolicyCommand}.
 */
class NetQosPolicyCommandTests {

	@Test
	void hasEveryCriterion() {
		PolicyMatch match = new PolicyMatch(List.of(RemoteAddress.parse("10.0.0.0/8")),
				List.of(PortRange.parse("5060")), List.of(PortRange.parse("16384-32767")), TransportProtocol.UDP);
		QosFlowOptions options = QosFlowOptions.of(TrafficType.VOICE)
			.withDscp(Dscp.EF)
			.withRate(FlowRate.of(2_000_000));
		assertThat(commands(new QosPolicy("media", options, match)))
			.containsExactly("New-NetQosPolicy -Name 'qos4j media' -AppPathNameMatchCondition 'java.exe'"
					+ " -IPProtocolMatchCondition UDP -IPDstPrefixMatchCondition '10.0.0.0/8'"
					+ " -IPDstPortStartMatchCondition 5060 -IPDstPortEndMatchCondition 5060"
					+ " -IPSrcPortStartMatchCondition 16384 -IPSrcPortEndMatchCondition 32767"
					+ " -DSCPAction 46 -ThrottleRateActionBitsPerSecond 2000000 -NetworkProfile All");
	}

	@Test
	void documentationShowsSuchCommand() throws IOException {
		PolicyMatch match = new PolicyMatch(List.of(RemoteAddress.parse("10.20.0.0/16")), List.of(), List.of(),
				TransportProtocol.TCP);
		assertThat(Files.readString(Path.of("../docs/windows.md"))).contains(
				commands(new QosPolicy("media", QosFlowOptions.of(TrafficType.AUDIO_VIDEO), match)).get(0) + "\n");
	}

	@Test
	void takesCodePointOfTrafficTypeFromProfile() {
		QosPolicy policy = QosPolicy.of(TrafficType.VOICE);
		assertThat(NetQosPolicyCommand.of(policy, MarkingProfile.QWAVE, "java.exe")).singleElement()
			.asString()
			.contains(" -DSCPAction 56 ");
		assertThat(NetQosPolicyCommand.of(policy, MarkingProfile.RFC8837, "java.exe")).singleElement()
			.asString()
			.contains(" -DSCPAction 46 ");
	}

	@Test
	void isForAllConnectionsOfPolicyWithoutMatch() {
		assertThat(commands(QosPolicy.of(TrafficType.BACKGROUND)))
			.containsExactly("New-NetQosPolicy -Name 'qos4j background' -AppPathNameMatchCondition 'java.exe'"
					+ " -IPProtocolMatchCondition Both -DSCPAction 8 -NetworkProfile All");
	}

	@Test
	void hasOneRuleForEachCombination() {
		PolicyMatch match = new PolicyMatch(
				List.of(RemoteAddress.parse("10.1.2.3"), RemoteAddress.parse("[2001:db8::1]")),
				List.of(PortRange.parse("80"), PortRange.parse("443")), List.of(), TransportProtocol.TCP);
		assertThat(commands(new QosPolicy("web", QosFlowOptions.of(TrafficType.VOICE), match))).hasSize(4)
			.doesNotHaveDuplicates()
			.satisfiesExactly(
					(first) -> assertThat(first).contains("'qos4j web'", "'10.1.2.3/32'",
							"DstPortStartMatchCondition 80"),
					(second) -> assertThat(second).contains("'qos4j web 2'", "'10.1.2.3/32'", " 443"),
					(third) -> assertThat(third).contains("'qos4j web 3'", "'2001:db8::1/128'", " 80"),
					(fourth) -> assertThat(fourth).contains("'qos4j web 4'", "'2001:db8::1/128'", " 443"));
	}

	@Test
	void asksForAddressOfHost() {
		PolicyMatch match = new PolicyMatch(List.of(RemoteAddress.parse("cafe")), List.of(), List.of(), null);
		assertThat(commands(new QosPolicy("media", QosFlowOptions.of(TrafficType.VOICE), match))).singleElement()
			.asString()
			.contains(" -IPDstPrefixMatchCondition ([Net.Dns]::GetHostAddresses('cafe')[0].ToString()) ");
	}

	@Test
	void isForTheProgramThatRuns() {
		assertThat(NetQosPolicyCommand.of(QosPolicy.of(TrafficType.VOICE), MarkingProfile.QWAVE)).singleElement()
			.asString()
			.contains(" -AppPathNameMatchCondition 'java");
	}

	@Test
	void quotesNames() {
		assertThat(commands(new QosPolicy("it's; rm", QosFlowOptions.of(TrafficType.VOICE), null))).singleElement()
			.asString()
			.contains("-Name 'qos4j it''s; rm' ");
	}

	private static List<String> commands(QosPolicy policy) {
		return NetQosPolicyCommand.of(policy, MarkingProfile.QWAVE, "java.exe");
	}

}
