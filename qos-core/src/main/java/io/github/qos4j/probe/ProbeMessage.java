package io.github.qos4j.probe;

import java.nio.ByteBuffer;

import io.github.qos4j.Dscp;
import org.jspecify.annotations.Nullable;

/**
 * A question to a {@link QosResponder}, or its answer. Both have the same size, so a
 * responder cannot be used to amplify traffic.
 *
 * @param answer whether this is an answer
 * @param sent the code point with which the question was sent
 * @param arrivedTos the TOS byte or traffic class with which the question arrived; 0 in a
 * question
 * @param nonce identifies the probe, so that nobody else can forge an answer
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
	 * Decode a message.
	 * @return the message, or {@code null} if the datagram is not one
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
