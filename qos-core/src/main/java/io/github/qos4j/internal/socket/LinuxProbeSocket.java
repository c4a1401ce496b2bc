package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.UnsupportedAddressTypeException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import com.sun.jna.LastErrorException;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.spi.ProbeSocket;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket that receives with {@code recvmsg}, whose control messages tell the marks.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/ip.7.html">IP_RECVTOS in ip(7)</a>
 */
final class LinuxProbeSocket implements ProbeSocket {

	private static final int MSG_DONTWAIT = 0x40;

	private static final int USUAL_SIZE = 2048;

	private final SocketCalls calls;

	private final LinuxSocketOptions options;

	private final DatagramChannel channel;

	private final Selector selector;

	private final Object owner;

	private final boolean ipv6;

	private final Message message = new Message(USUAL_SIZE);

	private @Nullable Dscp marked;

	private final InetSocketAddress localAddress;

	private LinuxProbeSocket(SocketCalls calls, LinuxSocketOptions options, DatagramChannel channel, Selector selector,
			InetSocketAddress address) throws IOException {
		this.calls = calls;
		this.options = options;
		this.channel = channel;
		this.selector = selector;
		this.owner = Descriptors.ownerOf(channel);
		// Before it is bound, so that nothing arrives without its mark.
		this.ipv6 = Descriptors.lend(this.owner, this::receiveMarks);
		channel.bind(address);
		channel.configureBlocking(false);
		channel.register(selector, SelectionKey.OP_READ);
		this.localAddress = (InetSocketAddress) channel.getLocalAddress();
	}

	/**
	 * Open a socket.
	 * @throws QosException if it cannot tell marks
	 * @throws IOException if it cannot be opened
	 */
	static LinuxProbeSocket open(SocketCalls calls, LinuxSocketOptions options, InetSocketAddress address)
			throws IOException {
		DatagramChannel channel = DatagramChannel.open();
		try {
			Selector selector = Selector.open();
			try {
				return new LinuxProbeSocket(calls, options, channel, selector, address);
			}
			catch (IOException | RuntimeException ex) {
				selector.close();
				throw ex;
			}
		}
		catch (UnsupportedAddressTypeException ex) {
			channel.close();
			throw new SocketException("This machine has no sockets for " + address);
		}
		catch (IOException | RuntimeException ex) {
			channel.close();
			throw ex;
		}
	}

	/**
	 * Have the marks of what arrives told.
	 * @return whether the socket is for both families
	 */
	private boolean receiveMarks(int descriptor) {
		this.options.set(descriptor, Option.IP_RECVTOS, 1);
		if (this.options.family(descriptor) != Family.IPV6) {
			return false;
		}
		this.options.set(descriptor, Option.IPV6_RECVTCLASS, 1);
		return true;
	}

	@Override
	public InetSocketAddress localAddress() {
		return this.localAddress;
	}

	@Override
	public void send(ByteBuffer datagram, InetSocketAddress destination, Dscp dscp) throws IOException {
		if (!dscp.equals(this.marked)) {
			lend((descriptor) -> {
				mark(descriptor, dscp);
				return 0;
			});
			this.marked = dscp;
		}
		this.channel.send(datagram, destination);
	}

	private void mark(int descriptor, Dscp dscp) {
		this.options.set(descriptor, Option.IP_TOS, dscp.value() << 2);
		if (this.ipv6) {
			this.options.set(descriptor, Option.IPV6_TCLASS, dscp.value() << 2);
		}
	}

	@Override
	public @Nullable Arrival receive(ByteBuffer datagram, Duration timeout) throws IOException {
		long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
		while (true) {
			this.message.clear();
			int length = lend(this::receive);
			if (length >= 0) {
				this.message.getData(datagram, length);
				return new Arrival(this.message.source(), this.message.tos());
			}
			long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
			if (left <= 0) {
				return null;
			}
			select(left);
		}
	}

	private void select(long millis) throws IOException {
		if (Thread.currentThread().isInterrupted()) {
			// A selector does not wait then, and never would.
			throw new InterruptedIOException("Interrupted while waiting for a datagram");
		}
		try {
			this.selector.select(millis);
			this.selector.selectedKeys().clear();
		}
		catch (ClosedSelectorException ex) {
			throw new ClosedChannelException();
		}
	}

	/**
	 * Receive into the message.
	 * @return the length of the datagram, or -1 if there is none
	 */
	private int receive(int descriptor) {
		try {
			return (int) this.calls.recvmsg(descriptor, this.message.pointer(), MSG_DONTWAIT);
		}
		catch (LastErrorException ex) {
			if (Errno.EAGAIN.is(ex.getErrorCode())) {
				return -1;
			}
			throw Errno.failure(Errno.Numbers.LINUX, "recvmsg", ex);
		}
	}

	private int lend(Descriptors.DescriptorFunction<Integer> function) throws IOException {
		try {
			return Descriptors.lend(this.owner, function);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.SOCKET_CLOSED) {
				throw new ClosedChannelException();
			}
			throw new IOException(ex.getMessage(), ex);
		}
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
		// Wakes who waits, and lets go of the channel.
		this.selector.close();
	}

}
