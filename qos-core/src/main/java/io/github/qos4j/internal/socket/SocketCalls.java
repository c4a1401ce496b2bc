package io.github.qos4j.internal.socket;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;

/**
 * Functions of the C library, as {@code sys/socket.h} has them. One that fails throws the
 * error number.
 */
interface SocketCalls {

	int setsockopt(int socket, int level, int option, Pointer value, int length) throws LastErrorException;

	int getsockopt(int socket, int level, int option, byte[] value, int[] length) throws LastErrorException;

	/**
	 * Gives -1 instead of throwing, for questions that fail more often than not: an
	 * exception takes ten times as long as the call.
	 */
	int getsockopt(int socket, int level, int option, Pointer value, Pointer length);

	int getsockname(int socket, byte[] address, int[] length) throws LastErrorException;

	int getpeername(int socket, byte[] address, int[] length) throws LastErrorException;

	/**
	 * Takes any number of arguments in C. Where these are passed like others (Linux on
	 * x86-64 and aarch64, not macOS on aarch64), it can be called like this.
	 */
	int fcntl(int descriptor, int command, int argument) throws LastErrorException;

	/** As above, on systems of 64 bits. */
	int fcntl(int descriptor, int command, Pointer argument) throws LastErrorException;

	/** As above, without the mode of a file that is created. */
	int open(byte[] path, int flags) throws LastErrorException;

	int close(int descriptor) throws LastErrorException;

	/**
	 * Returns a {@code ssize_t}, so it is for 64 bits only. Takes the address as a
	 * number, which JNA hands over in less time.
	 */
	long sendmsg(int socket, long message, int flags) throws LastErrorException;

	/** Returns a {@code ssize_t}, so it is for 64 bits only. */
	long recvmsg(int socket, Pointer message, int flags) throws LastErrorException;

}
