package io.github.qos4j;

/**
 * A listener registration; closing it stops notifications. Thread-safe.
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

	/**
	 * Stop notifications. Does not block. Has no effect if already closed.
	 */
	@Override
	void close();

}
