package io.github.qos4j.sample;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;

import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How an application's test looks at flows that the application has closed since, here
 * those of the example in {@code docs/flows.md}.
 */
@SpringBootTest(properties = "qos.backend=recording")
class RecordedCallsTests {

	@Autowired
	private RecordingBackend recording;

	@Autowired
	private Calls calls;

	@BeforeEach
	void forgetOtherFlows() {
		this.recording.clear();
	}

	@Test
	void callIsVoice() throws IOException {
		try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
			this.calls.call(peer.getLocalSocketAddress(), ByteBuffer.wrap(new byte[] { 1, 2, 3 }));
			assertThat(this.recording.flows()).singleElement().satisfies((flow) -> {
				assertThat(flow.trafficType()).isEqualTo(TrafficType.VOICE);
				assertThat(flow.open()).isFalse();
				assertThat(flow.socket().remoteAddress()).isEqualTo(peer.getLocalSocketAddress());
			});
		}
	}

}
