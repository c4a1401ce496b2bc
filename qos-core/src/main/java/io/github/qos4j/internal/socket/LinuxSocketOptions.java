package io.github.qos4j.internal.socket;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.function.LongSupplier;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

import io.github.qos4j.QosException;
import io.github.qos4j.TrafficType;

/**
 * Socket options of Linux' C library. Numbers are those of {@code bits/socket.h},
 * {@code netinet/in.h}, {@code netinet/tcp.h} and {@code asm-generic/socket.h}.
 */
final class LinuxSocketOptions extends PosixSocketOptions {

	private static final int SOL_SOCKET = 1;

	private static final int SO_DOMAIN = 39;

	private static final int SO_MAX_PACING_RATE = 47;

	private static final int SO_COOKIE = 57;

	private static final int F_DUPFD_CLOEXEC = 1030;

	private static final int IPPROTO_TCP = 6;

	private static final int TCP_INFO = 11;

	private static final int AF_INET6 = 10;

	private final StrayDuplicates strays;

	LinuxSocketOptions() {
		this(new LibC(), System::nanoTime);
	}

	/**
	 * Create options.
	 * @param clock as {@link System#nanoTime()}
	 */
	LinuxSocketOptions(SocketCalls calls, LongSupplier clock) {
		super(calls, Errno.Numbers.LINUX);
		this.strays = new StrayDuplicates(calls, clock);
	}

	@Override
	public Family family(int descriptor) {
		return familyOf(get(descriptor, SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN", Integer.BYTES).getInt());
	}

	@Override
	Family addressFamily(byte[] address) {
		return familyOf(ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getShort());
	}

	private static Family familyOf(int number) {
		return (number == AF_INET6) ? Family.IPV6 : (number == AF_INET) ? Family.IPV4 : Family.OTHER;
	}

	@Override
	public boolean hasTos(Family family) {
		return true;
	}

	@Override
	public Option priorityOption() {
		return Option.SO_PRIORITY;
	}

	/**
	 * Return the priority for this machine's queues, which has nothing to do with 802.1p:
	 * 1, 3 and 5 would fall into the lowest band of pfifo_fast, behind unmarked traffic.
	 */
	@Override
	public int priority(TrafficType type) {
		return switch (type) {
			case BACKGROUND -> 2;
			case BEST_EFFORT -> 0;
			case EXCELLENT_EFFORT -> 4;
			case AUDIO_VIDEO, VOICE, CONTROL -> 6;
		};
	}

	@Override
	public void setRate(int descriptor, long bytesPerSecond) {
		try (Memory memory = new Memory(Long.BYTES)) {
			memory.setLong(0, bytesPerSecond);
			set(descriptor, SOL_SOCKET, SO_MAX_PACING_RATE, "SO_MAX_PACING_RATE", memory, Long.BYTES);
		}
	}

	@Override
	public long getRate(int descriptor) {
		ByteBuffer value = get(descriptor, SOL_SOCKET, SO_MAX_PACING_RATE, "SO_MAX_PACING_RATE", Long.BYTES);
		if (value.remaining() == Long.BYTES) {
			return value.getLong();
		}
		// A kernel of 32 bits, where all bits set means the same.
		int narrow = value.getInt();
		return (narrow == -1) ? NO_LIMIT : Integer.toUnsignedLong(narrow);
	}

	@Override
	public TcpInfo tcpInfo(int descriptor) {
		return TcpInfo.of(get(descriptor, IPPROTO_TCP, TCP_INFO, "TCP_INFO", TcpInfo.SIZE));
	}

	@Override
	public boolean isReflecting() {
		return MarkChanges.isReflecting(Path.of("/proc"));
	}

	@Override
	public long cookie(int descriptor) {
		return get(descriptor, SOL_SOCKET, SO_COOKIE, "SO_COOKIE", Long.BYTES).getLong();
	}

	@Override
	public int duplicate(int descriptor) {
		closeStrays();
		int duplicate;
		try {
			duplicate = this.calls.fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
		}
		catch (LastErrorException ex) {
			throw Errno.failure(this.errorNumbers, "fcntl(F_DUPFD_CLOEXEC)", ex);
		}
		try {
			cookie(duplicate);
			return duplicate;
		}
		catch (QosException ex) {
			this.strays.add(duplicate);
			throw ex;
		}
	}

	@Override
	public void closeStrays() {
		this.strays.closeSome();
	}

	@Override
	public void close(int duplicate) {
		try {
			this.calls.close(duplicate);
		}
		catch (LastErrorException ex) {
			// Closed all the same.
		}
	}

	@Override
	int level(Option option) {
		return switch (option) {
			case IP_TOS, IP_RECVTOS -> IPPROTO_IP;
			case IPV6_TCLASS, IPV6_RECVTCLASS -> IPPROTO_IPV6;
			case SO_PRIORITY, SO_NET_SERVICE_TYPE -> SOL_SOCKET;
		};
	}

	@Override
	int number(Option option) {
		return switch (option) {
			case IP_TOS -> 1;
			case IP_RECVTOS -> 13;
			case IPV6_TCLASS -> 67;
			case IPV6_RECVTCLASS -> 66;
			case SO_PRIORITY -> 12;
			case SO_NET_SERVICE_TYPE -> throw new IllegalArgumentException("Linux has no " + option);
		};
	}

}
