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
 * Answers the datagrams of a {@link QosProbe} with the mark that they have arrived with.
 * Nothing starts one by itself. It can be left open to a network: an answer is as long as
 * its question, what is no question is ignored, and answers are limited, in all and for
 * each source, so that it is of no use for attacks on others.
 * <p>
 * Responders are thread-safe. They run on a daemon thread of their own,
 * {@code qos-responder}; whoever interrupts it closes the responder.
 */
public final class QosResponder implements AutoCloseable {

	/** Enough for a few probes at a time. */
	private static final int DEFAULT_ANSWERS_PER_SECOND = 2_000;

	/** Enough for a probe, what was lost included. */
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
	 * Open a responder that gives at most 2,000 answers a second, and 256 to one source.
	 * May load a native library the first time.
	 * @param address where to listen; port 0 for any free one, the wildcard address for
	 * all addresses of this machine
	 * @return the responder
	 * @throws IllegalArgumentException if the address is null or unresolved
	 * @throws QosException if this system does not tell how datagrams have arrived
	 * @throws IOException if nothing can be opened at that address
	 */
	public static QosResponder open(InetSocketAddress address) throws IOException {
		return open(address, DEFAULT_ANSWERS_PER_SECOND, DEFAULT_ANSWERS_PER_SECOND_AND_SOURCE);
	}

	/**
	 * Open a responder. May load a native library the first time.
	 * @param address where to listen; port 0 for any free one, the wildcard address for
	 * all addresses of this machine
	 * @param answersPerSecond how many answers to give at most
	 * @param answersPerSecondAndSource how many of them to one IPv4 address, or to one
	 * IPv6 network of 64 bits
	 * @return the responder
	 * @throws IllegalArgumentException if the address is null or unresolved, or if a
	 * number is not positive
	 * @throws QosException if this system does not tell how datagrams have arrived
	 * @throws IOException if nothing can be opened at that address
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
	 * Return where this responder listens.
	 * @return the address and port
	 */
	public InetSocketAddress localAddress() {
		return this.socket.localAddress();
	}

	/**
	 * Return how many answers were given so far.
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
	 * Wait a little after a failure, so that one that stays makes no busy loop.
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
	 * Close this responder. Does not wait; closing again does nothing.
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
