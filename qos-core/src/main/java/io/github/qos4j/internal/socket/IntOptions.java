package io.github.qos4j.internal.socket;

import java.io.IOException;

import io.github.qos4j.internal.jdk.NetOptions;

/**
 * Socket options whose value is an int, by calls that do not tell why they fail.
 */
interface IntOptions {

	/**
	 * Return the value of an option.
	 * @throws IOException if the call fails
	 */
	int get(int descriptor, int level, int number) throws IOException;

	/**
	 * Set an option.
	 * @throws IOException if the call fails
	 */
	void set(int descriptor, int level, int number, int value) throws IOException;

	/**
	 * The functions of the JDK.
	 */
	final class OfJdk implements IntOptions {

		@Override
		public int get(int descriptor, int level, int number) throws IOException {
			return NetOptions.get(descriptor, level, number);
		}

		@Override
		public void set(int descriptor, int level, int number, int value) throws IOException {
			NetOptions.set(descriptor, level, number, value);
		}

	}

}
