package io.github.qos4j.boot.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.github.qos4j.QosHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for what an application says whose properties {@code qos.*} are wrong.
 */
@ExtendWith(OutputCaptureExtension.class)
class InvalidPropertiesTests {

	@TempDir
	private Path directory;

	@ParameterizedTest
	@ValueSource(strings = { "auto", "qwave", "socket", "recording", "none" })
	void wrongVersionStopsStartOnEveryBackend(String backend) {
		for (String version : new String[] { "2.0", "1.1", "abc", "" }) {
			new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class))
				.withPropertyValues("qos.version=" + version, "qos.backend=" + backend)
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.hasMessageContaining("QoS version must be 1.0 but was '" + version + "'"));
		}
	}

	@Test
	void explainsVersionFromCommandLine(CapturedOutput output) {
		fail("--qos.version=2.0");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '2.0' for configuration property 'qos.version'"
					+ " (originating from '\"qos.version\" from property source \"commandLineArgs\"')")
			.contains("QoS version must be 1.0 but was '2.0'.");
	}

	@Test
	void explainsEmptyVersion(CapturedOutput output) {
		fail("--qos.version=");
		assertThat(output).contains("Invalid value '' for configuration property 'qos.version'")
			.contains("QoS version must be 1.0 but was ''.");
	}

	@Test
	void explainsVersionFromEnvironment(CapturedOutput output) {
		fail(environment(Map.of("QOS_VERSION", "1.1")));
		assertThat(output).contains("Invalid value '1.1' for configuration property 'qos.version'")
			.contains("System Environment Property \"QOS_VERSION\"")
			.contains("QoS version must be 1.0 but was '1.1'.");
	}

	@Test
	void explainsVersionFromYaml(CapturedOutput output) throws Exception {
		fail(yaml("qos:", "  version: 2.0"));
		assertThat(output).contains("Invalid value '2.0' for configuration property 'qos.version'")
			.contains("application.yaml] - 2:12");
	}

	@Test
	void takesVersionFromUnquotedYaml() throws Exception {
		try (ConfigurableApplicationContext context = run(new StandardEnvironment(),
				yaml("qos:", "  version: 1.0", "  backend: none"))) {
			assertThat(context.getBean(QosHandle.class).status().backend()).isEqualTo("none");
		}
	}

	@Test
	void explainsCodePoint(CapturedOutput output) throws Exception {
		fail(yaml("qos.marking.types:", "  voice: EFF"));
		assertThat(output).contains("Invalid value 'EFF' for configuration property 'qos.marking.types.voice'")
			.contains("application.yaml] - 2:10")
			.contains("DSCP must be a number from 0 to 63")
			.contains("VOICE-ADMIT, EF but was 'EFF'.");
	}

	@Test
	void explainsCodePointOfTypeInCapitals(CapturedOutput output) throws Exception {
		fail(yaml("qos.marking.types:", "  AUDIO_VIDEO: 136"));
		assertThat(output)
			.contains("Invalid value '136' for configuration property 'qos.marking.types.audio-video'"
					+ " (originating from '")
			.contains("application.yaml] - 2:16")
			.contains("DSCP must be 0 to 63 but was 136 (as a TOS byte that is DSCP 34).");
	}

	@Test
	void explainsCodePointFromEnvironment(CapturedOutput output) {
		fail(environment(Map.of("QOS_MARKING_TYPES_AUDIO_VIDEO", "64")));
		assertThat(output).contains("configuration property 'qos.marking.types.audio-video'")
			.contains("System Environment Property \"QOS_MARKING_TYPES_AUDIO_VIDEO\"");
	}

	@Test
	void explainsTrafficType(CapturedOutput output) {
		fail("--qos.marking.types.voise=AF41");
		assertThat(output)
			.contains("Invalid value 'AF41' for configuration property 'qos.marking.types.voise'"
					+ " (originating from '\"qos.marking.types.voise\" from property source \"commandLineArgs\"')")
			.contains("Traffic type must be one of best-effort, background, excellent-effort, audio-video, voice, "
					+ "control but was 'voise'.");
	}

	@Test
	void explainsTrafficTypeFromYaml(CapturedOutput output) throws Exception {
		fail(yaml("qos.marking.types:", "  VOISE: EF"));
		assertThat(output).contains("configuration property 'qos.marking.types.VOISE'")
			.contains("application.yaml] - 2:10")
			.contains("but was 'VOISE'.");
	}

	@Test
	void explainsTrafficTypeFromEnvironment(CapturedOutput output) {
		fail(environment(Map.of("QOS_MARKING_TYPES_VOISE", "EF")));
		assertThat(output).contains("configuration property 'qos.marking.types.voise'")
			.contains("System Environment Property \"QOS_MARKING_TYPES_VOISE\"");
	}

	@Test
	void takesNamesInAnyCase() {
		try (ConfigurableApplicationContext context = run(
				environment(Map.of("QOS_BACKEND", "NONE", "QOS_MARKING_PROFILE", "RFC8837")),
				"--qos.marking.types.Voice=ef")) {
			assertThat(context.getBean(QosHandle.class).status().backend()).isEqualTo("none");
		}
	}

	@Test
	void explainsBackend(CapturedOutput output) {
		fail("--qos.backend=wave");
		assertThat(output).contains("Invalid value 'wave' for configuration property 'qos.backend'")
			.contains("QoS backend must be one of auto, qwave, socket, recording, none but was 'wave'.");
	}

	@Test
	void explainsTimeout(CapturedOutput output) {
		fail("--qos.close-timeout=-1s");
		assertThat(output).contains("Invalid value '-1s' for configuration property 'qos.close-timeout'")
			.contains("Must be longer than zero.");
	}

	@Test
	void explainsTimeoutOfHealth(CapturedOutput output) {
		fail("--qos.backend=none", "--management.health.qos.timeout=0");
		assertThat(output).contains("Invalid value '0' for configuration property 'management.health.qos.timeout'")
			.contains("Must be longer than zero.");
	}

	@Test
	void explainsGraceOfHealth(CapturedOutput output) {
		fail("--qos.backend=none", "--management.health.qos.grace=-1s");
		assertThat(output).contains("Invalid value '-1s' for configuration property 'management.health.qos.grace'")
			.contains("Must not be negative.");
	}

	private String[] yaml(String... lines) throws Exception {
		Path file = Files.write(this.directory.resolve("application.yaml"), List.of(lines));
		return new String[] { "--spring.config.location=" + file.toUri() };
	}

	private static ConfigurableEnvironment environment(Map<String, Object> variables) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
		return environment;
	}

	private static void fail(String... arguments) {
		fail(new StandardEnvironment(), arguments);
	}

	private static void fail(ConfigurableEnvironment environment, String... arguments) {
		Throwable failure = catchThrowable(() -> run(environment, arguments).close());
		assertThat(failure).isNotNull();
	}

	private static ConfigurableApplicationContext run(ConfigurableEnvironment environment, String... arguments) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.environment(environment)
			.registerShutdownHook(false)
			.run(arguments);
	}

	@EnableAutoConfiguration
	static class Application {

	}

}
