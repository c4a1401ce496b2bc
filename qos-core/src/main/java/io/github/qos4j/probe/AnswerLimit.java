package io.github.qos4j.probe;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Limits answers in each second. Keeps a number for each source that was answered in the
 * current one, so the limit in all is also that of the memory it takes. For one thread.
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
	 * Return whether there may be another answer, and count it if so.
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
	 * Return an IPv4 address, or the network of an IPv6 address: who has one address of a
	 * network of 64 bits has all of them.
	 */
	private static long key(InetAddress source) {
		ByteBuffer address = ByteBuffer.wrap(source.getAddress());
		return (address.remaining() == Integer.BYTES) ? address.getInt() : address.getLong();
	}

}
