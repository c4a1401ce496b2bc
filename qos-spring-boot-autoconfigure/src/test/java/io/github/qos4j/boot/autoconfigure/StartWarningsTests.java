package io.github.qos4j.boot.autoconfigure;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StartWarnings} and {@link UnknownProperties}.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartWarningsTests {

	@Test
	void tellsUnknownPropertiesOnceWithTheirOrigin(CapturedOutput output) {
		new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.registerShutdownHook(false)
			.run("--qos.backend=none", "--qos.marking.voice=EF", "--qos.foo=1")
			.close();
		assertThat(output)
			.containsOnlyOnce("Property 'qos.marking.voice' (originating from '\"qos.marking.voice\" from property "
					+ "source \"commandLineArgs\"') is not known and changes nothing. "
					+ "Did you mean 'qos.marking.types.voice'?")
			.containsOnlyOnce("Property 'qos.foo' (originating from ")
			.containsOnlyOnce("Known are qos.backend, ");
	}

	@ParameterizedTest
	@CsvSource({ "qos.backnd, qos.backend", "qos.fail.fast, qos.fail-fast", "qos.enable, qos.enabled",
			"qos.profile, qos.marking.profile", "qos.check-interval, qos.recovery.check-interval",
			"qos.marking.type.voice, qos.marking.types.voice", "qos.audioVideo, qos.marking.types.audio-video",
			"qos.recovery.maxBackof, qos.recovery.max-backoff", "qos.policies.x.dcsp, qos.policies.x.dscp",
			"qos.policies.x.remote-prt[1], qos.policies.x.remote-port",
			"qos.policies[my.x].trafic-type, qos.policies[my.x].traffic-type",
			"qos.policies.x.match.remote-port, qos.policies.x.remote-port",
			"qos.policy.media.dscp, qos.policies.media.dscp", "qos.media.path, qos.policies.media.path",
			"qos.server.polcy, qos.server.policy", "qos.server.each-conection, qos.server.each-connection",
			"qos.clients.policy, qos.client.policy", "qos.management.policy, qos.management.server.policy",
			"qos.process.intervall, qos.process.interval" })
	void namesWhatMayBeMeant(String property, String meant) {
		assertThat(warnings(properties(property))).singleElement().asString().endsWith("Did you mean '" + meant + "'?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "qos", "qos.recovery", "qos.marking", "qos.marking.types", "qos.failFast",
			"qos.OPEN_TIMEOUT", "qos.marking.types.AUDIO_VIDEO", "qosmos.foo", "management.health.qos.timeuot",
			"management.health.qos.enabled", "qos.policies", "qos.policies.x", "qos.policies.x.DSCP",
			"qos.policies.x.remotePort[12]", "qos.policies.x.remote_port", "qos.policies[a.b].path[0]", "qos.server" })
	void takesNoOffenceAtOtherProperties(String property) {
		assertThat(warnings(properties(property))).isEmpty();
	}

	@Test
	void knowsEachPropertyHoweverItIsWritten() {
		for (String property : UnknownProperties.KNOWN) {
			assertThat(warnings(properties(property))).isEmpty();
			assertThat(warnings(variables(property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_")))).isEmpty();
			assertThat(warnings(variables(property.toUpperCase(Locale.ROOT).replace(".", "_").replace("-", ""))))
				.isEmpty();
		}
		for (TrafficType type : TrafficType.values()) {
			assertThat(warnings(variables("QOS_MARKING_TYPES_" + type))).isEmpty();
		}
	}

	@Test
	void variablesOfOtherProgramsAreTheirs() {
		assertThat(warnings(variables("QOS_POLICIES_X_REMOTE_PORT", "QOS_POLICIES_X_REMOTEPORT_0_"))).isEmpty();
		assertThat(warnings(variables("QOS_PROFILE", "QOS_CLASS", "QOS_HOME", "QOS"))).isEmpty();
	}

	@Test
	void tellsVariableThatIsNearlyAProperty() {
		assertThat(warnings(variables("QOS_FAIL_FASD"))).containsExactly(
				"Property 'qos.fail.fasd' (originating from '\"QOS_FAIL_FASD\" from property source \"systemEnvironment\"') is not known and "
						+ "changes nothing. Did you mean 'qos.fail-fast'?");
	}

	@Test
	void tellsWhatPolicyHas() {
		assertThat(warnings(properties("qos.policies.x.colour"))).singleElement()
			.asString()
			.endsWith("A policy has base, dscp, local-port, path, protocol, rate, remote-address, remote-port, "
					+ "traffic-type");
		assertThat(warnings(variables("QOS_POLICIES_X_DSPC"))).singleElement()
			.asString()
			.endsWith("Did you mean 'qos.policies.x.dscp'?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "3.5.0", "3.5.16" })
	void tellsWhatOlderSpringBootLacks(String version) {
		assertThat(warningsWith(version)).containsExactly("qos4j is made for Spring Boot 4, and this is " + version
				+ ": flows that you add are marked, and on Linux connections that qos.process.enabled=true finds, "
				+ "but policies do not reach its web servers and clients, "
				+ "and there are no health, endpoint and meters of qos4j. Use Spring Boot 4");
	}

	@Test
	void saysNothingAboutThisSpringBoot() {
		assertThat(warningsWith(SpringBootVersion.getVersion())).isEmpty();
		assertThat(warningsWith("10.0.0")).isEmpty();
		assertThat(warningsWith(null)).isEmpty();
	}

	private static List<String> warnings(PropertySource<?> source) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().forEach((other) -> environment.getPropertySources().remove(other.getName()));
		environment.getPropertySources().addLast(source);
		return UnknownProperties.describe(environment);
	}

	private static List<String> warningsWith(String version) {
		return new StartWarnings(new StandardEnvironment(), version, new DefaultListableBeanFactory()).warnings();
	}

	private static PropertySource<?> properties(String property) {
		Properties properties = new Properties();
		properties.put(property, "1");
		return new PropertiesPropertySource("test", properties);
	}

	private static PropertySource<?> variables(String... names) {
		Map<String, Object> variables = new HashMap<>();
		for (String name : names) {
			variables.put(name, "1");
		}
		return new SystemEnvironmentPropertySource("systemEnvironment", variables);
	}

	@EnableAutoConfiguration
	static class Application {

	}

}
