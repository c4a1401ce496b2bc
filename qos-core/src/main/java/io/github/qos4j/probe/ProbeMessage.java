package io.github.qos4j.probe;

import java.nio.ByteBuffer;

import io.github.qos4j.Dscp;
import org.jspecify.annotations.Nullable;

/**
 * A question to a {@link QosResponder}, or its answer. Both have one size, so that nobody
 * can have a responder send more than it was sent.
 *
 * @param answer whether this is an answer
 * @param sent the code point that the question was sent with
 * @param arrivedTos the byte of the header that it has arrived with; 0 in a question
 * @param nonce which probe it belongs to, so that nobody else can answer
 */
record ProbeMessage(boolean answer, int sent, int arrivedTos, long nonce) {

	static final int SIZE = 16;

	/** Spells {@code qos4}. */
	private static final int MAGIC = 0x716f7334;

	private static final byte QUESTION = '?';

	private static final byte ANSWER = '!';

	static ProbeMessage question(Dscp dscp, long nonce) {
		return new ProbeMessage(false, dscp.value(), 0, nonce);
	}

	ProbeMessage answeredWith(int tos) {
		return new ProbeMessage(true, this.sent, tos, this.nonce);
	}

	ByteBuffer encode() {
		return ByteBuffer.allocate(SIZE)
			.putInt(MAGIC)
			.put(this.answer ? ANSWER : QUESTION)
			.put((byte) this.sent)
			.put((byte) this.arrivedTos)
			.put((byte) 0)
			.putLong(this.nonce)
			.flip();
	}

	/**
	 * Read a message.
	 * @return the message, or {@code null} if it is none of ours
	 */
	static @Nullable ProbeMessage decode(ByteBuffer datagram) {
		if (datagram.remaining() != SIZE || datagram.getInt() != MAGIC) {
			return null;
		}
		byte kind = datagram.get();
		int sent = datagram.get();
		int arrivedTos = datagram.get() & 0xff;
		if (kind != QUESTION && kind != ANSWER || sent < 0 || sent > 63 || datagram.get() != 0
				|| kind == QUESTION && arrivedTos != 0) {
			return null;
		}
		return new ProbeMessage(kind == ANSWER, sent, arrivedTos, datagram.getLong());
	}

}
