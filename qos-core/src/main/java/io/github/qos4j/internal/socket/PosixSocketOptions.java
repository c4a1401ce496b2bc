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
	abstract Family addressFamily(Sockaddr address);

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

	final Sockaddr localAddress(int descriptor) {
		try {
			return Sockaddr.of(descriptor, this.calls::getsockname);
		}
		catch (LastErrorException ex) {
			throw Errno.failure(this.errorNumbers, "getsockname", ex);
		}
	}

	@Override
	public @Nullable Family peerFamily(int descriptor) {
		Sockaddr address;
		try {
			address = Sockaddr.of(descriptor, this.calls::getpeername);
		}
		catch (LastErrorException ex) {
			return null;
		}
		Family family = addressFamily(address);
		return (family == Family.IPV6 && address.isMapped()) ? Family.IPV4 : family;
	}

	@Override
	public int localPort(int descriptor) {
		return localAddress(descriptor).port();
	}

}
