package io.github.qos4j.internal.qwave;

import java.net.InetSocketAddress;
import java.util.List;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.BaseTSD.ULONG_PTR;
import com.sun.jna.ptr.IntByReference;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.qwave.SocketLender.Loan;
import org.jspecify.annotations.Nullable;

/**
 * Adds the sockets of a {@link QwaveSession} to flows. qWAVE wants to know the peer: that
 * of a connected socket it finds itself, that of another one it is told, in the socket's
 * own address family and no other.
 */
final class QwaveSockets {

	private static final String TEMPORARILY_CONNECTED = "the socket was connected for a moment: datagrams of other "
			+ "peers may have been lost, and it may no longer receive over IPv6";

	private final Qwave qwave;

	private final SocketLender lender;

	private final Pointer handle;

	private final boolean temporaryConnect;

	QwaveSockets(Qwave qwave, SocketLender lender, Pointer handle, boolean temporaryConnect) {
		this.qwave = qwave;
		this.lender = lender;
		this.handle = handle;
		this.temporaryConnect = temporaryConnect;
	}

	/**
	 * Add a socket to a flow.
	 * @param flowId the flow, or {@link QwaveFlow#NO_ID} for one of its own
	 * @param socket the socket
	 * @param options what the flow asks for
	 * @param notes receives what there is to say about it
	 * @return the flow's id, or {@link QwaveFlow#NO_ID} where qWAVE sees no need for one
	 */
	int add(int flowId, QosSocket socket, QosFlowOptions options, List<String> notes) {
		if (socket.isListener()) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "qWAVE marks connections, not what accepts them",
					"Add a flow for each accepted socket", null);
		}
		boolean connected = socket.isConnected();
		InetSocketAddress destination = socket.destination();
		if (!connected && destination == null) {
			throw notConnected(socket);
		}
		try (Loan loan = this.lender.borrow(socket)) {
			if (connected || destination == null) {
				return call(flowId, loan, null, options);
			}
			int family = SocketAddresses.family(destination.getAddress());
			if (loan.family() == family) {
				try (Memory address = SocketAddresses.of(destination)) {
					return call(flowId, loan, address, options);
				}
			}
			if (socket.isStream()) {
				// Once it is connected, qWAVE finds the peer itself.
				throw notConnected(socket);
			}
			if (family == SocketAddresses.AF_INET && this.temporaryConnect && socket.isBound()) {
				return connectAndCall(flowId, loan, destination, options, notes);
			}
			throw otherFamily(destination);
		}
	}

	private static QosException notConnected(QosSocket socket) {
		return socket.isOpen()
				? new QosException(ErrorCase.NOT_CONNECTED, "qWAVE marks a socket only once it is connected",
						"Connect the socket, a UDP one too", null)
				: new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
	}

	private static QosException otherFamily(InetSocketAddress destination) {
		if (SocketAddresses.family(destination.getAddress()) == SocketAddresses.AF_INET6) {
			return new QosException(ErrorCase.INVALID, "An IPv4 socket cannot send to " + destination,
					"Open the socket for IPv6", null);
		}
		return new QosException(ErrorCase.NOT_SUPPORTED,
				"qWAVE does not mark an unconnected dual-stack socket for an IPv4 peer",
				"Open it with DatagramChannel.open(StandardProtocolFamily.INET), or connect it, "
						+ "or start Java with -Djava.net.preferIPv4Stack=true",
				null);
	}

	private int call(int flowId, Loan loan, @Nullable Pointer destination, QosFlowOptions options) {
		IntByReference id = new IntByReference(flowId);
		if (this.qwave.QOSAddSocketToFlow(this.handle, new ULONG_PTR(loan.number()), destination,
				nativeType(options.trafficType()), options.qwave().adaptive() ? 0 : Qos2.QOS_NON_ADAPTIVE_FLOW, id)) {
			return id.getValue();
		}
		int code = Native.getLastError();
		if (code == Win32Error.ERROR_NOT_FOUND.code()) {
			// Loopback, or an address of this machine: no need to mark that.
			return flowId;
		}
		throw new QosException(Win32Error.of("QOSAddSocketToFlow", code));
	}

	/**
	 * Have qWAVE find the peer of a socket that is connected to it for a moment only.
	 */
	private int connectAndCall(int flowId, Loan loan, InetSocketAddress destination, QosFlowOptions options,
			List<String> notes) {
		try (Memory peer = SocketAddresses.mapped(destination); Memory nobody = SocketAddresses.nobody()) {
			if (!loan.connect(peer)) {
				throw new QosException(Win32Error.of("connect", Native.getLastError()));
			}
			try {
				int id = call(flowId, loan, null, options);
				if (!notes.contains(TEMPORARILY_CONNECTED)) {
					notes.add(TEMPORARILY_CONNECTED);
				}
				return id;
			}
			finally {
				if (!loan.connect(nobody)) {
					notes.add("the socket has stayed connected: "
							+ new QosException(Win32Error.of("connect", Native.getLastError())).getMessage());
				}
			}
		}
	}

	static int nativeType(TrafficType type) {
		return switch (type) {
			case BEST_EFFORT -> Qos2.QOSTrafficTypeBestEffort;
			case BACKGROUND -> Qos2.QOSTrafficTypeBackground;
			case EXCELLENT_EFFORT -> Qos2.QOSTrafficTypeExcellentEffort;
			case AUDIO_VIDEO -> Qos2.QOSTrafficTypeAudioVideo;
			case VOICE -> Qos2.QOSTrafficTypeVoice;
			case CONTROL -> Qos2.QOSTrafficTypeControl;
		};
	}

}
