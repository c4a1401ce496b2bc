package io.github.qos4j.internal.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.jspecify.annotations.Nullable;

/**
 * What the C libraries of Linux and macOS have in common.
 */
abstract class PosixSocketOptions implements SocketOptions {

	static final int IPPROTO_IP = 0;

	static final int IPPROTO_IPV6 = 41;

	static final int AF_INET = 2;

	/** The size of a {@code sockaddr_in6}, which no other address needs in full. */
	private static final int ADDRESS_SIZE = 28;

	/** Where the address of a {@code sockaddr_in6} begins. */
	private static final int ADDRESS = 8;

	final SocketCalls calls;

	final Errno.Numbers errorNumbers;

	/**
	 * One native int for each value of a byte, never written again, so that setting an
	 * option allocates nothing and any number of threads can share it.
	 */
	private final Pointer[] values = new Pointer[256];

	private final Memory valueMemory = new Memory((long) this.values.length * Integer.BYTES);

	PosixSocketOptions(SocketCalls calls, Errno.Numbers errorNumbers) {
		this.calls = calls;
		this.errorNumbers = errorNumbers;
		for (int value = 0; value < this.values.length; value++) {
			this.valueMemory.setInt((long) value * Integer.BYTES, value);
			this.values[value] = this.valueMemory.share((long) value * Integer.BYTES, Integer.BYTES);
		}
	}

	/**
	 * Return the level of an option.
	 */
	abstract int level(Option option);

	/**
	 * Return the number of an option.
	 */
	abstract int number(Option option);

	/**
	 * Return the address family of a {@code sockaddr}.
	 */
	abstract Family addressFamily(byte[] address);

	@Override
	public void set(int descriptor, Option option, int value) {
		setInt(descriptor, level(option), number(option), option, value);
	}

	/**
	 * Set an option whose value is an int.
	 */
	void setInt(int descriptor, int level, int number, Object name, int value) {
		if (value >= 0 && value < this.values.length) {
			set(descriptor, level, number, name, this.values[value], Integer.BYTES);
			return;
		}
		try (Memory memory = new Memory(Integer.BYTES)) {
			memory.setInt(0, value);
			set(descriptor, level, number, name, memory, Integer.BYTES);
		}
	}

	final void set(int descriptor, int level, int number, Object name, Pointer value, int length) {
		try {
			this.calls.setsockopt(descriptor, level, number, value, length);
		}
		catch (LastErrorException ex) {
			throw Errno.failure(this.errorNumbers, "setsockopt(" + name + ")", ex);
		}
	}

	@Override
	public int get(int descriptor, Option option) {
		return getInt(descriptor, level(option), number(option), option);
	}

	/**
	 * Return the value of an option that is an int.
	 */
	int getInt(int descriptor, int level, int number, Object name) {
		return get(descriptor, level, number, name, Integer.BYTES).getInt();
	}

	/**
	 * Return the value of an option, as long as the system has it.
	 */
	final ByteBuffer get(int descriptor, int level, int number, Object name, int size) {
		byte[] value = new byte[size];
		int[] length = { size };
		try {
			this.calls.getsockopt(descriptor, level, number, value, length);
		}
		catch (LastErrorException ex) {
			throw Errno.failure(this.errorNumbers, "getsockopt(" + name + ")", ex);
		}
		return ByteBuffer.wrap(value, 0, Math.min(length[0], size)).order(ByteOrder.nativeOrder());
	}

	final byte[] localAddress(int descriptor) {
		byte[] address = new byte[ADDRESS_SIZE];
		try {
			this.calls.getsockname(descriptor, address, new int[] { ADDRESS_SIZE });
		}
		catch (LastErrorException ex) {
			throw Errno.failure(this.errorNumbers, "getsockname", ex);
		}
		return address;
	}

	@Override
	public @Nullable Family peerFamily(int descriptor) {
		byte[] address = new byte[ADDRESS_SIZE];
		try {
			this.calls.getpeername(descriptor, address, new int[] { ADDRESS_SIZE });
		}
		catch (LastErrorException ex) {
			return null;
		}
		Family family = addressFamily(address);
		return (family == Family.IPV6 && isMapped(address)) ? Family.IPV4 : family;
	}

	/**
	 * Return whether a {@code sockaddr_in6} is an IPv4 address, {@code ::ffff:a.b.c.d}.
	 */
	private static boolean isMapped(byte[] address) {
		for (int i = 0; i < 10; i++) {
			if (address[ADDRESS + i] != 0) {
				return false;
			}
		}
		return address[ADDRESS + 10] == -1 && address[ADDRESS + 11] == -1;
	}

	@Override
	public int localPort(int descriptor) {
		byte[] address = localAddress(descriptor);
		// sin_port and sin6_port: two bytes behind the family, in network order.
		return ((address[2] & 0xff) << 8) | (address[3] & 0xff);
	}

}
