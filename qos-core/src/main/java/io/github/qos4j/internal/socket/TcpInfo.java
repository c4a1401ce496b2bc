package io.github.qos4j.internal.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;

import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowFundamentals.Measurement;

/**
 * What the kernel knows about a TCP connection: {@code struct tcp_info} of
 * {@code linux/tcp.h}, which has grown from version to version. What a kernel does not
 * return is {@link #UNKNOWN}.
 *
 * @param state the state, {@link #LISTEN} for example
 * @param applicationLimited whether the application has sent less than the path would
 * take
 * @param segmentSize data in a full packet, in bytes
 * @param packetSize a full packet with its headers, in bytes
 * @param roundTripMicros smoothed round trip, 0 before the first
 * @param retransmissions segments sent again since the beginning
 * @param pacingRate how fast it sends, in bytes a second; all bits set for no limit
 * @param acknowledged data that has arrived since the beginning, in bytes
 * @param leastRoundTripMicros shortest round trip of the last minutes
 * @param deliveryRate how fast data has arrived lately, in bytes a second; that of the
 * fastest burst where the application has sent less than the path would take
 * @param deliveredWithCe segments that a router has marked as meeting congestion
 */
record TcpInfo(int state, boolean applicationLimited, long segmentSize, long packetSize, long roundTripMicros,
		long retransmissions, long pacingRate, long acknowledged, long leastRoundTripMicros, long deliveryRate,
		long deliveredWithCe) {

	static final long UNKNOWN = -1;

	/** The last field that is read, and a bit more. */
	static final int SIZE = 256;

	/** The state of a socket that is not connected, or not any more. */
	static final int CLOSE = 7;

	/** The state of a server socket. */
	static final int LISTEN = 10;

	/**
	 * Read the structure.
	 * @param info as much of it as the kernel has returned, in this machine's byte order
	 */
	static TcpInfo of(ByteBuffer info) {
		return new TcpInfo(narrow(info, 0, Byte.BYTES), (narrow(info, 7, Byte.BYTES) & firstBit(info.order())) != 0,
				unsigned(info, 16, Integer.BYTES), unsigned(info, 60, Integer.BYTES), unsigned(info, 68, Integer.BYTES),
				unsigned(info, 100, Integer.BYTES), unsigned(info, 104, Long.BYTES), unsigned(info, 120, Long.BYTES),
				unsigned(info, 148, Integer.BYTES), unsigned(info, 160, Long.BYTES),
				unsigned(info, 196, Integer.BYTES));
	}

	/**
	 * Return where the first of several bit fields in a byte is: compilers begin at the
	 * end that comes first in memory.
	 */
	private static int firstBit(ByteOrder order) {
		return (order == ByteOrder.BIG_ENDIAN) ? 0x80 : 1;
	}

	private static int narrow(ByteBuffer info, int offset, int size) {
		return Math.max(0, (int) unsigned(info, offset, size));
	}

	private static long unsigned(ByteBuffer info, int offset, int size) {
		if (offset + size > info.limit()) {
			return UNKNOWN;
		}
		return switch (size) {
			case Byte.BYTES -> Byte.toUnsignedLong(info.get(offset));
			case Integer.BYTES -> Integer.toUnsignedLong(info.getInt(offset));
			// A number above 2^63 bytes a second stands for no limit.
			default -> Math.max(UNKNOWN, info.getLong(offset));
		};
	}

	/**
	 * Return whether there has been a round trip.
	 */
	boolean isMeasured() {
		return this.roundTripMicros > 0;
	}

	/**
	 * Return the size of the packets that have arrived since an earlier time.
	 * @return the size with headers, in bytes
	 */
	long arrivedSince(TcpInfo before) {
		long data = this.acknowledged - before.acknowledged;
		return (this.segmentSize > 0 && this.packetSize > 0) ? data * this.packetSize / this.segmentSize : data;
	}

	FlowFundamentals fundamentals() {
		if (this.state == LISTEN) {
			return FlowFundamentals.NOT_AVAILABLE;
		}
		if (!isMeasured()) {
			return FlowFundamentals.MEASURING;
		}
		return new FlowFundamentals(Measurement.MEASURED, OptionalLong.empty(), OptionalLong.empty(),
				OptionalLong.of(this.roundTripMicros), bits(this.deliveryRate), bits(this.pacingRate),
				(this.retransmissions != UNKNOWN) ? OptionalLong.of(this.retransmissions) : OptionalLong.empty());
	}

	private static OptionalLong bits(long bytes) {
		return (bytes > 0) ? OptionalLong.of(bitsOf(bytes)) : OptionalLong.empty();
	}

	/**
	 * Return bytes in bits, as far as a {@code long} goes.
	 */
	static long bitsOf(long bytes) {
		return (bytes > Long.MAX_VALUE / 8) ? Long.MAX_VALUE : bytes * 8;
	}

}
