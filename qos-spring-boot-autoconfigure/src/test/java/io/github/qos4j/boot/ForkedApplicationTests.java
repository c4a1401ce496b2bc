package io.github.qos4j.boot;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.github.qos4j.QosHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications in virtual machines of their own, where the class path, the
 * system and the loaded classes can be told.
 */
@Timeout(120)
class ForkedApplicationTests {

	private static final String JNA = "com.sun.jna.";

	@TempDir
	private Path directory;

	@Test
	void whenDisabledLoadsNoNativeLibrary() throws Exception {
		assertThat(run(List.of("-verbose:class"), "", "--qos.enabled=false")).contains("handles: 0")
			.doesNotContain(JNA)
			.doesNotContain("io.github.qos4j.internal.");
	}

	@Test
	void backendNoneLoadsNoNativeLibrary() throws Exception {
		assertThat(run(List.of("-verbose:class"), "", "--qos.backend=none", "--qos.fail-fast=true"))
			.contains("handles: 1 OPEN none")
			.doesNotContain(JNA);
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void backendThatMarksLoadsNativeLibrary() throws Exception {
		// Proves that the tests above would see it.
		assertThat(run(List.of("-verbose:class"), "", "--qos.backend=socket", "--qos.fail-fast=true"))
			.contains("handles: 1 OPEN socket")
			.contains(JNA);
	}

	@Test
	void startsWithoutOptionalLibraries() throws Exception {
		String absent = ".*(spring-boot-health|spring-boot-actuator|micrometer|spring-web|tomcat|jackson"
				+ "|spring-boot-http|httpclient|httpcore|jetty|amqp|rabbit|mysql|postgresql).*";
		assertThat(run(List.of("-verbose:class"), absent, "--qos.backend=none", "--qos.fail-fast=true"))
			.contains("handles: 1 OPEN none")
			.doesNotContain("org.springframework.boot.health.", "io.micrometer.core.");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void whereJnaMustNotUnpackItsLibraryHealthIsUnknownWithReasonAndRemedy() throws Exception {
		assertThat(run(List.of("-Djna.nounpack=true"), ""))
			.contains("health: UNKNOWN ", "reason=No QoS backend can be used (",
					"JNA's native library cannot be loaded", "remedy=Let JNA unpack it where programs may run")
			.containsOnlyOnce("QoS handle 'qosHandle' marks nothing: ")
			.doesNotContain("is open: backend");
	}

	@Test
	void withoutUsableBackendStarts() throws Exception {
		assertThat(run(List.of("-Dos.name=Plan 9"), "")).contains("handles: 1 ");
	}

	@Test
	void withoutUsableBackendFailFastStopsStart() throws Exception {
		assertThat(run(List.of("-Dos.name=Plan 9"), "", "--qos.fail-fast=true")).doesNotContain("handles:")
			.contains("APPLICATION FAILED TO START")
			.contains("QoS handle 'qosHandle' would mark nothing: No QoS backend can be used")
			.contains("Plan 9")
			.contains("qos.fail-fast=false");
	}

	/**
	 * Run {@link Application}.
	 * @param options of the virtual machine
	 * @param absent a regular expression of the parts of the class path to leave out
	 * @param arguments of the application
	 * @return what it printed
	 */
	private String run(List<String> options, String absent, String... arguments) throws Exception {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		// Starts faster; there is nothing here that would be worth compiling well.
		command.add("-XX:TieredStopAtLevel=1");
		command.addAll(options);
		command.addAll(List.of("-cp", classPath(absent), Application.class.getName()));
		command.addAll(List.of(arguments));
		Path output = this.directory.resolve("output.txt");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		return Files.readString(output);
	}

	private static String classPath(String absent) {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !new File(entry).getName().matches(absent))
			.collect(Collectors.joining(File.pathSeparator));
	}

	@EnableAutoConfiguration
	static class Application {

		public static void main(String[] arguments) {
			SpringApplication application = new SpringApplication(Application.class);
			application.setWebApplicationType(WebApplicationType.NONE);
			try (ConfigurableApplicationContext context = application.run(arguments)) {
				ObjectProvider<QosHandle> handles = context.getBeanProvider(QosHandle.class);
				System.out.println("handles: " + handles.stream().count()
						+ handles.stream()
							.map((handle) -> " " + handle.state() + " " + handle.status().backend())
							.collect(Collectors.joining()));
				handles.ifUnique((handle) -> handle.awaitOpen(Duration.ofSeconds(30)));
				if (context.containsBean("qosHealthContributor")) {
					System.out
						.println("health: " + ((HealthIndicator) context.getBean("qosHealthContributor")).health());
				}
			}
		}

	}

}
