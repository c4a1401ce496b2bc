package io.github.qos4j.sample;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the code of {@code docs/flows.md} runs.
 */
class FlowsPageTests {

	@Test
	void codeOfThePageIsThisCode() throws IOException {
		String page = Files.readString(Path.of("../docs/flows.md"));
		String source = Files.readString(Path.of("src/test/java/io/github/qos4j/sample/Calls.java"));
		String shown = page.substring(page.indexOf("```java\n") + 8);
		shown = shown.substring(0, shown.indexOf("```"));
		assertThat(source).endsWith(shown);
		assertThat(shown).startsWith("import ").contains("@Service");
	}

	@Test
	void handleOfOnesOwnOnThePageIsBuiltFromTheProperties() throws IOException {
		String source = Files.readString(Path.of("src/test/java/io/github/qos4j/sample/FlowsPageTests.java"));
		String shown = Files.readString(Path.of("../docs/flows.md"));
		shown = shown.substring(shown.indexOf("```java\n@Bean") + 8);
		assertThat(source.replace("\n\t\t", "\n")).contains(shown.substring(0, shown.indexOf("```")));
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class))
			.withUserConfiguration(OwnHandle.class)
			.withPropertyValues("qos.backend=none")
			.run((context) -> {
				QosHandle handle = context.getBean(QosHandle.class);
				handle.awaitOpen(Duration.ofSeconds(30));
				assertThat(handle.name()).isEqualTo("media");
				assertThat(handle.status().backend()).isEqualTo("none");
				assertThat(context).doesNotHaveBean("qosHandle");
			});
	}

	@Test
	void codeOfThePageSends() throws IOException {
		try (QosHandle qos = QosHandle.builder().backend("recording").build();
				DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			peer.setSoTimeout(10_000);
			new Calls(qos).call(peer.getLocalSocketAddress(), ByteBuffer.wrap(new byte[] { 1, 2, 3 }));
			DatagramPacket packet = new DatagramPacket(new byte[10], 10);
			peer.receive(packet);
			assertThat(packet.getLength()).isEqualTo(3);
			assertThat(qos.flows()).isEmpty();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandle {

		@Bean
		QosHandle media(QosHandle.Builder builder) {
			return builder.name("media").markingProfile(MarkingProfile.RFC8837).build();
		}

	}

}
