package io.github.qos4j.probe;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Limits the number of answers per second, in total and per source. It remembers only the
 * sources answered in the current second, so the total limit bounds its memory as well.
 * Not thread-safe.
 */
final class AnswerLimit {

	private static final long SECOND = 1_000_000_000;

	private final int inAll;

	private final int perSource;

	private final LongSupplier clock;

	private final Map<Long, Integer> bySource = new HashMap<>();

	private long secondSince;

	private int given;

	AnswerLimit(int inAll, int perSource, LongSupplier clock) {
		this.inAll = inAll;
		this.perSource = perSource;
		this.clock = clock;
		this.secondSince = clock.getAsLong();
	}

	/**
	 * Return whether another answer is allowed, and count it if so.
	 */
	boolean allows(InetAddress source) {
		long now = this.clock.getAsLong();
		if (now - this.secondSince >= SECOND) {
			this.secondSince = now;
			this.given = 0;
			this.bySource.clear();
		}
		if (this.given >= this.inAll) {
			return false;
		}
		Long key = key(source);
		int toSource = this.bySource.getOrDefault(key, 0);
		if (toSource >= this.perSource) {
			return false;
		}
		this.bySource.put(key, toSource + 1);
		this.given++;
		return true;
	}

	/**
	 * Return the IPv4 address, or the /64 network of an IPv6 address: the owner of one
	 * address in it usually has them all.
	 */
	private static long key(InetAddress source) {
		ByteBuffer address = ByteBuffer.wrap(source.getAddress());
		return (address.remaining() == Integer.BYTES) ? address.getInt() : address.getLong();
	}

}
