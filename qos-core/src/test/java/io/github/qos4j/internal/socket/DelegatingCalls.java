package io.github.qos4j.internal.socket;

import com.sun.jna.Pointer;

/**
 * Hands everything to the C library, for tests to override some of it.
 */
class DelegatingCalls implements SocketCalls {

	private final LibC libC = new LibC();

	@Override
	public int setsockopt(int socket, int level, int option, Pointer value, int length) {
		return this.libC.setsockopt(socket, level, option, value, length);
	}

	@Override
	public int getsockopt(int socket, int level, int option, byte[] value, int[] length) {
		return this.libC.getsockopt(socket, level, option, value, length);
	}

	@Override
	public int getsockopt(int socket, int level, int option, Pointer value, Pointer length) {
		return this.libC.getsockopt(socket, level, option, value, length);
	}

	@Override
	public int getsockname(int socket, byte[] address, int[] length) {
		return this.libC.getsockname(socket, address, length);
	}

	@Override
	public int getpeername(int socket, byte[] address, int[] length) {
		return this.libC.getpeername(socket, address, length);
	}

	@Override
	public int fcntl(int descriptor, int command, int argument) {
		return this.libC.fcntl(descriptor, command, argument);
	}

	@Override
	public int fcntl(int descriptor, int command, Pointer argument) {
		return this.libC.fcntl(descriptor, command, argument);
	}

	@Override
	public int open(byte[] path, int flags) {
		return this.libC.open(path, flags);
	}

	@Override
	public int close(int descriptor) {
		return this.libC.close(descriptor);
	}

	@Override
	public long sendmsg(int socket, long message, int flags) {
		return this.libC.sendmsg(socket, message, flags);
	}

	@Override
	public long recvmsg(int socket, Pointer message, int flags) {
		return this.libC.recvmsg(socket, message, flags);
	}

}
