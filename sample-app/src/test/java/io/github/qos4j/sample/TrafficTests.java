package io.github.qos4j.sample;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

import io.github.qos4j.Dscp;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.boot.test.autoconfigure.AutoConfigureTestQos;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
@AutoConfigureTestQos
class TrafficTests {

	@Autowired
	private RecordedFlows flows;

	@Autowired
	private Calls calls;

	@LocalServerPort
	private int port;

	@Test
	void whatTheServerSendsIsMarked() {
		assertThat(this.flows).hasMarked(TrafficType.AUDIO_VIDEO).ofServerSockets().fromPort(this.port).inForce();
	}

	@Test
	void callIsVoiceUntilItIsOver() throws IOException {
		this.calls.call(new InetSocketAddress("127.0.0.1", 5060), ByteBuffer.allocate(1));
		assertThat(this.flows).hasMarked(TrafficType.VOICE).to("127.0.0.1", 5060).withDscp(Dscp.parse("CS7")).closed();
	}

	@Test
	void nothingGoesToPort80() {
		assertThat(this.flows.toPort(80)).isEmpty();
	}

}
