package io.github.qos4j.probe;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.qos4j.Dscp;
import io.github.qos4j.spi.ProbeSocket;

/**
 * A probe socket that keeps what is sent, and receives what a test gives it.
 */
class FakeProbeSocket implements ProbeSocket {

	final List<Sent> sent = new ArrayList<>();

	private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

	private volatile boolean closed;

	private volatile boolean waiting;

	private volatile Thread receiver;

	/**
	 * Have a datagram arrive.
	 */
	void arrive(ByteBuffer datagram, InetSocketAddress source, int tos) {
		this.received.add(new Received(datagram, new Arrival(source, tos)));
	}

	/**
	 * Return whether all that has arrived was received, and somebody waits for more.
	 */
	boolean isDrained() {
		return this.received.isEmpty() && this.waiting;
	}

	/**
	 * Return the thread that receives, or {@code null} before it has.
	 */
	Thread receiver() {
		return this.receiver;
	}

	boolean isClosed() {
		return this.closed;
	}

	@Override
	public InetSocketAddress localAddress() {
		return new InetSocketAddress("127.0.0.1", 4000);
	}

	@Override
	public void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException {
		synchronized (this.sent) {
			this.sent.add(new Sent(datagram.duplicate(), destination, dscp));
		}
	}

	@Override
	public Arrival receive(ByteBuffer datagram, Duration timeout) throws IOException {
		this.receiver = Thread.currentThread();
		if (this.closed) {
			throw new ClosedChannelException();
		}
		try {
			Received next = this.received.poll();
			if (next == null) {
				this.waiting = true;
				next = this.received.poll(Math.min(10, timeout.toMillis()), TimeUnit.MILLISECONDS);
				this.waiting = false;
			}
			if (next == null) {
				return null;
			}
			next.datagram.limit(Math.min(next.datagram.limit(), datagram.remaining()));
			datagram.put(next.datagram);
			return next.arrival;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new InterruptedIOException();
		}
	}

	@Override
	public void close() {
		this.closed = true;
	}

	/**
	 * A datagram that was sent.
	 */
	record Sent(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) {

		ProbeMessage message() {
			return ProbeMessage.decode(this.datagram.duplicate());
		}

	}

	/**
	 * A datagram that was received.
	 */
	private record Received(ByteBuffer datagram, Arrival arrival) {

	}

}
