package io.github.qos4j.internal.socket;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * Functions of the C library, mapped directly: half the time of an interface mapping, and
 * nothing allocated. {@code throws LastErrorException} takes errno before a virtual
 * thread can change its carrier, after which {@code Native.getLastError()} would be
 * another thread's.
 */
final class LibC {

	private LibC() {
	}

	/**
	 * Bind the functions, once.
	 */
	static void register() {
		// Binding happens in the static initializer below.
	}

	static {
		Native.register(LibC.class, Platform.C_LIBRARY_NAME);
	}

	static native int setsockopt(int socket, int level, int option, Pointer value, int length)
			throws LastErrorException;

	static native int getsockopt(int socket, int level, int option, int[] value, int[] length)
			throws LastErrorException;

	static native int getsockname(int socket, byte[] address, int[] length) throws LastErrorException;

}
