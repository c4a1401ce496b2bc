package io.github.qos4j.sample;

import java.io.IOException;
import java.time.Instant;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * How an application's test looks at the flows that it has asked for. The backend
 * {@code recording} behaves the same on every system and touches no socket.
 */
@SpringBootTest(properties = "qos.backend=recording")
class RecordedFlowsTests {

	@Autowired
	private QosHandle qos;

	@Autowired
	private FlowService flows;

	@Autowired
	private RecordingController controller;

	@Test
	void applicationStartsWithVoice() {
		assertThat(this.qos.flows()).first().satisfies((flow) -> {
			assertThat(flow.options().trafficType()).isEqualTo(TrafficType.VOICE);
			assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
			assertThat(flow.marking().requested()).isEqualTo(Dscp.of(56));
		});
	}

	@Test
	void handleThatIsLostHeals() {
		Instant before = this.qos.status().since();
		this.controller.lose();
		await().untilAsserted(() -> {
			assertThat(this.qos.status().since()).isAfter(before);
			assertThat(this.qos.state()).isEqualTo(HandleState.OPEN);
			assertThat(this.qos.flows()).isNotEmpty().extracting(QosFlow::state).containsOnly(FlowState.ACTIVE);
		});
	}

	@Test
	void flowIsAskedForUntilItIsClosed() throws IOException {
		try (LocalPeer peer = LocalPeer.open(Protocol.TCP, "127.0.0.1")) {
			FlowView view = this.flows
				.open(new FlowSpec(Protocol.TCP, "127.0.0.1", peer.port(), TrafficType.BACKGROUND));
			QosFlow flow = this.qos.flows().get(this.qos.flows().size() - 1);
			assertThat(flow.options().trafficType()).isEqualTo(TrafficType.BACKGROUND);
			this.flows.close(view.id());
			assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
			assertThat(this.qos.flows()).doesNotContain(flow);
		}
	}

}
