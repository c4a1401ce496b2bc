package io.github.qos4j.sample;

import java.io.EOFException;
import java.io.IOException;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connected socket that sends a small message on every tick, and the {@link QosFlow}
 * that marks it.
 */
final class SendingFlow {

	static final int TICKS_PER_SECOND = 50;

	/** So long a closed flow goes on sending, for the difference to be seen. */
	static final int TICKS_UNMARKED = 5 * TICKS_PER_SECOND;

	/** So long a flow that ended on its own is still shown. */
	static final int TICKS_ENDED = 60 * TICKS_PER_SECOND;

	private static final int FOREVER = -1;

	private static final int MESSAGE_SIZE = 160;

	private static final int READS_PER_TICK = 8;

	private static final Logger logger = LoggerFactory.getLogger(SendingFlow.class);

	private final String id;

	private final FlowSpec spec;

	private final String localAddress;

	private final ByteChannel channel;

	private final QosFlow flow;

	private final ByteBuffer message = ByteBuffer.allocate(MESSAGE_SIZE).limit(0);

	private final ByteBuffer answer = ByteBuffer.allocate(2048);

	private long sent;

	private @Nullable String reason;

	private int ticksLeft = FOREVER;

	/**
	 * Create a sending flow.
	 * @param id its name
	 * @param spec what was asked for
	 * @param localAddress address and port of this end
	 * @param channel a connected channel in non-blocking mode
	 * @param flow what marks the channel
	 */
	SendingFlow(String id, FlowSpec spec, String localAddress, ByteChannel channel, QosFlow flow) {
		this.id = id;
		this.spec = spec;
		this.localAddress = localAddress;
		this.channel = channel;
		this.flow = flow;
	}

	String id() {
		return this.id;
	}

	/**
	 * Send the next message, or close the socket when its time is over.
	 * @return whether there is anything left to show
	 */
	synchronized boolean tick() {
		if (this.ticksLeft == 0) {
			close();
			return false;
		}
		if (this.ticksLeft != FOREVER) {
			this.ticksLeft--;
		}
		if (this.channel.isOpen()) {
			exchange();
		}
		return true;
	}

	/**
	 * Take the mark away. The socket goes on sending for a while.
	 */
	synchronized void unmark() {
		this.flow.close();
		if (!this.channel.isOpen()) {
			this.ticksLeft = 0;
		}
		else if (this.ticksLeft == FOREVER) {
			this.ticksLeft = TICKS_UNMARKED;
		}
	}

	/**
	 * Close the flow and its socket at once.
	 */
	synchronized void close() {
		this.flow.close();
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			logger.debug("Flow {} did not close its socket properly", this.id, ex);
		}
	}

	synchronized FlowView view() {
		FlowStatus status = this.flow.status();
		Marking marking = this.flow.marking();
		Dscp applied = marking.applied();
		return new FlowView(this.id, this.flow.id(), this.spec.protocol(), this.spec.host(), this.spec.port(),
				this.localAddress, this.flow.options().trafficType(), status.state(),
				(this.reason != null) ? this.reason : status.reason(), marking.requested().value(),
				(applied != null) ? applied.value() : null, marking.note(), this.channel.isOpen(), this.sent);
	}

	private void exchange() {
		try {
			receive();
			send();
		}
		catch (IOException ex) {
			this.reason = (ex.getMessage() != null) ? ex.getMessage() : ex.toString();
			logger.info("Flow {} ended: {}", this.id, this.reason);
			close();
			this.ticksLeft = (this.ticksLeft != FOREVER) ? this.ticksLeft : TICKS_ENDED;
		}
	}

	/**
	 * Take what the peer sends and forget it: unread answers would fill the connection in
	 * the end. This also tells when the peer has gone away.
	 */
	private void receive() throws IOException {
		try {
			for (int i = 0; i < READS_PER_TICK; i++) {
				int length = this.channel.read(this.answer.clear());
				if (length < 0) {
					throw new EOFException("The peer closed the connection");
				}
				if (length == 0) {
					return;
				}
				this.reason = null;
			}
		}
		catch (PortUnreachableException ex) {
			nobodyListens();
		}
	}

	private void send() throws IOException {
		if (!this.message.hasRemaining()) {
			this.message.clear();
			this.message.putLong(0, this.sent);
		}
		try {
			this.channel.write(this.message);
		}
		catch (PortUnreachableException ex) {
			nobodyListens();
		}
		if (!this.message.hasRemaining()) {
			this.sent++;
		}
	}

	/**
	 * UDP has no connection to lose: somebody may listen there later.
	 */
	private void nobodyListens() {
		this.reason = "The peer's system answered that nobody listens on this port";
	}

}
