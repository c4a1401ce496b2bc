package io.github.qos4j.internal.qwave;

import java.net.InetSocketAddress;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.internal.qwave.SocketLender.Loan;
import org.jspecify.annotations.Nullable;

/**
 * Adds the sockets of a {@link QwaveSession} to flows. qWAVE wants to know the peer: that
 * of a connected socket it finds itself, that of another one it is told, in the socket's
 * own address family and no other.
 */
final class QwaveSockets {

	private final NativeHandle handle;

	private final SocketLender lender;

	QwaveSockets(NativeHandle handle, SocketLender lender) {
		this.handle = handle;
		this.lender = lender;
	}

	/**
	 * Add a socket to a flow.
	 * @param flowId the flow, or {@link NativeHandle#NO_FLOW} for one of its own
	 * @param socket the socket
	 * @param options what the flow asks for
	 * @return the flow's id, or {@link NativeHandle#NO_FLOW} where qWAVE sees no need to
	 * mark this socket
	 */
	int add(int flowId, QosSocket socket, QosFlowOptions options) {
		if (socket.isListener()) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "qWAVE marks connections, not what accepts them",
					"Add a flow for each accepted socket", null);
		}
		if (socket.get() instanceof NativeSocket) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "qWAVE is given Java sockets only, and this is none",
					"Have the library that owns it use Java's own sockets, such as Netty with NIO", null);
		}
		boolean connected = socket.isConnected();
		InetSocketAddress destination = socket.destination();
		if (!connected && destination == null) {
			throw notConnected(socket);
		}
		try (Loan loan = this.lender.borrow(socket)) {
			if (connected || destination == null) {
				return call(flowId, socket, loan, null, options);
			}
			if (loan.family() == SocketAddresses.family(destination.getAddress())) {
				try (Memory address = SocketAddresses.of(destination)) {
					return call(flowId, socket, loan, address, options);
				}
			}
			// Once a TCP socket is connected, qWAVE finds the peer itself.
			throw socket.isStream() ? notConnected(socket) : otherFamily(destination);
		}
	}

	private static QosException notConnected(QosSocket socket) {
		return socket.isOpen() ? new QosException(ErrorCase.NOT_CONNECTED,
				"qWAVE marks a socket only once it is connected", "Connect the socket, a UDP one too", null)
				: closed(null);
	}

	private static QosException closed(@Nullable QosException cause) {
		return new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, cause);
	}

	private static QosException otherFamily(InetSocketAddress destination) {
		if (SocketAddresses.family(destination.getAddress()) == SocketAddresses.AF_INET6) {
			return new QosException(ErrorCase.INVALID, "An IPv4 socket cannot send to an IPv6 peer",
					"Open the socket for IPv6", null);
		}
		return new QosException(ErrorCase.NOT_SUPPORTED,
				"qWAVE does not mark an unconnected dual-stack socket for an IPv4 peer",
				"Open it with DatagramChannel.open(StandardProtocolFamily.INET), or connect it, "
						+ "or start Java with -Djava.net.preferIPv4Stack=true",
				null);
	}

	private int call(int flowId, QosSocket socket, Loan loan, @Nullable Pointer destination, QosFlowOptions options) {
		try {
			return this.handle.add(flowId, loan.number(), destination, options.trafficType(),
					options.qwave().adaptive());
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.NOT_FOUND) {
				// Loopback, or an address of this machine: no need to mark that.
				return NativeHandle.NO_FLOW;
			}
			if (ex.errorCase() != ErrorCase.HANDLE_LOST && !socket.isOpen()) {
				// While it is lent it is there, but without a peer, which looks like a
				// mistake of the caller.
				throw closed(ex);
			}
			throw ex;
		}
	}

}
