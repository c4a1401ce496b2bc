package io.github.qos4j.internal.socket;

import com.sun.jna.LastErrorException;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import org.jspecify.annotations.Nullable;

/**
 * Error numbers that calls on sockets can give. Above 34 each system counts for itself.
 */
enum Errno {

	EPERM(1, 1, ErrorCase.ADMINISTRATOR, "Allow the system call in the container's security profile"),

	EBADF(9, 9, ErrorCase.SOCKET_CLOSED, null),

	EAGAIN(11, 35, ErrorCase.TRY_AGAIN, null),

	ENOMEM(12, 12, ErrorCase.RESOURCES, null),

	EACCES(13, 13, ErrorCase.ADMINISTRATOR, "Allow the system call in the container's security profile"),

	EINVAL(22, 22, ErrorCase.INVALID, null),

	ENOSYS(38, 78, ErrorCase.NOT_SUPPORTED, "Allow the system call in the container's security profile"),

	ENOTSOCK(88, 38, ErrorCase.SOCKET_CLOSED, null),

	EMSGSIZE(90, 40, ErrorCase.INVALID, null),

	ENOPROTOOPT(92, 42, ErrorCase.NOT_SUPPORTED, "This kernel has no such socket option"),

	EOPNOTSUPP(95, 102, ErrorCase.NOT_SUPPORTED, "Sockets of this kind cannot be marked"),

	ENETUNREACH(101, 51, ErrorCase.NETWORK, null),

	ENOBUFS(105, 55, ErrorCase.RESOURCES, null),

	ENOTCONN(107, 57, ErrorCase.NOT_CONNECTED, null),

	ECONNREFUSED(111, 61, ErrorCase.NETWORK, null),

	EHOSTUNREACH(113, 65, ErrorCase.NETWORK, null);

	private final int onLinux;

	private final int onMacOs;

	private final ErrorCase errorCase;

	private final @Nullable String remedy;

	Errno(int onLinux, int onMacOs, ErrorCase errorCase, @Nullable String remedy) {
		this.onLinux = onLinux;
		this.onMacOs = onMacOs;
		this.errorCase = errorCase;
		this.remedy = remedy;
	}

	/**
	 * Return the failure of a call.
	 */
	static QosException failure(Numbers numbers, String operation, LastErrorException ex) {
		int number = ex.getErrorCode();
		Errno errno = of(numbers, number);
		return new QosException((errno != null)
				? new NativeError(operation, number, errno.name(), errno.errorCase(numbers), errno.remedy)
				: new NativeError(operation, number, null, ErrorCase.UNKNOWN, null));
	}

	private static @Nullable Errno of(Numbers numbers, int number) {
		for (Errno errno : values()) {
			if (number == ((numbers == Numbers.LINUX) ? errno.onLinux : errno.onMacOs)) {
				return errno;
			}
		}
		return null;
	}

	/**
	 * Return whether an error of Linux is this one.
	 */
	boolean is(int number) {
		return number == this.onLinux;
	}

	private ErrorCase errorCase(Numbers numbers) {
		// What macOS answers once both ends of a connection are shut down. All other
		// causes are ruled out: values are checked, and IP_TOS goes to IPv4 sockets only.
		return (this == EINVAL && numbers == Numbers.MACOS) ? ErrorCase.SOCKET_CLOSED : this.errorCase;
	}

	/**
	 * Whose numbers.
	 */
	enum Numbers {

		LINUX, MACOS

	}

}
