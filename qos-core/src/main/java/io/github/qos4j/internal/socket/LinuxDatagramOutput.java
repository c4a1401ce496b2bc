package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;

import com.sun.jna.LastErrorException;

import io.github.qos4j.spi.DatagramOutput;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.jspecify.annotations.Nullable;

/**
 * Sends datagrams with {@code sendmsg}, whose control messages mark one datagram each.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/sendmsg.2.html">sendmsg(2)</a>
 */
final class LinuxDatagramOutput implements DatagramOutput {

	private static final int MSG_DONTWAIT = 0x40;

	private static final int ECN = 3;

	/** For how many nanoseconds the bits of congestion notification count as known. */
	private static final long CONGESTION_KEPT = 100_000;

	/** What most datagrams fit into. */
	private static final int USUAL_SIZE = 2048;

	/** More than that no system sends, so it is not even copied. */
	private static final int MOST = 0xffff;

	/**
	 * Whether this kernel takes a priority along with a datagram. Older ones refuse the
	 * datagram then, and give it a priority by a table of their own.
	 */
	static volatile boolean priorityTaken = true;

	private final SocketCalls calls;

	private final LinuxSocketOptions options;

	private final Object javaSocket;

	private final Object owner;

	private final Family family;

	private final Message message = new Message(USUAL_SIZE);

	private boolean bound;

	/** The option that was asked for bits of congestion notification, if any was. */
	private @Nullable Option congestionOption;

	private int congestionBits;

	/** When that was, as {@link System#nanoTime()}. */
	private long congestionAsked;

	LinuxDatagramOutput(SocketCalls calls, LinuxSocketOptions options, QosSocket socket) {
		this.calls = calls;
		this.options = options;
		this.owner = Descriptors.ownerOf(socket);
		Object strong = socket.get();
		this.javaSocket = (strong != null) ? strong : this.owner;
		this.family = Descriptors.lend(this.owner, options::family);
	}

	@Override
	public synchronized boolean send(ByteBuffer datagram, InetSocketAddress destination, TrafficType type, Dscp dscp)
			throws IOException {
		InetAddress address = destination.getAddress();
		if (this.family == Family.IPV4 && address instanceof Inet6Address) {
			throw new IllegalArgumentException(
					"'destination' must be an IPv4 address, as the socket is for IPv4 alone, but was " + destination);
		}
		if (datagram.remaining() > MOST) {
			throw tooLong(datagram, destination);
		}
		bind();
		this.message.setData(datagram);
		this.message.setAddress(destination, this.family);
		int errno;
		try {
			errno = Descriptors.lend(this.owner,
					(descriptor) -> send(descriptor, address instanceof Inet6Address, type, dscp));
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.SOCKET_CLOSED) {
				throw new ClosedChannelException();
			}
			throw ex;
		}
		if (errno == 0) {
			datagram.position(datagram.limit());
			return true;
		}
		if (Errno.EAGAIN.is(errno) || Errno.ENOBUFS.is(errno)) {
			return false;
		}
		if (Errno.EMSGSIZE.is(errno)) {
			throw tooLong(datagram, destination);
		}
		String text = destination.toString();
		if (Errno.ECONNREFUSED.is(errno)) {
			throw new PortUnreachableException(text);
		}
		QosException failure = Errno.failure(Errno.Numbers.LINUX, "sendmsg", new LastErrorException(errno));
		switch (failure.errorCase()) {
			// Perhaps it is the call or its control messages that are refused. The
			// ordinary way to send will tell.
			case ADMINISTRATOR, NOT_SUPPORTED, INVALID -> throw failure;
			default -> {
				SocketException exception = new SocketException(failure.getMessage() + " for " + text);
				exception.initCause(failure);
				throw exception;
			}
		}
	}

	/**
	 * Bind a socket as any other send does. Left to the system, Java would not know.
	 */
	private void bind() throws IOException {
		if (this.bound) {
			return;
		}
		try {
			if (this.javaSocket instanceof DatagramSocket socket) {
				if (!socket.isBound()) {
					socket.bind(null);
				}
			}
			else if (this.javaSocket instanceof DatagramChannel channel && channel.getLocalAddress() == null) {
				channel.bind(null);
			}
		}
		catch (AlreadyBoundException ex) {
			// By another thread, just now.
		}
		this.bound = true;
	}

	/**
	 * Send what is prepared.
	 * @return the error number, or 0
	 */
	private int send(int descriptor, boolean ipv6, TrafficType type, Dscp dscp) {
		this.message.setMarks(dscp.value() << 2 | congestionBits(descriptor, ipv6), this.options.priority(type));
		boolean withPriority = priorityTaken;
		this.message.withPriority(withPriority);
		int errno = send(descriptor);
		if (Errno.EINVAL.is(errno) && withPriority) {
			this.message.withPriority(false);
			errno = send(descriptor);
			if (errno == 0) {
				priorityTaken = false;
			}
		}
		return errno;
	}

	private int send(int descriptor) {
		try {
			this.calls.sendmsg(descriptor, this.message.address(), MSG_DONTWAIT);
			return 0;
		}
		catch (LastErrorException ex) {
			return ex.getErrorCode();
		}
	}

	/**
	 * Return the congestion notification bits of the socket, which belong to the
	 * application. They hardly ever change, and asking takes a tenth of the time of
	 * sending.
	 */
	private int congestionBits(int descriptor, boolean ipv6) {
		Option option = ipv6 ? Option.IPV6_TCLASS : Option.IP_TOS;
		long now = System.nanoTime();
		if (option != this.congestionOption || now - this.congestionAsked >= CONGESTION_KEPT) {
			this.congestionBits = congestionBits(descriptor, option);
			this.congestionOption = option;
			this.congestionAsked = now;
		}
		return this.congestionBits;
	}

	private int congestionBits(int descriptor, Option option) {
		try {
			return this.options.get(descriptor, option) & ECN;
		}
		catch (QosException ex) {
			return 0;
		}
	}

	private static SocketException tooLong(ByteBuffer datagram, InetSocketAddress destination) {
		return new SocketException(
				"A datagram of " + datagram.remaining() + " bytes is too long for " + destination + " (EMSGSIZE)");
	}

}
