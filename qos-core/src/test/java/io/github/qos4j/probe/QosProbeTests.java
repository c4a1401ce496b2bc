package io.github.qos4j.probe;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.spi.InertBackend;
import io.github.qos4j.probe.ProbeReport.ProbedMark;
import io.github.qos4j.spi.ProbeSocket;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosProbe} and {@link ProbeReport} over a network that a test makes up.
 */
class QosProbeTests {

	private static final InetSocketAddress RESPONDER = new InetSocketAddress("192.0.2.1", 4000);

	/** Longer than any test: a made-up network says at once that nothing more comes. */
	private static final Duration TIMEOUT = Duration.ofMinutes(5);

	@Test
	void pathThatLeavesMarksAloneIsIntact() {
		Network network = new Network((tos) -> tos);
		ProbeReport report = probe(network);
		assertThat(report.isIntact()).isTrue();
		assertThat(report.isAnswered()).isTrue();
		assertThat(report.marks()).hasSize(64).allMatch(ProbedMark::isIntact);
		assertThat(report.changed()).isEmpty();
		assertThat(report.lost()).isEmpty();
		assertThat(report.destination()).isEqualTo(RESPONDER);
		assertThat(report).hasToString("/192.0.2.1:4000: every code point arrives as it is sent");
		assertThat(network.questions).hasSize(64);
		assertThat(network.isClosed()).isTrue();
	}

	@Test
	void eachDatagramCarriesTheCodePointThatItAsksAbout() {
		Network network = new Network((tos) -> tos);
		probe(network);
		assertThat(network.questions).allSatisfy((sent) -> {
			assertThat(sent.message().answer()).isFalse();
			assertThat(sent.message().sent()).isEqualTo(sent.dscp().value());
			assertThat(sent.destination()).isEqualTo(RESPONDER);
		});
		assertThat(network.questions).extracting((sent) -> sent.message().nonce()).containsOnly(network.nonce());
	}

	@Test
	void changedMarksAreTold() {
		// One that clears everything above CS5, and sets congestion notification bits.
		ProbeReport report = probe(new Network((tos) -> (tos >= 0xa0) ? 3 : tos | 1));
		assertThat(report.isIntact()).isFalse();
		assertThat(report.changed()).hasSize(24).allMatch((mark) -> mark.arrived().equals(Dscp.DF));
		assertThat(report.mark(Dscp.EF)).isEqualTo(new ProbedMark(Dscp.EF, Dscp.DF));
		assertThat(report.mark(Dscp.of(39)).isIntact()).isTrue();
		assertThat(report.lost()).isEmpty();
		assertThat(report.toString()).contains("24 of 64 code points are changed", "46 (EF) -> 0 (DF)");
	}

	@Test
	void whatIsLostIsSentAgain() {
		Network network = new Network((tos) -> tos);
		network.losses = QosProbe.ROUNDS - 1;
		ProbeReport report = probe(network);
		assertThat(report.isIntact()).isTrue();
		assertThat(network.questions).hasSize(64 * QosProbe.ROUNDS);
	}

	@Test
	void whatStaysLostIsTold() {
		Network network = new Network((tos) -> (tos == 184) ? Network.LOST : tos);
		ProbeReport report = probe(network);
		assertThat(report.isIntact()).isFalse();
		assertThat(report.isAnswered()).isTrue();
		assertThat(report.changed()).isEmpty();
		assertThat(report.lost()).containsExactly(new ProbedMark(Dscp.EF, null));
		assertThat(network.questions).hasSize(63 + QosProbe.ROUNDS);
	}

	@Test
	void silenceIsNoAnswer() {
		ProbeReport report = probe(new Network((tos) -> Network.LOST));
		assertThat(report.isAnswered()).isFalse();
		assertThat(report.isIntact()).isFalse();
		assertThat(report.lost()).hasSize(64);
		assertThat(report).hasToString("/192.0.2.1:4000: no answer");
	}

	@Test
	void foreignDatagramsAreNoAnswers() {
		Network network = new Network((tos) -> tos) {

			@Override
			public void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException {
				ProbeMessage question = ProbeMessage.decode(datagram.duplicate());
				arrive(new ProbeMessage(true, question.sent(), 0, question.nonce() + 1).encode(), RESPONDER, 0);
				arrive(question.encode(), RESPONDER, 0);
				arrive(ByteBuffer.allocate(ProbeMessage.SIZE), RESPONDER, 0);
				arrive(ByteBuffer.allocate(1000).put(question.answeredWith(0).encode()).clear(), RESPONDER, 0);
				super.send(datagram, destination, dscp);
			}

		};
		assertThat(probe(network).isIntact()).isTrue();
	}

	@Test
	void refusalToSendIsToldAndTheOthersAreSent() {
		Network network = new Network((tos) -> tos) {

			@Override
			public void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException {
				if (dscp.equals(Dscp.EF)) {
					throw new SocketException("Operation not permitted");
				}
				super.send(datagram, destination, dscp);
			}

		};
		ProbeReport report = probe(network);
		assertThat(report.lost()).containsExactly(new ProbedMark(Dscp.EF, null));
		assertThat(report.remarks()).containsExactly("reflected",
				"this machine has refused to send some datagrams: Operation not permitted");
	}

	@Test
	void machineThatSendsNothingAtAllCannotProbe() {
		QosException refusal = new QosException(ErrorCase.ADMINISTRATOR, "setsockopt(IP_TOS) failed", "Allow it", null);
		CompletionStage<ProbeReport> probe = QosProbe.path(new ProbingBackend((address) -> new FakeProbeSocket() {

			@Override
			public void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException {
				throw new IOException(refusal.getMessage(), refusal);
			}

		}), RESPONDER, TIMEOUT);
		assertThat(probe.toCompletableFuture()).failsWithin(Duration.ofSeconds(20))
			.withThrowableOfType(ExecutionException.class)
			.withCause(refusal);
	}

	@Test
	void loopbackIsProbedWithoutAResponder() {
		List<FakeProbeSocket> sockets = new ArrayList<>();
		List<ProbeReport> reports = result(QosProbe.loopback(new ProbingBackend((address) -> {
			FakeProbeSocket socket = new FakeProbeSocket() {

				@Override
				public void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) {
					arrive(datagram, localAddress(), dscp.value() << 2);
				}

			};
			sockets.add(socket);
			return socket;
		})));
		assertThat(reports).hasSize(2).allMatch(ProbeReport::isIntact);
		assertThat(sockets).allMatch(FakeProbeSocket::isClosed);
	}

	@Test
	void machineWithoutOneFamilyProbesTheOther() {
		List<ProbeReport> reports = result(QosProbe.loopback(new ProbingBackend((address) -> {
			if (address.getAddress().getAddress().length == 16) {
				throw new SocketException("No IPv6");
			}
			return new Network((tos) -> Network.LOST);
		})));
		assertThat(reports).hasSize(1);
	}

	@Test
	void systemThatCannotTellSaysSo() {
		CompletionStage<ProbeReport> probe = QosProbe.path(new InertBackend(), RESPONDER, TIMEOUT);
		assertThat(probe.toCompletableFuture()).failsWithin(Duration.ofSeconds(20))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(QosException.class)
			.withMessageContaining("cannot tell with which mark a datagram has arrived");
		CompletionStage<List<ProbeReport>> loopback = QosProbe.loopback(new ProbingBackend((address) -> {
			throw new SocketException("No sockets left");
		}));
		assertThat(loopback.toCompletableFuture()).failsWithin(Duration.ofSeconds(20))
			.withThrowableOfType(ExecutionException.class)
			.withMessageContaining("The probe cannot be made: No sockets left");
	}

	@Test
	void interruptedProbeEnds() {
		CompletionStage<ProbeReport> probe = QosProbe.path(new ProbingBackend((address) -> {
			Thread.currentThread().interrupt();
			return new FakeProbeSocket();
		}), RESPONDER, TIMEOUT);
		assertThat(probe.toCompletableFuture()).failsWithin(Duration.ofSeconds(20))
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(QosException.class)
			.withMessageContaining("The probe was interrupted");
	}

	@Test
	void probeMayWaitForEver() {
		Network network = new Network((tos) -> tos);
		CompletionStage<ProbeReport> probe = QosProbe.path(new ProbingBackend((address) -> network), RESPONDER,
				Duration.ofSeconds(Long.MAX_VALUE));
		assertThat(result(probe).isIntact()).isTrue();
	}

	@Test
	void mistakesOfTheCallerAreThrown() {
		assertThatIllegalArgumentException().isThrownBy(() -> QosProbe.path(null))
			.withMessage("'responder' must not be null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> QosProbe.path(InetSocketAddress.createUnresolved("host", 1)))
			.withMessageStartingWith("'responder' must be resolved but was host");
		assertThatIllegalArgumentException().isThrownBy(() -> QosProbe.path(RESPONDER, Duration.ZERO))
			.withMessage("'timeout' must be positive but was PT0S");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ProbeReport(RESPONDER, List.of(), List.of()).mark(null))
			.withMessage("'dscp' must not be null");
	}

	@Test
	void reportsKeepTheirLists() {
		List<String> remarks = new ArrayList<>();
		ProbeReport report = new ProbeReport(RESPONDER, List.of(), remarks);
		remarks.add("later");
		assertThat(report.remarks()).isEmpty();
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> report.remarks().add("more"));
	}

	private static ProbeReport probe(Network network) {
		return result(QosProbe.path(new ProbingBackend((address) -> network), RESPONDER, TIMEOUT));
	}

	private static <T> T result(CompletionStage<T> stage) {
		return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
	}

	/**
	 * A network with a responder at its other end.
	 */
	private static class Network extends FakeProbeSocket {

		static final int LOST = -1;

		final List<Sent> questions = this.sent;

		/** How many rounds are lost at first. */
		int losses;

		private final IntUnaryOperator path;

		/**
		 * Create a network.
		 * @param path makes of a TOS the one that arrives
		 */
		Network(IntUnaryOperator path) {
			this.path = path;
		}

		long nonce() {
			return this.sent.get(0).message().nonce();
		}

		@Override
		public void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException {
			super.send(datagram, destination, dscp);
			int tos = this.path.applyAsInt(dscp.value() << 2);
			if (tos != LOST && this.sent.size() > 64 * this.losses) {
				arrive(ProbeMessage.decode(datagram.duplicate()).answeredWith(tos).encode(), destination, 0);
			}
		}

	}

	/**
	 * A backend that can probe.
	 */
	private static final class ProbingBackend extends InertBackend {

		private final Opener opener;

		ProbingBackend(Opener opener) {
			this.opener = opener;
		}

		@Override
		public ProbeSocket probeSocket(InetSocketAddress address) throws IOException {
			return this.opener.open(address);
		}

		@Override
		public List<String> markChanges() {
			return List.of("reflected");
		}

	}

	/**
	 * Opens a probe socket.
	 */
	@FunctionalInterface
	private interface Opener {

		ProbeSocket open(InetSocketAddress address) throws IOException;

	}

}
