package io.github.qos4j.internal.jdk;

import java.io.IOException;

/**
 * Stands before the product's class of this name on the class path: a JDK that has no
 * such functions, or does not let us have them.
 */
public final class NetOptions {

	static {
		refuse();
	}

	private NetOptions() {
	}

	private static void refuse() {
		throw new ExceptionInInitializerError("Refused by the lane");
	}

	public static int get(int descriptor, int level, int option) throws IOException {
		throw new IOException();
	}

	public static void set(int descriptor, int level, int option, int value) throws IOException {
		throw new IOException();
	}

}
