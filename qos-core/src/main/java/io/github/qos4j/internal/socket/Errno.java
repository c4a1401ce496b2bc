package io.github.qos4j.internal.socket;

import io.github.qos4j.ErrorCase;
import org.jspecify.annotations.Nullable;

/**
 * Error numbers of Linux that socket options can give.
 */
enum Errno {

	EPERM(1, ErrorCase.ADMINISTRATOR, "Allow the system call in the container's security profile"),

	EBADF(9, ErrorCase.SOCKET_CLOSED, null),

	ENOMEM(12, ErrorCase.RESOURCES, null),

	EACCES(13, ErrorCase.ADMINISTRATOR, "Allow the system call in the container's security profile"),

	EINVAL(22, ErrorCase.INVALID, null),

	ENOSYS(38, ErrorCase.NOT_SUPPORTED, "Allow the system call in the container's security profile"),

	ENOTSOCK(88, ErrorCase.SOCKET_CLOSED, null),

	ENOPROTOOPT(92, ErrorCase.NOT_SUPPORTED, "This kernel has no such socket option"),

	EOPNOTSUPP(95, ErrorCase.NOT_SUPPORTED, "Sockets of this kind cannot be marked"),

	ENOBUFS(105, ErrorCase.RESOURCES, null);

	private final int number;

	private final ErrorCase errorCase;

	private final @Nullable String remedy;

	Errno(int number, ErrorCase errorCase, @Nullable String remedy) {
		this.number = number;
		this.errorCase = errorCase;
		this.remedy = remedy;
	}

	static @Nullable Errno of(int number) {
		for (Errno errno : values()) {
			if (errno.number == number) {
				return errno;
			}
		}
		return null;
	}

	ErrorCase errorCase() {
		return this.errorCase;
	}

	@Nullable String remedy() {
		return this.remedy;
	}

}
