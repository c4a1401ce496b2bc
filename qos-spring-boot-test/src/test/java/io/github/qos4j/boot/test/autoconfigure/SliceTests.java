package io.github.qos4j.boot.test.autoconfigure;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.policy.PolicyMarker;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link AutoConfigureTestQos} on a slice, which has none of our
 * auto-configurations by itself.
 */
@WebMvcTest(properties = { "qos.policies.calls.traffic-type=voice", "qos.policies.calls.dscp=EF" })
@AutoConfigureTestQos
class SliceTests {

	@Autowired
	private MockMvcTester mvc;

	@Autowired
	private RecordedFlows flows;

	@Test
	void whatAControllerMarksIsRecorded() {
		assertThat(this.mvc.post().uri("/calls")).hasStatusOk();
		assertThat(this.flows).hasMarked(TrafficType.VOICE).withDscp(Dscp.EF).to("127.0.0.1", 5060).closed();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@Import(CallController.class)
	static class Application {

	}

	@RestController
	static class CallController {

		private final PolicyMarker marker;

		CallController(PolicyMarker marker) {
			this.marker = marker;
		}

		@PostMapping("/calls")
		void call() throws IOException {
			try (DatagramChannel channel = DatagramChannel.open()) {
				this.marker.mark(QosSocket.of(channel), "calls");
				channel.connect(new InetSocketAddress("127.0.0.1", 5060));
			}
		}

	}

}
