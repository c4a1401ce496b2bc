package io.github.qos4j;

/**
 * What ends when it is closed. Thread-safe.
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

	/**
	 * End it. Does not block. Closing again does nothing.
	 */
	@Override
	void close();

}
