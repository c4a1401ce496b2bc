package io.github.qos4j.boot.autoconfigure.policy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for what an application says whose policies are wrong.
 */
@ExtendWith(OutputCaptureExtension.class)
class InvalidPoliciesTests {

	@TempDir
	private Path directory;

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					traffic-type   | vioce       | but was 'vioce'. Did you mean 'voice'?
					traffic-type   | EF          | which is a DSCP: set 'qos.policies.x.dscp=EF' instead.
					dscp           | EFF         | VOICE-ADMIT, EF but was 'EFF'.
					dscp           | 184         | DSCP must be 0 to 63 but was 184 (as a TOS byte that is DSCP 46).
					dscp           | voice       | which is a traffic type: set 'qos.policies.x.traffic-type=voice' instead.
					rate           | 0           | Rate must be at least 8000 bits per second but was '0'.
					rate           | -1Mbps      | Rate must be at least 8000 bits per second but was '-1Mbps'.
					rate           | 2MB         | Rate must be a number of bits per second, or one with a unit
					base           | ohter       | Base must be the name of a policy but was 'ohter'. Did you mean 'other'?
					base           | x           | A policy must not be based on itself, directly or by way of others, but 'x' is.
					remote-address | 10.0.0.0/33 | Network must end in a number of bits from 0 to 32 but was '10.0.0.0/33'.
					remote-port    | 70000       | Port must be 1 to 65535 but was 70000.
					local-port     | 20-10       | Port range must not end before it begins but was '20-10'.
					protocol       | sctp        | Protocol must be one of tcp, udp but was 'sctp'.
					path           | export      | Path must begin with / but was 'export'.
					path           | /{          | Path must be a pattern such as /api/** or /calls/{id} but was '/{'
					""")
	void explainsValue(String setting, String value, String reason, CapturedOutput output) {
		fail("--qos.policies.other.dscp=AF41", "--qos.policies.x." + setting + "=" + value,
				setting.equals("base") || setting.equals("traffic-type") ? "" : "--qos.policies.x.traffic-type=voice");
		assertThat(output)
			.contains("Invalid value '" + value + "' for configuration property 'qos.policies.x." + setting
					+ "' (originating from '\"qos.policies.x." + setting + "\" from property source ")
			.contains(reason);
	}

	@Test
	void namesEntryOfListAndItsPlace(CapturedOutput output) throws Exception {
		fail(yaml("qos.policies:", "  Media_1:", "    dscp: EF", "    remote-port:", "    - 5060", "    - 70000"));
		assertThat(output)
			.contains("Invalid value '70000' for configuration property 'qos.policies.Media_1.remote-port[1]'")
			.contains("application.yaml] - 6:7");
	}

	@Test
	void namesListThatIsOneText(CapturedOutput output) {
		fail("--qos.policies.x.dscp=EF", "--qos.policies.x.remote-port=5060,a");
		assertThat(output).contains("Invalid value '5060,a' for configuration property 'qos.policies.x.remote-port'")
			.contains("but were 'a'.");
	}

	@Test
	void namesKeyInBrackets(CapturedOutput output) throws Exception {
		fail(yaml("qos.policies:", "  '[my.media]':", "    dscp: EFF"));
		assertThat(output).contains("Invalid value 'EFF' for configuration property 'qos.policies[my.media].dscp'")
			.contains("application.yaml] - 3:11");
	}

	@Test
	void namesVariable(CapturedOutput output) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
					new SystemEnvironmentPropertySource(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
							Map.of("QOS_POLICIES_MEDIA_TRAFFIC_TYPE", "vioce")));
		fail(environment);
		assertThat(output).contains("configuration property 'qos.policies.media.traffic-type'")
			.contains("System Environment Property \"QOS_POLICIES_MEDIA_TRAFFIC_TYPE\"");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					x.rate           | Policy 'x' must have a traffic type or a DSCP. Set 'qos.policies.x.traffic-type' or 'qos.policies.x.dscp'. | x.rate=1Mbps
					c.base           | but 'A' is. | a.base=b b.base=c c.base=A c.dscp=EF
					b.remote-port    | neither is more specific. Change 'qos.policies.a.remote-port' or 'qos.policies.b.remote-port'. | a.dscp=EF a.remote-port=5000-5010 b.dscp=CS1 b.remote-port=5005-5015
					b.path[0]        | is that of the policies 'a' and 'b' | a.dscp=EF a.path=/calls/{id} b.dscp=CS1 b.path[0]=/calls/{call}
					a.remote-address | must be an IP address or a network | a.dscp=EF a.path=/a a.remote-address=example.org
					""")
	void explainsWhatDoesNotGoTogether(String property, String reason, String properties, CapturedOutput output) {
		fail(Arrays.stream(properties.split(" ")).map((setting) -> "--qos.policies." + setting).toArray(String[]::new));
		assertThat(output).contains(" for configuration property 'qos.policies." + property + "' (originating from")
			.contains(reason);
	}

	@Test
	void twoOfTheSameNameAreRefused(CapturedOutput output) {
		fail("--qos.policies[my.media].dscp=EF", "--qos.policies.my-media.dscp=CS1");
		assertThat(output).contains("Policies must have different names but two are ").contains("my-media.dscp");
	}

	@ParameterizedTest
	@CsvSource({ "qos.server.policy", "qos.management.server.policy", "qos.client.policy" })
	void policyOfServerOrClientMustExist(String property, CapturedOutput output) {
		fail("--" + property + "=vioce");
		assertThat(output).contains("Invalid value 'vioce' for configuration property '" + property + "' (originating")
			.contains("Policy must be one of best-effort, background, excellent-effort, audio-video, voice, control "
					+ "but was 'vioce'. Did you mean 'voice'?");
	}

	@Test
	void codePointIsNoPolicy(CapturedOutput output) {
		fail("--qos.server.policy=EF");
		assertThat(output).contains("'EF' is a DSCP, not the name of a policy. Define a policy, for example "
				+ "'qos.policies.mine.dscp=EF', and name it: 'qos.server.policy=mine'.");
	}

	private String[] yaml(String... lines) throws Exception {
		Path file = Files.write(this.directory.resolve("application.yaml"), List.of(lines));
		return new String[] { "--spring.config.location=" + file.toUri() };
	}

	private static void fail(String... arguments) {
		fail(new StandardEnvironment(), arguments);
	}

	private static void fail(ConfigurableEnvironment environment, String... arguments) {
		Throwable failure = catchThrowable(
				() -> new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
					.environment(environment)
					.registerShutdownHook(false)
					.properties("qos.backend=none")
					.run(arguments)
					.close());
		assertThat(failure).isNotNull();
	}

	@EnableAutoConfiguration
	static class Application {

	}

}
