package io.github.qos4j.probe;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.backend.BackendSelector;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.probe.ProbeReport.ProbedMark;
import io.github.qos4j.spi.ProbeSocket;
import io.github.qos4j.spi.ProbeSocket.Arrival;
import io.github.qos4j.spi.QosBackend;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which marks survive a network path: sends a datagram with each of the 64 code
 * points, and has the other end report the mark with which it arrived. Needs no
 * privileges. It probes with UDP; routers may treat TCP differently. Currently only Linux
 * reports the marks of received datagrams.
 * <p>
 * Methods do not block; each probe runs on a daemon thread of its own, {@code qos-probe}.
 */
public final class QosProbe {

	private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

	/**
	 * How often an unanswered code point is sent.
	 */
	static final int ROUNDS = 4;

	private static final int CODE_POINTS = 64;

	private static final SecureRandom random = new SecureRandom();

	private QosProbe() {
	}

	/**
	 * Send marked datagrams from this machine to itself, over IPv4 and IPv6, to check
	 * that the system applies marks and leaves them unchanged.
	 * @return a stage that completes with a report for each address family of this
	 * machine. It fails with a {@link QosException} if the probe cannot be made, for
	 * example because the system does not report marks. Dependent actions run on the
	 * probe's thread unless they name an executor.
	 */
	public static CompletionStage<List<ProbeReport>> loopback() {
		return loopback(null);
	}

	/**
	 * Send marked datagrams to a {@link QosResponder}, to find out what the path to it
	 * does with the marks. Takes at most two seconds.
	 * @param responder the address and port of the responder
	 * @return a stage that completes with the report
	 * @throws IllegalArgumentException if the address is null or unresolved
	 * @see #path(InetSocketAddress, Duration)
	 */
	public static CompletionStage<ProbeReport> path(InetSocketAddress responder) {
		return path(responder, DEFAULT_TIMEOUT);
	}

	/**
	 * Send marked datagrams to a {@link QosResponder}, to find out what the path to it
	 * does with the marks. Datagrams that are not answered are sent again, up to four
	 * times in all.
	 * @param responder the address and port of the responder
	 * @param timeout the longest time to wait for answers
	 * @return a stage that completes with the report, even if there was no answer. It
	 * fails with a {@link QosException} if the probe cannot be made, for example because
	 * the system does not report marks. Dependent actions run on the probe's thread
	 * unless they name an executor.
	 * @throws IllegalArgumentException if the address is null or unresolved, or if the
	 * timeout is null, zero or negative
	 */
	public static CompletionStage<ProbeReport> path(InetSocketAddress responder, Duration timeout) {
		return path(null, responder, timeout);
	}

	static CompletionStage<List<ProbeReport>> loopback(@Nullable QosBackend backend) {
		return start(() -> {
			QosBackend chosen = chosen(backend);
			List<ProbeReport> reports = new ArrayList<>();
			IOException failure = null;
			for (String address : List.of("127.0.0.1", "::1")) {
				try {
					reports.add(loopback(chosen, address));
				}
				catch (IOException ex) {
					// This machine has one family alone.
					failure = ex;
				}
			}
			if (reports.isEmpty() && failure != null) {
				throw failure;
			}
			return reports;
		});
	}

	private static ProbeReport loopback(QosBackend backend, String address) throws IOException {
		try (ProbeSocket socket = backend.probeSocket(new InetSocketAddress(literal(address), 0))) {
			return new Probe(socket, socket.localAddress(), false, DEFAULT_TIMEOUT).run(backend);
		}
	}

	private static InetAddress literal(String address) throws UnknownHostException {
		return InetAddress.getByName(address);
	}

	static CompletionStage<ProbeReport> path(@Nullable QosBackend backend, InetSocketAddress responder,
			Duration timeout) {
		Assert.notNull(responder, "responder");
		Assert.positive(timeout, "timeout");
		if (responder.isUnresolved()) {
			throw new IllegalArgumentException("'responder' must be resolved but was " + responder);
		}
		return start(() -> {
			QosBackend chosen = chosen(backend);
			try (ProbeSocket socket = chosen.probeSocket(new InetSocketAddress(0))) {
				return new Probe(socket, responder, true, timeout).run(chosen);
			}
		});
	}

	/**
	 * Return the given backend, or else the one that {@code auto} selects.
	 */
	static QosBackend chosen(@Nullable QosBackend backend) {
		if (backend != null) {
			return backend;
		}
		BackendSelector.Selection selection = BackendSelector.named(BackendSelector.AUTO).select();
		if (selection.refusal() != null) {
			throw selection.refusal();
		}
		return selection.backend();
	}

	private static <T> CompletionStage<T> start(Callable<T> probe) {
		CompletableFuture<T> future = new CompletableFuture<>();
		Threads.daemon("qos-probe", () -> {
			try {
				future.complete(probe.call());
			}
			catch (QosException ex) {
				future.completeExceptionally(ex);
			}
			catch (InterruptedIOException ex) {
				future.completeExceptionally(
						new QosException(ErrorCase.CANCELLED, "The probe was interrupted", null, ex));
			}
			catch (IOException ex) {
				future.completeExceptionally((ex.getCause() instanceof QosException cause) ? cause : new QosException(
						ErrorCase.NETWORK, "The probe cannot be made: " + ex.getMessage(), null, ex));
			}
			catch (Throwable ex) {
				future.completeExceptionally(QosException.of(ex));
			}
		}).start();
		return future.minimalCompletionStage();
	}

	/**
	 * A probe in progress.
	 */
	private static final class Probe {

		private final ProbeSocket socket;

		private final InetSocketAddress destination;

		private final boolean answered;

		private final Duration timeout;

		private final long nonce = random.nextLong();

		private final @Nullable Dscp[] arrived = new Dscp[CODE_POINTS];

		private @Nullable IOException refusal;

		/**
		 * Create a probe.
		 * @param answered whether a responder answers; otherwise the questions themselves
		 * arrive at the socket
		 */
		Probe(ProbeSocket socket, InetSocketAddress destination, boolean answered, Duration timeout) {
			this.socket = socket;
			this.destination = destination;
			this.answered = answered;
			this.timeout = timeout;
		}

		ProbeReport run(QosBackend backend) throws IOException {
			for (int round = 0; round < ROUNDS && isIncomplete(); round++) {
				ask();
				listen();
			}
			List<ProbedMark> marks = new ArrayList<>(CODE_POINTS);
			for (int value = 0; value < CODE_POINTS; value++) {
				marks.add(new ProbedMark(Dscp.of(value), this.arrived[value]));
			}
			List<String> remarks = new ArrayList<>(backend.markChanges());
			if (this.refusal != null) {
				remarks.add("this machine has refused to send some datagrams: " + this.refusal.getMessage());
			}
			return new ProbeReport(this.destination, marks, remarks);
		}

		private boolean isIncomplete() {
			return Arrays.stream(this.arrived).anyMatch(Objects::isNull);
		}

		private boolean isAnswered() {
			return !Arrays.stream(this.arrived).allMatch(Objects::isNull);
		}

		private void ask() throws IOException {
			boolean sent = false;
			for (int value = 0; value < CODE_POINTS; value++) {
				if (this.arrived[value] == null) {
					Dscp dscp = Dscp.of(value);
					try {
						this.socket.send(ProbeMessage.question(dscp, this.nonce).encode(), this.destination, dscp);
						sent = true;
					}
					catch (IOException ex) {
						// Perhaps a firewall of this machine that knows code points.
						this.refusal = ex;
					}
				}
			}
			if (!sent && this.refusal != null && !isAnswered()) {
				throw this.refusal;
			}
		}

		private void listen() throws IOException {
			long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(this.timeout.dividedBy(ROUNDS));
			// A longer datagram than ours is to be seen as such.
			ByteBuffer datagram = ByteBuffer.allocate(ProbeMessage.SIZE + 1);
			while (isIncomplete()) {
				Duration left = Duration.ofNanos(end - System.nanoTime());
				Arrival arrival = (left.isNegative() || left.isZero()) ? null
						: this.socket.receive(datagram.clear(), left);
				if (arrival == null) {
					return;
				}
				ProbeMessage message = ProbeMessage.decode(datagram.flip());
				if (message != null && message.nonce() == this.nonce && message.answer() == this.answered) {
					note(message, arrival);
				}
			}
		}

		private void note(ProbeMessage message, Arrival arrival) {
			int tos = this.answered ? message.arrivedTos() : arrival.tos();
			if (tos != Arrival.UNKNOWN_TOS) {
				this.arrived[message.sent()] = Dscp.of(tos >> 2);
			}
		}

	}

}
