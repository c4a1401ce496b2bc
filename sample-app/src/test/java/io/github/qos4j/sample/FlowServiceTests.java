package io.github.qos4j.sample;

import java.io.IOException;

import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link FlowService}, whose ticks are counted here instead of timed.
 */
class FlowServiceTests {

	private final QosHandle qos = QosHandle.builder().backend("recording").build();

	private final FlowService flows = new FlowService(this.qos);

	private LocalPeer peer;

	@BeforeEach
	void openPeer() throws IOException {
		this.peer = LocalPeer.open(Protocol.UDP, "127.0.0.1");
	}

	@AfterEach
	void close() throws IOException {
		this.flows.close();
		this.qos.close();
		this.peer.close();
	}

	@Test
	void closedFlowSendsForFiveSecondsMore() {
		String id = open(Protocol.UDP, this.peer.port()).id();
		tick(3);
		assertThat(this.flows.close(id).sent()).isEqualTo(3);
		tick(250);
		assertThat(this.flows.get(id).sent()).isEqualTo(253);
		assertThat(this.flows.get(id).sending()).isTrue();
		tick(1);
		assertThat(this.flows.list()).isEmpty();
	}

	@Test
	void closingAgainDoesNotProlong() {
		String id = open(Protocol.UDP, this.peer.port()).id();
		this.flows.close(id);
		tick(200);
		this.flows.close(id);
		tick(51);
		assertThat(this.flows.list()).isEmpty();
	}

	@Test
	void endedFlowIsShownForAMinute() throws Exception {
		String id;
		try (LocalPeer tcp = LocalPeer.open(Protocol.TCP, "127.0.0.1")) {
			id = open(Protocol.TCP, tcp.port()).id();
			tick(1);
			tcp.receive();
		}
		while (this.flows.get(id).sending()) {
			Thread.sleep(10);
			tick(1);
		}
		assertThat(this.flows.get(id).reason()).isNotBlank();
		assertThat(this.qos.flows()).isEmpty();
		tick(3000);
		assertThat(this.flows.list()).hasSize(1);
		tick(1);
		assertThat(this.flows.list()).isEmpty();
	}

	@Test
	void udpFlowOutlivesPeerThatIsNotThere() throws IOException {
		int port = this.peer.port();
		this.peer.close();
		String id = open(Protocol.UDP, port).id();
		tick(10);
		assertThat(this.flows.get(id).sending()).isTrue();
		assertThat(this.flows.get(id).sent()).isPositive();
	}

	@Test
	void tooManyFlowsAreRefusedUntilOneIsGone() {
		for (int i = 0; i < FlowService.MAX_FLOWS; i++) {
			open(Protocol.UDP, this.peer.port());
		}
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> open(Protocol.UDP, this.peer.port()))
			.satisfies((ex) -> assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.CONFLICT));
		this.flows.close("1");
		tick(SendingFlow.TICKS_UNMARKED + 1);
		assertThat(open(Protocol.UDP, this.peer.port()).id()).isEqualTo("101");
	}

	@Test
	void failedConnectionLeavesNothingBehind() throws IOException {
		int port;
		try (LocalPeer tcp = LocalPeer.open(Protocol.TCP, "127.0.0.1")) {
			port = tcp.port();
		}
		for (int i = 0; i < FlowService.MAX_FLOWS + 1; i++) {
			assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> open(Protocol.TCP, port))
				.satisfies((ex) -> assertThat(ex.getStatusCode()).isEqualTo(HttpStatus.BAD_GATEWAY));
		}
		assertThat(this.flows.list()).isEmpty();
		assertThat(this.qos.flows()).isEmpty();
	}

	private FlowView open(Protocol protocol, int port) {
		return this.flows.open(new FlowSpec(protocol, "127.0.0.1", port, TrafficType.VOICE));
	}

	private void tick(int times) {
		for (int i = 0; i < times; i++) {
			this.flows.tick();
		}
	}

}
