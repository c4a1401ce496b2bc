package io.github.qos4j.internal.recording;

import java.io.IOException;
import java.nio.channels.DatagramChannel;

import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosBackendContractTests;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link RecordingBackend}.
 */
class RecordingBackendTests extends QosBackendContractTests {

	@Override
	protected QosBackend backend() {
		return new RecordingBackend();
	}

	@Test
	void flowsTellWhatWasAskedFor() throws IOException {
		DatagramChannel socket = udp();
		try (QosHandle named = QosHandle.builder().backend("recording").build()) {
			QosFlow flow = named.addFlow(socket, TrafficType.VOICE);
			named.addFlow(socket, TrafficType.CONTROL);
			assertThat(named.flows()).extracting((recorded) -> recorded.options().trafficType())
				.containsExactly(TrafficType.VOICE, TrafficType.CONTROL);
			assertThat(flow.marking().isApplied()).isTrue();
		}
	}

}
