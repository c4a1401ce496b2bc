package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeSocket.Kind;
import io.github.qos4j.QosException;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import org.jspecify.annotations.Nullable;

import static io.github.qos4j.internal.socket.LinuxNumbers.IPPROTO_TCP;
import static io.github.qos4j.internal.socket.LinuxNumbers.IPPROTO_UDP;
import static io.github.qos4j.internal.socket.LinuxNumbers.SOL_SOCKET;
import static io.github.qos4j.internal.socket.LinuxNumbers.SO_ACCEPTCONN;
import static io.github.qos4j.internal.socket.LinuxNumbers.SO_COOKIE;
import static io.github.qos4j.internal.socket.LinuxNumbers.SO_DOMAIN;
import static io.github.qos4j.internal.socket.LinuxNumbers.SO_PROTOCOL;

/**
 * What Linux tells about the descriptors of this process, any of which may be closed, or
 * become that of another file, at any time. Not thread-safe.
 */
final class OwnDescriptors {

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
	 * Return a number that is larger than that of any descriptor. Reading it costs far
	 * less than the list of descriptors, for which the system makes an entry for each;
	 * asking every number below it what it is costs a call each, open or not.
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
		if (LinuxNumbers.familyOf(number(socket, SO_DOMAIN)) == Family.OTHER) {
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

	private static @Nullable InetSocketAddress address(int socket, Sockaddr.Call call) {
		try {
			Sockaddr address = Sockaddr.of(socket, call);
			return address.toInet(LinuxNumbers.familyOf(address) == Family.IPV4);
		}
		catch (LastErrorException ex) {
			return null;
		}
	}

}
