package io.github.qos4j.internal.socket;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.TrafficType;

/**
 * Socket options of macOS' C library. Numbers are those of {@code sys/socket.h},
 * {@code netinet/in.h} and {@code netinet6/in6.h}.
 * <p>
 * Both code point and service type are set, since each network heeds one of them: where
 * an administrator has switched marking on for an interface, the service type decides and
 * the code point is ignored; elsewhere the code point goes out as it is. IPv4 packets of
 * a socket for both families can be steered by the service type alone, as such a socket
 * refuses {@code IP_TOS}.
 */
final class MacSocketOptions extends PosixSocketOptions {

	private static final int SOL_SOCKET = 0xffff;

	private static final int AF_INET = 2;

	private static final int AF_INET6 = 30;

	private static final int NET_SERVICE_TYPE_BE = 0;

	private static final int NET_SERVICE_TYPE_BK = 1;

	private static final int NET_SERVICE_TYPE_SIG = 2;

	private static final int NET_SERVICE_TYPE_VO = 4;

	private static final int NET_SERVICE_TYPE_AV = 6;

	private static final int NET_SERVICE_TYPE_RD = 8;

	MacSocketOptions(SocketCalls calls) {
		super(calls, Errno.Numbers.MACOS);
	}

	/**
	 * Return the family of a socket by its address, as there is no option for it.
	 */
	@Override
	public Family family(int descriptor) {
		return addressFamily(localAddress(descriptor));
	}

	@Override
	Family addressFamily(Sockaddr address) {
		// Behind the length of the address.
		return switch (address.familyByte(1)) {
			case AF_INET -> Family.IPV4;
			case AF_INET6 -> Family.IPV6;
			default -> Family.OTHER;
		};
	}

	@Override
	public boolean hasTos(Family family) {
		return family == Family.IPV4;
	}

	@Override
	public Option priorityOption() {
		return Option.SO_NET_SERVICE_TYPE;
	}

	@Override
	public int priority(TrafficType type) {
		return switch (type) {
			case BEST_EFFORT -> NET_SERVICE_TYPE_BE;
			case BACKGROUND -> NET_SERVICE_TYPE_BK;
			case EXCELLENT_EFFORT -> NET_SERVICE_TYPE_RD;
			case AUDIO_VIDEO -> NET_SERVICE_TYPE_AV;
			case VOICE -> NET_SERVICE_TYPE_VO;
			case CONTROL -> NET_SERVICE_TYPE_SIG;
		};
	}

	@Override
	public void setRate(int descriptor, long bytesPerSecond) {
		throw notSupported("limits for the rate of a socket");
	}

	@Override
	public long getRate(int descriptor) {
		return NO_LIMIT;
	}

	@Override
	public TcpInfo tcpInfo(int descriptor) {
		throw notSupported("figures about the path");
	}

	@Override
	public long cookie(int descriptor) {
		throw new QosException(ErrorCase.NOT_SUPPORTED,
				"On macOS a socket that is no Java socket can be used by its own thread alone", null, null);
	}

	@Override
	public int duplicate(int descriptor) {
		throw notSupported("duplicates that are known to be the same socket");
	}

	@Override
	public void close(int duplicate) {
		throw notSupported("duplicates that are known to be the same socket");
	}

	private static QosException notSupported(String what) {
		return new QosException(ErrorCase.NOT_SUPPORTED, "On macOS there are no " + what, null, null);
	}

	@Override
	public boolean isReflecting() {
		return false;
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
			case IP_TOS -> 3;
			case IP_RECVTOS -> 27;
			case IPV6_TCLASS -> 36;
			case IPV6_RECVTCLASS -> 35;
			case SO_NET_SERVICE_TYPE -> 0x1116;
			case SO_PRIORITY -> throw new IllegalArgumentException("macOS has no " + option);
		};
	}

}
