package io.github.qos4j.probe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.github.qos4j.Dscp;
import io.github.qos4j.spi.InertBackend;
import io.github.qos4j.spi.ProbeSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link QosResponder}, {@link AnswerLimit} and {@link ProbeMessage}.
 */
class QosResponderTests {

	private static final InetSocketAddress ANYONE = new InetSocketAddress("192.0.2.1", 4711);

	private static final InetSocketAddress OTHER = new InetSocketAddress("192.0.2.2", 4711);

	private final FakeProbeSocket socket = new FakeProbeSocket();

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);

	private QosResponder responder;

	@BeforeEach
	void open() throws IOException {
		this.responder = QosResponder.open(new InertBackend() {

			@Override
			public ProbeSocket probeSocket(InetSocketAddress address) {
				return QosResponderTests.this.socket;
			}

		}, new InetSocketAddress(0), new AnswerLimit(20, 10, this.nanos::get));
	}

	@AfterEach
	void close() {
		this.responder.close();
	}

	@Test
	void answerTellsHowTheQuestionArrivedAndIsNoLonger() {
		ByteBuffer question = ProbeMessage.question(Dscp.EF, 4711).encode();
		int length = question.remaining();
		this.socket.arrive(question, ANYONE, 0xb9);
		awaitAnswers(1);
		FakeProbeSocket.Sent answer = this.socket.sent.get(0);
		assertThat(answer.destination()).isEqualTo(ANYONE);
		assertThat(answer.message()).isEqualTo(new ProbeMessage(true, 46, 0xb9, 4711));
		assertThat(answer.datagram().remaining()).isEqualTo(length);
		assertThat(answer.dscp()).isEqualTo(Dscp.DF);
	}

	@Test
	void whatIsNoQuestionIsIgnored() {
		ProbeMessage question = ProbeMessage.question(Dscp.EF, 4711);
		List<ByteBuffer> others = List.of(ByteBuffer.allocate(0), ByteBuffer.allocate(15), ByteBuffer.allocate(16),
				ByteBuffer.allocate(17).put(question.encode()).clear(), question.encode().limit(15).slice(),
				question.answeredWith(0).encode(), changed(question, 0, 1), changed(question, 4, 'x'),
				changed(question, 5, 64), changed(question, 5, -1), changed(question, 6, 1), changed(question, 7, 1));
		others.forEach((other) -> this.socket.arrive(other, ANYONE, 0));
		this.socket.arrive(question.encode(), ANYONE, ProbeSocket.Arrival.UNKNOWN_TOS);
		this.socket.arrive(question.encode(), new InetSocketAddress("192.0.2.1", 0), 0);
		this.socket.arrive(question.encode(), OTHER, 0);
		awaitAnswers(1);
		assertThat(this.socket.sent).singleElement()
			.satisfies((sent) -> assertThat(sent.destination()).isEqualTo(OTHER));
	}

	private static ByteBuffer changed(ProbeMessage message, int index, int value) {
		return message.encode().put(index, (byte) value);
	}

	@Test
	void answersAreLimitedForEachSourceAndInAll() {
		ask(100, ANYONE);
		ask(1, OTHER);
		awaitAnswers(11);
		ask(100, OTHER);
		ask(100, new InetSocketAddress("192.0.2.3", 1));
		awaitAnswers(20);
		// In the next second.
		this.nanos.addAndGet(1_000_000_000);
		ask(1, ANYONE);
		awaitAnswers(21);
		assertThat(this.socket.sent.stream().filter((sent) -> sent.destination().equals(ANYONE))).hasSize(11);
		assertThat(this.responder.answers()).isEqualTo(21);
	}

	private void ask(int times, InetSocketAddress source) {
		for (int i = 0; i < times; i++) {
			this.socket.arrive(ProbeMessage.question(Dscp.DF, i).encode(), source, 0);
		}
	}

	@Test
	void addressesOfOneNetworkAreOneSource() throws IOException {
		AnswerLimit limit = new AnswerLimit(100, 1, this.nanos::get);
		assertThat(limit.allows(new InetSocketAddress("2001:db8::1", 1).getAddress())).isTrue();
		assertThat(limit.allows(new InetSocketAddress("2001:db8::2", 1).getAddress())).isFalse();
		assertThat(limit.allows(new InetSocketAddress("2001:db8:0:1::1", 1).getAddress())).isTrue();
		assertThat(limit.allows(ANYONE.getAddress())).isTrue();
		assertThat(limit.allows(ANYONE.getAddress())).isFalse();
	}

	@Test
	void closedResponderHasNoSocketAndNoThread() {
		assertThat(this.responder.localAddress()).isEqualTo(this.socket.localAddress());
		assertThat(this.responder).hasToString("QoS responder at /127.0.0.1:4000");
		assertThat(threads()).isPositive();
		this.responder.close();
		this.responder.close();
		assertThat(this.socket.isClosed()).isTrue();
		await().untilAsserted(() -> assertThat(threads()).isZero());
	}

	@Test
	void interruptedResponderIsClosed() {
		await().until(() -> this.socket.receiver() != null);
		Thread thread = this.socket.receiver();
		thread.interrupt();
		await().untilAsserted(() -> assertThat(thread.isAlive()).isFalse());
		assertThat(this.socket.isClosed()).isTrue();
	}

	private static long threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("qos-responder"))
			.count();
	}

	@Test
	void mistakesOfTheCallerAreThrown() {
		assertThatIllegalArgumentException().isThrownBy(() -> QosResponder.open(null))
			.withMessage("'address' must not be null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> QosResponder.open(InetSocketAddress.createUnresolved("host", 1)))
			.withMessageStartingWith("'address' must be resolved but was host");
		assertThatIllegalArgumentException().isThrownBy(() -> QosResponder.open(ANYONE, 0, 1))
			.withMessage("'answersPerSecond' must be positive but was 0");
		assertThatIllegalArgumentException().isThrownBy(() -> QosResponder.open(ANYONE, 1, -1))
			.withMessage("'answersPerSecondAndSource' must be positive but was -1");
	}

	/**
	 * Wait until some datagrams were answered and all others were looked at.
	 */
	private void awaitAnswers(int expected) {
		await().untilAsserted(() -> {
			assertThat(this.socket.isDrained()).isTrue();
			assertThat(this.responder.answers()).isEqualTo(expected);
		});
	}

}
