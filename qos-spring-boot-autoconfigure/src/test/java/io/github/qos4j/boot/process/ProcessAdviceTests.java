package io.github.qos4j.boot.process;

import java.util.Arrays;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;
import io.github.qos4j.policy.TransportProtocol;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ProcessAdvice} and {@link NetQosPolicyCommand}.
 */
class ProcessAdviceTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	@Test
	void commandMatchesTheProgramTheNetworkAndThePort() {
		assertThat(command(VOICE,
				new PolicyMatch(List.of(RemoteAddress.parse("10.1.0.0/16")), ports("443"), List.of(),
						TransportProtocol.TCP)))
			.isEqualTo("New-NetQosPolicy -Name 'media' -AppPathNameMatchCondition 'java.exe'"
					+ " -IPDstPrefixMatchCondition '10.1.0.0/16' -IPDstPortMatchCondition 443"
					+ " -IPProtocolMatchCondition TCP -DSCPAction 46 -NetworkProfile All");
	}

	@Test
	void ownCodePointAndRateAreTaken() {
		assertThat(command(VOICE.withDscp(Dscp.of(10)).withRate(FlowRate.of(2_000_000)),
				new PolicyMatch(List.of(), List.of(), ports("16384-32767"), null)))
			.isEqualTo("New-NetQosPolicy -Name 'media' -AppPathNameMatchCondition 'java.exe'"
					+ " -IPSrcPortStartMatchCondition 16384 -IPSrcPortEndMatchCondition 32767"
					+ " -DSCPAction 10 -ThrottleRateActionBitsPerSecond 2000000 -NetworkProfile All");
	}

	@Test
	void thereIsOneCommandForEachCombination() {
		String commands = command(VOICE,
				new PolicyMatch(List.of(RemoteAddress.parse("192.0.2.1"), RemoteAddress.parse("2001:db8::1"),
						RemoteAddress.parse("media.example.com")), ports("443", "8443"), List.of(), null));
		assertThat(commands.lines()).hasSize(6).doesNotHaveDuplicates();
		assertThat(commands.lines().map((line) -> line.replaceAll(".*-Name '(.*?)'.*", "$1"))).containsExactly("media",
				"media-2", "media-3", "media-4", "media-5", "media-6");
		assertThat(commands).contains("'192.0.2.1/32' -IPDstPortMatchCondition 443", "'2001:db8::1/128'",
				"([Net.Dns]::GetHostAddresses('media.example.com')[0].ToString()) -IPDstPortMatchCondition 8443");
	}

	@Test
	void nothingInANameIsACommand() {
		QosPolicy policy = new QosPolicy("it's; $(x)", VOICE,
				new PolicyMatch(List.of(), List.of(), List.of(), TransportProtocol.UDP));
		assertThat(NetQosPolicyCommand.commandFor(policy, MarkingProfile.QWAVE))
			.startsWith("New-NetQosPolicy -Name 'it''s; $(x)' -AppPathNameMatchCondition 'java")
			.endsWith("' -IPProtocolMatchCondition UDP -DSCPAction 56 -NetworkProfile All");
	}

	@Test
	void policyWithoutAMatchHasNoCommand() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> NetQosPolicyCommand.commandFor(QosPolicy.of(TrafficType.VOICE), MarkingProfile.QWAVE));
	}

	@Test
	void adviceIsThatOfTheSystem() {
		QosPolicies policies = QosPolicies
			.of(List.of(new QosPolicy("media", VOICE, new PolicyMatch(List.of(), ports("443"), List.of(), null)),
					new QosPolicy("by-name", VOICE, null)));
		assertThat(ProcessAdvice.forSystem("Windows 11", policies, MarkingProfile.QWAVE)).contains("administrator")
			.contains("New-NetQosPolicy -Name 'media'")
			.doesNotContain("by-name");
		assertThat(ProcessAdvice.forSystem("Windows 11", QosPolicies.none(), MarkingProfile.QWAVE))
			.contains("No policy matches");
		assertThat(ProcessAdvice.forSystem("Mac OS X", policies, MarkingProfile.QWAVE)).contains("QosSocketFactory");
		assertThat(ProcessAdvice.forSystem("Linux", policies, MarkingProfile.QWAVE)).isNull();
	}

	private static String command(QosFlowOptions options, PolicyMatch match) {
		return NetQosPolicyCommand.commandFor(new QosPolicy("media", options, match), MarkingProfile.RFC8837,
				"java.exe");
	}

	private static List<PortRange> ports(String... texts) {
		return Arrays.stream(texts).map(PortRange::parse).toList();
	}

}
