package io.github.qos4j.boot.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordingBackend;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RecordedFlows} and {@link RecordedFlowsAssert}.
 */
class RecordedFlowsAssertTests {

	private final RecordingBackend recording = new RecordingBackend();

	private final RecordedFlows flows = new RecordedFlows(this.recording);

	private final QosHandle qos = this.recording.applyTo(QosHandle.builder()).build();

	private final List<AutoCloseable> open = new ArrayList<>();

	@BeforeEach
	void awaitOpen() {
		this.qos.awaitOpen(Duration.ofSeconds(30));
	}

	@AfterEach
	void close() throws Exception {
		this.qos.close();
		for (AutoCloseable each : this.open) {
			each.close();
		}
	}

	@Test
	void flowMeetsAllCriteriaTogether() throws IOException {
		flow("127.0.0.1", 5060, QosFlowOptions.of(TrafficType.VOICE).withDscp(Dscp.EF).withRate(FlowRate.of(80_000)));
		assertThat(this.flows).hasMarked(TrafficType.VOICE)
			.to("127.0.0.1", 5060)
			.to(new InetSocketAddress("127.0.0.1", 5060))
			.toPort(5060)
			.withDscp(Dscp.EF)
			.withRate(FlowRate.of(80_000))
			.overUdp()
			.inForce()
			.hasSize(1);
	}

	@Test
	void twoFlowsDoNotMeetTheCriteriaOfOne() throws IOException {
		flow("127.0.0.1", 5060, TrafficType.VOICE);
		flow("127.0.0.1", 5061, TrafficType.BACKGROUND);
		assertThat(this.flows).hasMarked(TrafficType.VOICE);
		assertThat(this.flows).to("127.0.0.1", 5061);
		failing(() -> assertThat(this.flows).hasMarked(TrafficType.VOICE).to("127.0.0.1", 5061));
		failing(() -> assertThat(this.flows).hasMarked(TrafficType.VOICE).closed());
		failing(() -> assertThat(this.flows).hasMarked(TrafficType.VOICE).overTcp());
		failing(() -> assertThat(this.flows).hasMarked(TrafficType.VOICE).ofServerSockets());
	}

	@Test
	void failureListsWhatWasConsideredAndAllThatWasRecorded() throws IOException {
		int local = flow("127.0.0.1", 5061, TrafficType.VOICE);
		int other = flow("127.0.0.1", 5062, QosFlowOptions.of(TrafficType.BACKGROUND).withRate(FlowRate.of(80_000)));
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(this.flows).as("the call").hasMarked(TrafficType.VOICE).to("127.0.0.1", 5060))
			.withMessage("""
					[the call] Expecting a flow marked VOICE, to 127.0.0.1:5060 but there was none.
					Flows marked VOICE:
					  udp 127.0.0.1:%1$d -> 127.0.0.1:5061: VOICE, DSCP 56 (CS7), open
					All that was recorded:
					  udp 127.0.0.1:%1$d -> 127.0.0.1:5061: VOICE, DSCP 56 (CS7), open
					  udp 127.0.0.1:%2$d -> 127.0.0.1:5062: BACKGROUND, DSCP 8 (CS1) at 80000 bit/s, open""", local,
					other);
	}

	@Test
	void failureWithoutAnyFlowSaysSo() {
		RecordedFlows explained = new RecordedFlows(this.recording, () -> List.of("Because of this.", "And that."));
		assertThat(messageOf(() -> assertThat(explained).hasMarked(TrafficType.VOICE)))
			.isEqualTo("Expecting a flow marked VOICE but there was none.\nNothing was recorded.\n"
					+ "Because of this.\nAnd that.");
		assertThat(this.flows).isEmpty();
	}

	@Test
	void whatMustNotBeIsAssertedOfASelection() throws IOException {
		flow("127.0.0.1", 5060, TrafficType.VOICE);
		assertThat(this.flows).hasNotMarked(TrafficType.BACKGROUND).isNotEmpty().hasSize(1);
		assertThat(this.flows.toPort(80)).isEmpty();
		assertThat(messageOf(() -> assertThat(this.flows).as("idle").hasNotMarked(TrafficType.VOICE)))
			.startsWith("[idle] Expecting no flow marked VOICE but there was.\nAll that was recorded:\n  udp ");
		assertThat(messageOf(() -> assertThat(this.flows.to("127.0.0.1", 5060)).isEmpty()))
			.startsWith("Expecting no flow to 127.0.0.1:5060 but there was");
		assertThat(messageOf(() -> assertThat(this.flows.toPort(80)).isNotEmpty()))
			.startsWith("Expecting a flow to port 80 but there was none");
		assertThat(messageOf(() -> assertThat(this.flows.overUdp()).hasSize(2)))
			.startsWith("Expecting 2 flows over UDP but there were 1");
	}

	@Test
	void everyFailureHasTheMessageOfTheTest() throws IOException {
		flow("127.0.0.1", 5060, TrafficType.VOICE);
		List<ThrowingCallable> failing = List.of(() -> told().isEmpty(), () -> told().hasNotMarked(TrafficType.VOICE),
				() -> told().hasMarked(TrafficType.CONTROL), () -> told().hasSize(2),
				() -> told().hasMarked(TrafficType.VOICE).isEmpty(),
				() -> told().hasMarked(TrafficType.VOICE).toPort(5061));
		assertThat(failing).extracting(RecordedFlowsAssertTests::messageOf).containsOnly("[idle] Somebody is calling");
	}

	@Test
	void earlierMarksCountButAreNotInForce() throws IOException {
		DatagramChannel socket = connected("127.0.0.1", 5060);
		QosFlow flow = this.qos.addFlow(socket, TrafficType.VOICE);
		flow.setOptions(QosFlowOptions.of(TrafficType.BACKGROUND)).toCompletableFuture().join();
		assertThat(this.flows).hasMarked(TrafficType.VOICE).withDscp(Dscp.of(56));
		assertThat(this.flows).hasMarked(TrafficType.BACKGROUND).withDscp(Dscp.of(8)).inForce();
		failing(() -> assertThat(this.flows).hasMarked(TrafficType.VOICE).withDscp(Dscp.of(8)));
		assertThat(messageOf(() -> assertThat(this.flows).hasMarked(TrafficType.VOICE).inForce()))
			.contains("VOICE, DSCP 56 (CS7), then BACKGROUND, DSCP 8 (CS1), open");
	}

	@Test
	void closedFlowsAreThereUntilThePastIsForgotten() throws IOException {
		QosFlow over = this.qos.addFlow(connected("127.0.0.1", 5060), TrafficType.VOICE);
		flow("127.0.0.1", 5061, TrafficType.CONTROL);
		over.close();
		assertThat(this.flows).hasMarked(TrafficType.VOICE).to("127.0.0.1", 5060).closed();
		this.flows.clearPast();
		assertThat(this.flows).hasNotMarked(TrafficType.VOICE).hasMarked(TrafficType.CONTROL).inForce();
	}

	@Test
	void serverSocketIsFoundByItsPort() throws IOException {
		ServerSocketChannel server = keep(ServerSocketChannel.open());
		server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
		this.qos.addFlow(server, TrafficType.AUDIO_VIDEO);
		assertThat(this.flows).hasMarked(TrafficType.AUDIO_VIDEO).ofServerSockets().fromPort(port).overTcp();
		assertThat(messageOf(() -> assertThat(this.flows).hasMarked(TrafficType.AUDIO_VIDEO).closed()))
			.contains("  tcp server socket ", ":" + port + ": AUDIO_VIDEO, DSCP 40 (CS5), open")
			.doesNotContain("peer");
	}

	@Test
	void hostIsMetByNameAndByAddressOfEitherFamily() throws IOException {
		flow("127.0.0.1", 5060, TrafficType.VOICE);
		assertThat(this.flows).to("localhost", 5060).to("127.0.0.1", 5060).to("::ffff:127.0.0.1", 5060);
		failing(() -> assertThat(this.flows).to("127.0.0.2", 5060));
		failing(() -> assertThat(this.flows).to("no.such.host.invalid", 5060));
	}

	@Test
	void oneOfSeveralPeersIsEnough() throws IOException {
		DatagramChannel socket = keep(DatagramChannel.open());
		QosFlow flow = this.qos.addFlow(QosSocket.of(socket).to(new InetSocketAddress("127.0.0.1", 1)),
				QosFlowOptions.of(TrafficType.VOICE));
		flow.add(QosSocket.of(socket).to(new InetSocketAddress("127.0.0.1", 2))).toCompletableFuture().join();
		assertThat(this.flows).toPort(1).hasSize(1);
		assertThat(this.flows).toPort(2).hasSize(1);
		failing(() -> assertThat(this.flows).toPort(1).toPort(2));
	}

	@Test
	void socketWithoutAPeerIsExplained() throws IOException {
		this.qos.addFlow(keep(DatagramChannel.open()), TrafficType.VOICE);
		assertThat(messageOf(() -> assertThat(this.flows).toPort(5060))).contains("udp -> no known peer: VOICE")
			.endsWith("The peer of a socket that is not connected is known if QosSocket.to names it.");
	}

	@Test
	void onlyTheLatestOfManyAreListed() throws IOException {
		DatagramChannel socket = connected("127.0.0.1", 5060);
		for (int i = 0; i < 30; i++) {
			this.qos.addFlow(socket, TrafficType.VOICE).close();
		}
		assertThat(messageOf(() -> assertThat(this.flows).hasMarked(TrafficType.CONTROL)).lines()).hasSize(23)
			.contains("  ... 10 earlier ones");
	}

	@Test
	void assertionsCanBeRepeatedUntilTheyHold() throws Exception {
		RecordedFlowsAssert assertion = assertThat(this.flows);
		failing(() -> assertion.hasMarked(TrafficType.VOICE));
		Thread later = new Thread(
				() -> assertThatCode(() -> flow("127.0.0.1", 5060, TrafficType.VOICE)).doesNotThrowAnyException());
		later.start();
		await().untilAsserted(() -> assertion.hasMarked(TrafficType.VOICE).to("127.0.0.1", 5060));
		later.join();
	}

	@Test
	void viewIsReadable() throws IOException {
		flow("127.0.0.1", 5060, TrafficType.VOICE);
		assertThat(this.flows.toPort(5060).toString()).startsWith("flows to port 5060:\n  udp 127.0.0.1:");
		assertThat(this.flows.toPort(5060).list()).hasSize(1);
	}

	private RecordedFlowsAssert told() {
		return assertThat(this.flows).as("idle").withFailMessage("Somebody is calling");
	}

	private static void failing(ThrowingCallable assertion) {
		assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion);
	}

	private static String messageOf(ThrowingCallable assertion) {
		return assertThatExceptionOfType(AssertionError.class).isThrownBy(assertion).actual().getMessage();
	}

	private int flow(String host, int port, TrafficType type) throws IOException {
		return flow(host, port, QosFlowOptions.of(type));
	}

	/**
	 * Add a flow, and return its local port.
	 */
	private int flow(String host, int port, QosFlowOptions options) throws IOException {
		DatagramChannel socket = connected(host, port);
		this.qos.addFlow(socket, options);
		SocketAddress local = socket.getLocalAddress();
		return ((InetSocketAddress) local).getPort();
	}

	private DatagramChannel connected(String host, int port) throws IOException {
		return keep(DatagramChannel.open()).connect(new InetSocketAddress(host, port));
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.open.add(resource);
		return resource;
	}

}
