package io.github.qos4j.internal.socket;

import com.sun.jna.Pointer;

/**
 * Calls that nobody is expected to make, for tests to override those that are.
 */
class UnexpectedCalls implements SocketCalls {

	@Override
	public int setsockopt(int socket, int level, int option, Pointer value, int length) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int getsockopt(int socket, int level, int option, byte[] value, int[] length) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int getsockopt(int socket, int level, int option, Pointer value, Pointer length) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int getsockname(int socket, byte[] address, int[] length) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int getpeername(int socket, byte[] address, int[] length) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int fcntl(int descriptor, int command, int argument) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int fcntl(int descriptor, int command, Pointer argument) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int open(byte[] path, int flags) {
		throw new UnsupportedOperationException();
	}

	@Override
	public int close(int descriptor) {
		throw new UnsupportedOperationException();
	}

	@Override
	public long sendmsg(int socket, long message, int flags) {
		throw new UnsupportedOperationException();
	}

	@Override
	public long recvmsg(int socket, Pointer message, int flags) {
		throw new UnsupportedOperationException();
	}

}
