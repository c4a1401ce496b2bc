package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the statements in docs/testing.md.
 */
class AssertionExamplesTests {

	private final RecordingBackend backend = new RecordingBackend();

	private final RecordedFlows flows = new RecordedFlows(this.backend);

	private final QosHandle qos = this.backend.applyTo(QosHandle.builder()).build();

	@BeforeEach
	void open() {
		this.qos.awaitOpen(Duration.ofSeconds(30));
	}

	@AfterEach
	void close() {
		this.qos.close();
	}

	@Test
	void criteriaAddUp() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open()) {
			this.qos.addFlow(QosSocket.of(channel).to(new InetSocketAddress("10.0.0.1", 5060)),
					QosFlowOptions.of(TrafficType.VOICE).withDscp(Dscp.EF).withRate(FlowRate.of(500_000)));
			assertThat(flows).hasMarked(TrafficType.VOICE)
				.withDscp(Dscp.EF)
				.withRate(FlowRate.of(500_000))
				.overUdp()
				.inForce();
		}
		// A socket to 10.0.0.1:5060 was marked VOICE
		assertThat(flows).hasMarked(TrafficType.VOICE).to("10.0.0.1", 5060);
	}

	@Test
	void absenceIsAsserted() throws IOException {
		assertThat(flows).hasNotMarked(TrafficType.CONTROL);
		assertThat(flows.to("10.0.0.1", 80)).isEmpty();
		assertThat(flows.marked(TrafficType.VOICE).inForce()).hasSize(0);
	}

	@Test
	void waitingIsAwaitilitys() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open();
				QosFlow flow = this.qos.addFlow(channel, TrafficType.VOICE)) {
			channel.connect(new InetSocketAddress("127.0.0.1", 5060));
			await().untilAsserted(() -> assertThat(flows).hasMarked(TrafficType.VOICE).toPort(5060));
		}
	}

	@Test
	void noSpringIsNeeded() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		try (QosHandle qos = recording.applyTo(QosHandle.builder()).build()) {
			qos.awaitOpen(Duration.ofSeconds(5));
			new Calls(qos).call(new InetSocketAddress("127.0.0.1", 5060), ByteBuffer.allocate(1));
		}
		assertThat(new RecordedFlows(recording)).hasMarked(TrafficType.VOICE).to("127.0.0.1", 5060);
	}

}
