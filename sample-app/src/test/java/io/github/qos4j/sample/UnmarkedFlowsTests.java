package io.github.qos4j.sample;

import java.io.IOException;

import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application without marks: it sends all the same.
 */
@SpringBootTest(properties = "qos.backend=none")
class UnmarkedFlowsTests {

	@Autowired
	private FlowService flows;

	@Test
	void flowSendsAndSaysThatItIsUnmarked() throws IOException {
		try (LocalPeer peer = LocalPeer.open(Protocol.UDP, "127.0.0.1")) {
			FlowView flow = this.flows.open(new FlowSpec(Protocol.UDP, "127.0.0.1", peer.port(), TrafficType.VOICE));
			assertThat(peer.receive()).isZero();
			assertThat(flow.requestedDscp()).isEqualTo(56);
			assertThat(flow.dscp()).isNull();
			assertThat(flow.note()).isNotBlank();
		}
	}

}
