package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.LongSupplier;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

import io.github.qos4j.QosException;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;

import static io.github.qos4j.internal.socket.LinuxNumbers.F_DUPFD_CLOEXEC;
import static io.github.qos4j.internal.socket.LinuxNumbers.IPPROTO_TCP;
import static io.github.qos4j.internal.socket.LinuxNumbers.SOL_SOCKET;
import static io.github.qos4j.internal.socket.LinuxNumbers.SO_COOKIE;
import static io.github.qos4j.internal.socket.LinuxNumbers.SO_DOMAIN;
import static io.github.qos4j.internal.socket.LinuxNumbers.SO_MAX_PACING_RATE;
import static io.github.qos4j.internal.socket.LinuxNumbers.TCP_INFO;

/**
 * Socket options of Linux: those that are an int by {@link IntOptions} where these work,
 * all others by the C library. A call that fails there is made once more by the C
 * library, which tells the error number.
 */
final class LinuxSocketOptions extends PosixSocketOptions {

	private final LinuxShortcuts shortcuts;

	private final StrayDuplicates strays;

	LinuxSocketOptions() {
		this(new LibC(), System::nanoTime);
	}

	/**
	 * Create options without shortcuts.
	 * @param clock as {@link System#nanoTime()}
	 */
	LinuxSocketOptions(SocketCalls calls, LongSupplier clock) {
		this(calls, clock, LinuxShortcuts.NONE);
	}

	LinuxSocketOptions(SocketCalls calls, LongSupplier clock, LinuxShortcuts shortcuts) {
		super(calls, Errno.Numbers.LINUX);
		this.strays = new StrayDuplicates(calls, clock);
		this.shortcuts = shortcuts;
	}

	@Override
	void setInt(int descriptor, int level, int number, Object name, int value) {
		IntOptions ints = this.shortcuts.ints();
		if (ints != null) {
			try {
				ints.set(descriptor, level, number, value);
				return;
			}
			catch (IOException ex) {
				// Once more below, to be told why.
			}
		}
		super.setInt(descriptor, level, number, name, value);
	}

	@Override
	int getInt(int descriptor, int level, int number, Object name) {
		IntOptions ints = this.shortcuts.ints();
		if (ints != null) {
			try {
				return ints.get(descriptor, level, number);
			}
			catch (IOException ex) {
				// Once more below, to be told why.
			}
		}
		return super.getInt(descriptor, level, number, name);
	}

	@Override
	public Family family(int descriptor) {
		return LinuxNumbers.familyOf(getInt(descriptor, SOL_SOCKET, SO_DOMAIN, "SO_DOMAIN"));
	}

	@Override
	public Family family(Object owner, int descriptor) {
		ProtocolFamily known = this.shortcuts.familyOfChannels() ? Descriptors.familyOf(owner) : null;
		return (known == StandardProtocolFamily.INET) ? Family.IPV4
				: (known == StandardProtocolFamily.INET6) ? Family.IPV6 : family(descriptor);
	}

	@Override
	Family addressFamily(Sockaddr address) {
		return LinuxNumbers.familyOf(address);
	}

	@Override
	public boolean hasTos(Family family) {
		return true;
	}

	@Override
	public Option priorityOption() {
		return Option.SO_PRIORITY;
	}

	@Override
	public boolean clearsPriority() {
		return this.shortcuts.clearsPriority();
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
