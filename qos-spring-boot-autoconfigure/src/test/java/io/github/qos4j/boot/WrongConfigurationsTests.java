package io.github.qos4j.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests what an application says that is started with a wrong configuration: each start
 * stops, and tells the property, its value, where it was set, and what to do.
 * {@code verify/config-errors} prints it all.
 */
@ExtendWith(OutputCaptureExtension.class)
class WrongConfigurationsTests {

	private static final Path REPORT = Path.of("target/config-errors.txt");

	private static final List<String> report = new ArrayList<>();

	/** Property and value that are wrong, what the advice says, and other properties. */
	static Stream<Wrong> wrong() {
		String voice = "qos.policies.x.traffic-type=voice";
		String other = "qos.policies.other.dscp=AF41";
		return Stream.of(wrong("qos.version", "2.0", "must be 1.0"),
				wrong("qos.backend", "wave", "one of auto, qwave, socket, recording, none"),
				wrong("qos.close-timeout", "-1s", "longer than zero"),
				wrong("qos.recovery.max-backoff", "10ms", "qos.recovery.initial-backoff"),
				wrong("qos.fail-fast", "maybe", "boolean"), wrong("qos.marking.profile", "rfc4594", "rfc8837"),
				wrong("qos.marking.types.voice", "EFF", "VOICE-ADMIT, EF"),
				wrong("qos.marking.types.voice", "184", "as a TOS byte that is DSCP 46"),
				wrong("qos.marking.types.voise", "EF", "one of best-effort, background"),
				wrong("qos.server.policy", "EF", "Define a policy"),
				wrong("qos.server.policy", "vioce", "Did you mean 'voice'?"),
				wrong("qos.management.server.policy", "backgroud", "Did you mean 'background'?"),
				wrong("qos.client.policy", "ohter", "Did you mean 'other'?", other),
				wrong("qos.policies.x.traffic-type", "vioce", "Did you mean 'voice'?"),
				wrong("qos.policies.x.traffic-type", "AF41", "set 'qos.policies.x.dscp=AF41' instead"),
				wrong("qos.policies.x.dscp", "64", "0 to 63"),
				wrong("qos.policies.x.dscp", "voice", "set 'qos.policies.x.traffic-type=voice' instead"),
				wrong("qos.policies.x.rate", "0", "at least 8000 bits per second", voice),
				wrong("qos.policies.x.rate", "-2Mbps", "at least 8000 bits per second", voice),
				wrong("qos.policies.x.rate", "2MBps", "must be in bits", voice),
				wrong("qos.policies.x.rate", "fast", "64kbps, 2Mbps or 1Gbps", voice),
				wrong("qos.policies.x.rate", "2Mbps", "Set 'qos.policies.x.traffic-type' or 'qos.policies.x.dscp'"),
				wrong("qos.policies.x.base", "ohter", "Did you mean 'other'?", other),
				wrong("qos.policies.x.base", "x", "must not be based on itself", voice),
				wrong("qos.policies.y.base", "x", "directly or by way of others", "qos.policies.x.base=y"),
				wrong("qos.policies.x.remote-address", "10.0.0.1/8", "no bits set behind its first 8", voice),
				wrong("qos.policies.x.remote-address", "10.0.0.0/33", "from 0 to 32", voice),
				wrong("qos.policies.x.remote-address", "media.example.org:5060", "a host, an IP address or a network",
						voice),
				wrong("qos.policies.x.remote-port", "70000", "1 to 65535", voice),
				wrong("qos.policies.x.remote-port[0]", "a", "16384-32767", voice),
				wrong("qos.policies.x.local-port", "20-10", "must not end before it begins", voice),
				wrong("qos.policies.x.protocol", "sctp", "one of tcp, udp", voice),
				wrong("qos.policies.x.path", "export/**", "must begin with /", voice),
				wrong("qos.policies.x.path", "/export/{", "/calls/{id}", voice),
				wrong("qos.policies.x.path", "/export", "one of them must be another", voice, other,
						"qos.policies.other.path=/export"),
				wrong("qos.policies.x.remote-port", "5060",
						"Change 'qos.policies.other.remote-port' or " + "'qos.policies.x.remote-port'", voice, other,
						"qos.policies.other.remote-port=5060"),
				wrong("qos.policies.x", "EF", "qos.policies.<name>.dscp"));
	}

	private static Wrong wrong(String property, String value, String advice, String... others) {
		return new Wrong(property, value, advice, others);
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void startStopsAndSaysWhatToDo(Wrong wrong, CapturedOutput output) {
		List<String> arguments = Stream.of(wrong.others()).map("--"::concat).toList();
		Throwable failure = catchThrowable(() -> start(wrong, arguments.toArray(String[]::new)));
		String said = output.getOut().replaceAll("(?s).*APPLICATION FAILED TO START\\s+\\**\\s*", "").strip();
		report.add(wrong.property() + "=" + wrong.value()
				+ (arguments.isEmpty() ? "" : "   with " + String.join(" ", wrong.others())) + "\n"
				+ said.replaceAll("(?m)^(?=.)", "    ").replaceAll("\n{2,}", "\n"));
		assertThat(failure).as("it must not start").isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START");
		assertThat(said).contains(wrong.property(), wrong.value(), wrong.advice(), "Action:", "wrong.properties");
	}

	private static void start(Wrong wrong, String... arguments) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addFirst(new MapPropertySource("wrong.properties", Map.of(wrong.property(), wrong.value())));
		// Variables of this machine are none of the configuration.
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of()));
		new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.environment(environment)
			.registerShutdownHook(false)
			.run(arguments)
			.close();
	}

	@AfterAll
	static void write() throws IOException {
		Files.write(REPORT, List.of(String.join("\n\n", report), ""));
	}

	/**
	 * A wrong configuration.
	 *
	 * @param property the property that is told
	 * @param value its value
	 * @param advice part of the advice
	 * @param others other properties
	 */
	record Wrong(String property, String value, String advice, String... others) {

		@Override
		public String toString() {
			return this.property + "=" + this.value;
		}

	}

	@EnableAutoConfiguration
	static class Application {

	}

}
