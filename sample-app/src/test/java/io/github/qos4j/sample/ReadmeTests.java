package io.github.qos4j.sample;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

import io.github.qos4j.QosHandle;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the code in the README is code that compiles and runs.
 */
class ReadmeTests {

	@Test
	void codeInTheReadmeIsThisCode() throws IOException {
		String readme = Files.readString(Path.of("../README.md"));
		String source = Files.readString(Path.of("src/test/java/io/github/qos4j/sample/Calls.java"));
		String shown = readme.substring(readme.indexOf("```java\n") + 8);
		shown = shown.substring(0, shown.indexOf("```"));
		assertThat(source).endsWith(shown);
		assertThat(shown).startsWith("@Service");
	}

	@Test
	void codeInTheReadmeSends() throws IOException {
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

}
