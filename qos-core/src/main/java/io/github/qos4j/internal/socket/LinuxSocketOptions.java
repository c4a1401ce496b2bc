package io.github.qos4j.internal.socket;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;

/**
 * Socket options of Linux' C library. Numbers are those of {@code bits/socket.h},
 * {@code netinet/in.h} and {@code asm-generic/socket.h}.
 */
final class LinuxSocketOptions implements SocketOptions {

	private static final int INT_SIZE = 4;

	/**
	 * One native int for each value of a byte, never written again, so that setting an
	 * option allocates nothing and any number of threads can share it.
	 */
	private final Pointer[] values = new Pointer[256];

	private final Memory valueMemory = new Memory((long) this.values.length * INT_SIZE);

	LinuxSocketOptions() {
		for (int value = 0; value < this.values.length; value++) {
			this.valueMemory.setInt((long) value * INT_SIZE, value);
			this.values[value] = this.valueMemory.share((long) value * INT_SIZE, INT_SIZE);
		}
		LibC.register();
	}

	@Override
	public void set(int descriptor, Option option, int value) {
		try {
			if (value >= 0 && value < this.values.length) {
				LibC.setsockopt(descriptor, level(option), number(option), this.values[value], INT_SIZE);
				return;
			}
			try (Memory memory = new Memory(INT_SIZE)) {
				memory.setInt(0, value);
				LibC.setsockopt(descriptor, level(option), number(option), memory, INT_SIZE);
			}
		}
		catch (LastErrorException ex) {
			throw failure("setsockopt(" + option + ")", ex);
		}
	}

	@Override
	public int get(int descriptor, Option option) {
		int[] value = new int[1];
		try {
			LibC.getsockopt(descriptor, level(option), number(option), value, new int[] { INT_SIZE });
		}
		catch (LastErrorException ex) {
			throw failure("getsockopt(" + option + ")", ex);
		}
		return value[0];
	}

	@Override
	public int localPort(int descriptor) {
		byte[] address = new byte[128];
		try {
			LibC.getsockname(descriptor, address, new int[] { address.length });
		}
		catch (LastErrorException ex) {
			throw failure("getsockname", ex);
		}
		// sin_port and sin6_port: two bytes behind the family, in network order.
		return ((address[2] & 0xff) << 8) | (address[3] & 0xff);
	}

	private static int level(Option option) {
		return switch (option) {
			case IP_TOS -> 0;
			case IPV6_TCLASS -> 41;
			case SO_PRIORITY, SO_DOMAIN -> 1;
		};
	}

	private static int number(Option option) {
		return switch (option) {
			case IP_TOS -> 1;
			case IPV6_TCLASS -> 67;
			case SO_PRIORITY -> 12;
			case SO_DOMAIN -> 39;
		};
	}

	private static QosException failure(String operation, LastErrorException ex) {
		int errno = ex.getErrorCode();
		Errno known = Errno.of(errno);
		return new QosException(
				(known != null) ? new NativeError(operation, errno, known.name(), known.errorCase(), known.remedy())
						: new NativeError(operation, errno, null, ErrorCase.UNKNOWN, null));
	}

}
