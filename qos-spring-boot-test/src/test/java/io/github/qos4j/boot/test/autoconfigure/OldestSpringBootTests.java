package io.github.qos4j.boot.test.autoconfigure;

import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.test.RecordedFlows;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs a test of an application with the oldest Spring Boot that is supported, in a
 * virtual machine of its own. What this module is compiled with is newer.
 */
class OldestSpringBootTests {

	private static final Path OLDEST = Path.of("target/oldest-spring-boot");

	@Test
	void testRunsWithTheOldestSpringBoot(@TempDir Path folder) throws Exception {
		Path output = folder.resolve("output.txt");
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
				classPath(), OldestSpringBootTests.class.getName())
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		try {
			boolean ended = process.waitFor(100, TimeUnit.SECONDS);
			String printed = Files.readString(output);
			assertThat(ended).as("ended, after it printed: %s", printed).isTrue();
			assertThat(process.exitValue()).as(printed).isZero();
			assertThat(printed).contains("recorded with Spring Boot 4.0.");
		}
		finally {
			process.destroyForcibly();
		}
	}

	/**
	 * Return our class path with the oldest Spring Boot, and nothing of the newer one.
	 */
	private static String classPath() throws IOException {
		try (Stream<Path> oldest = Files.list(OLDEST)) {
			List<String> jars = oldest.map(Path::toString).toList();
			assertThat(jars).hasSize(3);
			return Stream
				.concat(jars.stream(),
						Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
							.filter((entry) -> !Path.of(entry).getFileName().toString().startsWith("spring-boot-")))
				.collect(Collectors.joining(File.pathSeparator));
		}
	}

	/**
	 * Does with a test what its engine does.
	 * @param arguments none
	 * @throws Exception if the test fails
	 */
	public static void main(String... arguments) throws Exception {
		TestContextManager manager = new TestContextManager(Marked.class);
		Marked test = new Marked();
		manager.beforeTestClass();
		manager.prepareTestInstance(test);
		manager.beforeTestMethod(test, Marked.class.getDeclaredMethod("marks"));
		test.marks();
		manager.afterTestMethod(test, Marked.class.getDeclaredMethod("marks"), null);
		assertThat(test.flows).isEmpty();
		manager.afterTestClass();
		System.out.println("recorded with Spring Boot " + SpringBootVersion.getVersion());
	}

	@SpringBootTest(webEnvironment = WebEnvironment.NONE, properties = "qos.backend=none")
	@AutoConfigureTestQos
	static class Marked {

		@Autowired
		private RecordedFlows flows;

		@Autowired
		private QosHandle qos;

		void marks() throws IOException {
			try (DatagramChannel channel = DatagramChannel.open()) {
				channel.connect(new InetSocketAddress("127.0.0.1", 5060));
				this.qos.addFlow(channel, TrafficType.VOICE).close();
			}
			assertThat(this.flows).hasMarked(TrafficType.VOICE).to("127.0.0.1", 5060).closed();
		}

		@Configuration(proxyBeanMethods = false)
		@EnableAutoConfiguration
		static class Application {

		}

	}

}
