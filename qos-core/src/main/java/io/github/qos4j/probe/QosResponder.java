package io.github.qos4j.probe;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.util.Assert;
import io.github.qos4j.internal.util.Threads;
import io.github.qos4j.spi.ProbeSocket;
import io.github.qos4j.spi.QosBackend;
import org.jspecify.annotations.Nullable;

/**
 * Answers the datagrams of a {@link QosProbe} with the mark with which they arrived. No
 * responder runs unless an application opens one. It can be exposed to a network: answers
 * are no longer than questions, other datagrams are ignored, and the rate of answers is
 * limited in total and per source, so that it cannot be abused to attack others.
 * <p>
 * Thread-safe. A responder runs on a daemon thread of its own, {@code qos-responder};
 * interrupting that thread closes the responder.
 */
public final class QosResponder implements AutoCloseable {

	/** Enough for a few probes at a time. */
	private static final int DEFAULT_ANSWERS_PER_SECOND = 2_000;

	/**
	 * Enough for one probe including repetitions.
	 */
	private static final int DEFAULT_ANSWERS_PER_SECOND_AND_SOURCE = 256;

	private static final Duration PAUSE = Duration.ofMillis(100);

	private static final System.Logger logger = System.getLogger(QosResponder.class.getName());

	private final ProbeSocket socket;

	private final AnswerLimit limit;

	private volatile boolean closed;

	private final AtomicLong answers = new AtomicLong();

	private QosResponder(ProbeSocket socket, AnswerLimit limit) {
		this.socket = socket;
		this.limit = limit;
	}

	/**
	 * Open a responder that sends at most 2,000 answers per second, and 256 per second to
	 * one source. May load a native library the first time.
	 * @param address the address to bind; port 0 for any free port, the wildcard address
	 * for all addresses of this machine
	 * @return the responder
	 * @throws IllegalArgumentException if the address is null or unresolved
	 * @throws QosException if this system does not report the marks of received datagrams
	 * @throws IOException if the address cannot be bound
	 */
	public static QosResponder open(InetSocketAddress address) throws IOException {
		return open(address, DEFAULT_ANSWERS_PER_SECOND, DEFAULT_ANSWERS_PER_SECOND_AND_SOURCE);
	}

	/**
	 * Open a responder. May load a native library the first time.
	 * @param address the address to bind; port 0 for any free port, the wildcard address
	 * for all addresses of this machine
	 * @param answersPerSecond the most answers to send per second
	 * @param answersPerSecondAndSource the most of them to send to one IPv4 address or
	 * one IPv6 /64 network
	 * @return the responder
	 * @throws IllegalArgumentException if the address is null or unresolved, or if a
	 * number is not positive
	 * @throws QosException if this system does not report the marks of received datagrams
	 * @throws IOException if the address cannot be bound
	 */
	public static QosResponder open(InetSocketAddress address, int answersPerSecond, int answersPerSecondAndSource)
			throws IOException {
		Assert.notNull(address, "address");
		if (address.isUnresolved()) {
			throw new IllegalArgumentException("'address' must be resolved but was " + address);
		}
		Assert.positive(answersPerSecond, "answersPerSecond");
		Assert.positive(answersPerSecondAndSource, "answersPerSecondAndSource");
		return open(QosProbe.chosen(null), address,
				new AnswerLimit(answersPerSecond, answersPerSecondAndSource, System::nanoTime));
	}

	static QosResponder open(QosBackend backend, InetSocketAddress address, AnswerLimit limit) throws IOException {
		QosResponder responder = new QosResponder(backend.probeSocket(address), limit);
		Threads.daemon("qos-responder", responder::run).start();
		return responder;
	}

	/**
	 * Return the address to which this responder is bound.
	 * @return the address and port
	 */
	public InetSocketAddress localAddress() {
		return this.socket.localAddress();
	}

	/**
	 * Return the number of answers sent so far.
	 * @return the number of answers
	 */
	public long answers() {
		return this.answers.get();
	}

	private void run() {
		try {
			answerAll();
			if (!this.closed) {
				logger.log(Level.WARNING, "{0} is closed: its thread was interrupted", this);
			}
		}
		finally {
			close();
		}
	}

	private void answerAll() {
		// A longer datagram than ours is to be seen as such.
		ByteBuffer datagram = ByteBuffer.allocate(ProbeMessage.SIZE + 1);
		while (!this.closed && !Thread.currentThread().isInterrupted()) {
			try {
				ProbeSocket.Arrival arrival = this.socket.receive(datagram.clear(), Duration.ofMinutes(1));
				if (arrival != null) {
					answer(ProbeMessage.decode(datagram.flip()), arrival);
				}
			}
			catch (IOException | RuntimeException ex) {
				if (!this.closed) {
					logger.log(Level.DEBUG, "The QoS responder could not answer", ex);
					pause();
				}
			}
		}
	}

	private void answer(@Nullable ProbeMessage question, ProbeSocket.Arrival arrival) throws IOException {
		if (question == null || question.answer() || arrival.tos() == ProbeSocket.Arrival.UNKNOWN_TOS
				|| arrival.source().getPort() == 0 || !this.limit.allows(arrival.source().getAddress())) {
			return;
		}
		this.socket.send(question.answeredWith(arrival.tos()).encode(), arrival.source(), Dscp.DF);
		this.answers.incrementAndGet();
	}

	/**
	 * Wait briefly after a failure, so that a persistent one does not cause a busy loop.
	 */
	private void pause() {
		try {
			Thread.sleep(PAUSE.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Close this responder. Does not block. Has no effect if already closed.
	 */
	@Override
	public void close() {
		this.closed = true;
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			logger.log(Level.DEBUG, "The QoS responder could not be closed", ex);
		}
	}

	@Override
	public String toString() {
		return "QoS responder at " + localAddress();
	}

}
