package io.github.qos4j.internal.socket;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

import io.github.qos4j.spi.ProbeSocket.Arrival;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import org.jspecify.annotations.Nullable;

/**
 * A {@code struct msghdr} of Linux for 64 bits, with its address, its data and its
 * control messages, in memory that is used again and again. For one thread at a time.
 */
final class Message {

	private static final int IPPROTO_IP = 0;

	private static final int IP_TOS = 1;

	private static final int IPPROTO_IPV6 = 41;

	private static final int IPV6_TCLASS = 67;

	private static final int SOL_SOCKET = 1;

	private static final int SO_PRIORITY = 12;

	private static final short AF_INET = 2;

	private static final short AF_INET6 = 10;

	/** The header, {@code struct msghdr}. */
	private static final int NAME = 0;

	private static final int NAME_LENGTH = 8;

	private static final int VECTOR = 16;

	private static final int VECTOR_LENGTH = 24;

	private static final int CONTROL = 32;

	private static final int CONTROL_LENGTH = 40;

	/** The vector, {@code struct iovec}. */
	private static final int VECTOR_AT = 56;

	/** The address, {@code struct sockaddr_in} or {@code sockaddr_in6}. */
	private static final int ADDRESS_AT = 72;

	private static final int ADDRESS_SIZE = 28;

	/** Control messages, {@code struct cmsghdr}, each with a number behind it. */
	private static final int CONTROL_AT = 104;

	private static final int CONTROL_HEADER_SIZE = 16;

	private static final int CONTROL_SIZE = 24;

	/** As many as can be sent, and more than can be received. */
	private static final int CONTROLS = 3;

	private static final int SIZE = CONTROL_AT + CONTROLS * CONTROL_SIZE;

	private static final byte[] MAPPED = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1 };

	private final Memory header = new Memory(SIZE);

	private final ByteBuffer fields = this.header.getByteBuffer(0, SIZE).order(ByteOrder.nativeOrder());

	private Memory data;

	private ByteBuffer dataBuffer;

	/** What the address was written for. */
	private @Nullable InetSocketAddress addressee;

	/**
	 * Create a message.
	 * @param capacity for how many bytes of data there is room at first
	 */
	Message(int capacity) {
		this.header.clear();
		this.fields.putLong(VECTOR, address(this.header, VECTOR_AT)).putLong(VECTOR_LENGTH, 1);
		this.fields.putLong(CONTROL, address(this.header, CONTROL_AT));
		this.fields.putLong(NAME, address(this.header, ADDRESS_AT));
		this.data = new Memory(capacity);
		this.dataBuffer = this.data.getByteBuffer(0, capacity);
		useData();
	}

	/**
	 * Return whether this process has the layout for which this class is made.
	 */
	static boolean isSupported() {
		return Native.POINTER_SIZE == Long.BYTES;
	}

	private static long address(Memory memory, int offset) {
		return Pointer.nativeValue(memory) + offset;
	}

	private void useData() {
		this.fields.putLong(VECTOR_AT, address(this.data, 0));
	}

	Pointer pointer() {
		return this.header;
	}

	/**
	 * Return where it is, for as long as this object is used.
	 */
	long address() {
		return address(this.header, 0);
	}

	// To be sent

	/**
	 * Set the data: what remains in a buffer, whose position stays.
	 */
	void setData(ByteBuffer source) {
		int length = source.remaining();
		if (length > this.dataBuffer.capacity()) {
			this.data = new Memory(length);
			this.dataBuffer = this.data.getByteBuffer(0, length);
			useData();
		}
		this.dataBuffer.put(0, source, source.position(), length);
		this.fields.putLong(VECTOR_AT + Long.BYTES, length);
	}

	/**
	 * Set where to send it.
	 * @param family the family of the socket
	 */
	void setAddress(InetSocketAddress destination, Family family) {
		if (destination == this.addressee) {
			return;
		}
		this.addressee = null;
		InetAddress address = destination.getAddress();
		byte[] bytes = address.getAddress();
		putPort(destination.getPort());
		if (family == Family.IPV4) {
			this.fields.putShort(ADDRESS_AT, AF_INET).put(ADDRESS_AT + 4, bytes).putInt(NAME_LENGTH, 16);
		}
		else {
			this.fields.putShort(ADDRESS_AT, AF_INET6).putInt(ADDRESS_AT + 4, 0).putInt(NAME_LENGTH, ADDRESS_SIZE);
			if (address instanceof Inet6Address scoped) {
				this.fields.put(ADDRESS_AT + 8, bytes).putInt(ADDRESS_AT + 24, scoped.getScopeId());
			}
			else {
				this.fields.put(ADDRESS_AT + 8, MAPPED).put(ADDRESS_AT + 20, bytes).putInt(ADDRESS_AT + 24, 0);
			}
		}
		this.addressee = destination;
	}

	/** In network order. */
	private void putPort(int port) {
		this.fields.put(ADDRESS_AT + 2, (byte) (port >> 8)).put(ADDRESS_AT + 3, (byte) port);
	}

	/**
	 * Set the marks, for both families: each takes no notice of the other's.
	 * @param tos the byte of the header
	 * @param priority the priority in this machine's queues
	 */
	void setMarks(int tos, int priority) {
		putControl(0, IPPROTO_IP, IP_TOS, tos);
		putControl(1, IPPROTO_IPV6, IPV6_TCLASS, tos);
		// Last, since a TOS sets a priority as well.
		putControl(2, SOL_SOCKET, SO_PRIORITY, priority);
		withPriority(true);
	}

	/**
	 * Set whether the priority is sent along.
	 */
	void withPriority(boolean withPriority) {
		this.fields.putLong(CONTROL_LENGTH, (withPriority ? CONTROLS : CONTROLS - 1) * (long) CONTROL_SIZE);
	}

	private void putControl(int index, int level, int type, int value) {
		int at = CONTROL_AT + index * CONTROL_SIZE;
		this.fields.putLong(at, CONTROL_HEADER_SIZE + Integer.BYTES)
			.putInt(at + 8, level)
			.putInt(at + 12, type)
			.putInt(at + CONTROL_HEADER_SIZE, value);
	}

	// Received

	/**
	 * Make room for a message to be received.
	 */
	void clear() {
		this.addressee = null;
		this.fields.putLong(VECTOR_AT + Long.BYTES, this.dataBuffer.capacity())
			.putInt(NAME_LENGTH, ADDRESS_SIZE)
			.putLong(CONTROL_LENGTH, CONTROLS * (long) CONTROL_SIZE);
	}

	/**
	 * Add the data that was received to a buffer, as much as there is room for.
	 */
	void getData(ByteBuffer target, int length) {
		target.put(this.dataBuffer.slice(0, Math.min(length, target.remaining())));
	}

	/**
	 * Return who has sent it.
	 */
	InetSocketAddress source() {
		boolean ipv4 = this.fields.getShort(ADDRESS_AT) == AF_INET;
		byte[] address = new byte[ipv4 ? 4 : 16];
		this.fields.get(ADDRESS_AT + (ipv4 ? 4 : 8), address);
		int port = (this.fields.get(ADDRESS_AT + 2) & 0xff) << 8 | this.fields.get(ADDRESS_AT + 3) & 0xff;
		try {
			InetAddress plain = InetAddress.getByAddress(address);
			int scope = this.fields.getInt(ADDRESS_AT + 24);
			return new InetSocketAddress((ipv4 || scope == 0 || plain instanceof Inet4Address) ? plain
					: Inet6Address.getByAddress(null, address, scope), port);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return the byte of the header with which it has arrived.
	 * @return the TOS or traffic class, or {@link Arrival#UNKNOWN_TOS}
	 */
	int tos() {
		int end = CONTROL_AT + (int) Math.min(this.fields.getLong(CONTROL_LENGTH), CONTROLS * (long) CONTROL_SIZE);
		int at = CONTROL_AT;
		while (at + CONTROL_HEADER_SIZE < end) {
			long length = this.fields.getLong(at);
			int level = this.fields.getInt(at + 8);
			int type = this.fields.getInt(at + 12);
			if (level == IPPROTO_IP && type == IP_TOS) {
				return this.fields.get(at + CONTROL_HEADER_SIZE) & 0xff;
			}
			if (level == IPPROTO_IPV6 && type == IPV6_TCLASS) {
				return this.fields.getInt(at + CONTROL_HEADER_SIZE) & 0xff;
			}
			if (length < CONTROL_HEADER_SIZE) {
				break;
			}
			at += (int) (length + 7) & ~7;
		}
		return Arrival.UNKNOWN_TOS;
	}

}
