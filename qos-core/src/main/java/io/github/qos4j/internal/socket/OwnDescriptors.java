package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeSocket.Kind;
import io.github.qos4j.QosException;
import org.jspecify.annotations.Nullable;

/**
 * What Linux tells about the descriptors of this process, any of which may be closed, or
 * become that of another file, at any time. Not thread-safe.
 */
final class OwnDescriptors {

	private static final int SOL_SOCKET = 1;

	private static final int SO_ACCEPTCONN = 30;

	private static final int SO_PROTOCOL = 38;

	private static final int SO_DOMAIN = 39;

	private static final int SO_COOKIE = 57;

	private static final int IPPROTO_TCP = 6;

	private static final int IPPROTO_UDP = 17;

	private static final int AF_INET = 2;

	private static final int AF_INET6 = 10;

	/** The size of a {@code sockaddr_in6}. */
	private static final int ADDRESS_SIZE = 28;

	private static final Path STATUS = Path.of("/proc/self/status");

	private static final Pattern TABLE_SIZE = Pattern.compile("^FDSize:\\s*(\\d+)$", Pattern.MULTILINE);

	private final SocketCalls calls;

	/** A value and its length, which no call that is made with it changes. */
	private final Memory value = new Memory(Long.BYTES);

	private final Memory length = new Memory(Integer.BYTES);

	OwnDescriptors(SocketCalls calls) {
		this.calls = calls;
		this.length.setInt(0, Long.BYTES);
	}

	/**
	 * Return a number that is larger than that of any descriptor. Far cheaper than the
	 * list of descriptors, since the system makes an entry for each that is listed.
	 * @throws QosException if the system does not tell
	 */
	int limit() {
		try {
			Matcher size = TABLE_SIZE.matcher(new String(Files.readAllBytes(STATUS), StandardCharsets.ISO_8859_1));
			if (size.find()) {
				return Integer.parseInt(size.group(1));
			}
			throw new IOException("no FDSize");
		}
		catch (IOException ex) {
			throw new QosException(ErrorCase.NOT_SUPPORTED,
					"The sockets of this process cannot be found: " + STATUS + ": " + ex.getMessage(), null, ex);
		}
	}

	/**
	 * Return the cookie of a socket, or 0 if the number is not that of a socket. Unlike
	 * {@link SocketOptions#cookie} it costs next to nothing where it is none.
	 */
	long cookie(int number) {
		return (this.calls.getsockopt(number, SOL_SOCKET, SO_COOKIE, this.value, this.length) == 0)
				? this.value.getLong(0) : 0;
	}

	/**
	 * Return the kind of a socket, or {@code null} if it is not one of TCP or UDP.
	 */
	@Nullable Kind kind(int socket) {
		int domain = number(socket, SO_DOMAIN);
		if (domain != AF_INET && domain != AF_INET6) {
			return null;
		}
		return switch (number(socket, SO_PROTOCOL)) {
			case IPPROTO_TCP -> (number(socket, SO_ACCEPTCONN) != 0) ? Kind.LISTENER : Kind.STREAM;
			case IPPROTO_UDP -> Kind.DATAGRAM;
			default -> null;
		};
	}

	private int number(int socket, int option) {
		byte[] bytes = new byte[Integer.BYTES];
		this.calls.getsockopt(socket, SOL_SOCKET, option, bytes, new int[] { Integer.BYTES });
		return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt();
	}

	/**
	 * Return the peer of a socket, or {@code null} if it is not connected.
	 */
	@Nullable InetSocketAddress peer(int socket) {
		return address(socket, this.calls::getpeername);
	}

	/**
	 * Return the local address of a socket, or {@code null} if it has none.
	 */
	@Nullable InetSocketAddress local(int socket) {
		return address(socket, this.calls::getsockname);
	}

	private static @Nullable InetSocketAddress address(int socket, AddressCall call) {
		byte[] address = new byte[ADDRESS_SIZE];
		try {
			call.ask(socket, address, new int[] { ADDRESS_SIZE });
		}
		catch (LastErrorException ex) {
			return null;
		}
		boolean ipv4 = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getShort() == AF_INET;
		int port = ByteBuffer.wrap(address).getShort(2) & 0xffff;
		try {
			// One that is mapped, ::ffff:a.b.c.d, becomes an IPv4 address by this.
			return new InetSocketAddress(InetAddress
				.getByAddress(ipv4 ? Arrays.copyOfRange(address, 4, 8) : Arrays.copyOfRange(address, 8, 24)), port);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * A call that fills in a {@code sockaddr}.
	 */
	private interface AddressCall {

		int ask(int socket, byte[] address, int[] length) throws LastErrorException;

	}

}
