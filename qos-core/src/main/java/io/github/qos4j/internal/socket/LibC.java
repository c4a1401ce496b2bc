package io.github.qos4j.internal.socket;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;

/**
 * The C library itself, mapped directly: half the time of an interface mapping, and
 * nothing allocated. {@code throws LastErrorException} takes errno before a virtual
 * thread can change its carrier, after which {@code Native.getLastError()} would be
 * another thread's.
 */
final class LibC implements SocketCalls {

	static {
		Native.register(LibC.class, Platform.C_LIBRARY_NAME);
	}

	@Override
	public native int setsockopt(int socket, int level, int option, Pointer value, int length)
			throws LastErrorException;

	@Override
	public native int getsockopt(int socket, int level, int option, byte[] value, int[] length)
			throws LastErrorException;

	@Override
	public native int getsockopt(int socket, int level, int option, Pointer value, Pointer length);

	@Override
	public native int getsockname(int socket, byte[] address, int[] length) throws LastErrorException;

	@Override
	public native int getpeername(int socket, byte[] address, int[] length) throws LastErrorException;

	@Override
	public native int fcntl(int descriptor, int command, int argument) throws LastErrorException;

	@Override
	public native int fcntl(int descriptor, int command, Pointer argument) throws LastErrorException;

	@Override
	public native int open(byte[] path, int flags) throws LastErrorException;

	@Override
	public native int close(int descriptor) throws LastErrorException;

	@Override
	public native long sendmsg(int socket, long message, int flags) throws LastErrorException;

	@Override
	public native long recvmsg(int socket, Pointer message, int flags) throws LastErrorException;

}
