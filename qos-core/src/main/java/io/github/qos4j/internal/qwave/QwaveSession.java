package io.github.qos4j.internal.qwave;

import java.nio.channels.DatagramChannel;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.BaseTSD.ULONG_PTR;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.SessionFlow;
import io.github.qos4j.SessionSettings;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

/**
 * One handle of qWAVE. Called by one thread at a time, since the vendor says nothing
 * about thread safety.
 */
final class QwaveSession implements QosSession {

	private static final ULONG_PTR NO_SOCKET = new ULONG_PTR(0);

	private final Qwave qwave;

	private final SocketLender sockets;

	private final Pointer handle;

	private @Nullable DatagramChannel canarySocket;

	private int canaryId = QwaveFlow.NO_ID;

	private QwaveSession(Qwave qwave, SocketLender sockets, Pointer handle) {
		this.qwave = qwave;
		this.sockets = sockets;
		this.handle = handle;
	}

	/**
	 * Open a handle. There is no session for a failed create, so that none is ever
	 * closed: Wine ends the process then.
	 */
	static QwaveSession open(Qwave qwave, SocketLender sockets, SessionSettings settings) {
		Qos2.QOS_VERSION nativeVersion = new Qos2.QOS_VERSION();
		nativeVersion.MajorVersion = (short) settings.version().major();
		nativeVersion.MinorVersion = (short) settings.version().minor();
		PointerByReference handle = new PointerByReference();
		if (!qwave.QOSCreateHandle(nativeVersion, handle)) {
			throw failure("QOSCreateHandle");
		}
		return new QwaveSession(qwave, sockets, handle.getValue());
	}

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		if (!socket.isConnected()) {
			// An address could be named instead, but not an IPv4 one on the dual-stack
			// sockets that Java makes: qWAVE refuses mixed families.
			throw socket.isOpen()
					? new QosException(ErrorCase.NOT_CONNECTED, "qWAVE marks a socket only once it is connected",
							"Connect the socket, a UDP one too", null)
					: new QosException(ErrorCase.SOCKET_CLOSED, "The socket is closed", null, null);
		}
		int id = addToNewFlow(socket, options.trafficType());
		if (id == QwaveFlow.NO_ID) {
			return new QwaveFlow(id, dscp, "not needed: the peer is this machine");
		}
		return new QwaveFlow(id, dscp, setOwnDscp(id, options.trafficType(), dscp));
	}

	/**
	 * Add a socket to a flow of its own.
	 * @return the flow's id, or {@link QwaveFlow#NO_ID} where qWAVE sees no need for one
	 */
	private int addToNewFlow(QosSocket socket, TrafficType type) {
		IntByReference flowId = new IntByReference(QwaveFlow.NO_ID);
		try (SocketLender.Loan loan = this.sockets.borrow(socket)) {
			if (this.qwave.QOSAddSocketToFlow(this.handle, new ULONG_PTR(loan.number()), null, nativeType(type),
					Qos2.QOS_NON_ADAPTIVE_FLOW, flowId)) {
				return flowId.getValue();
			}
			int code = Native.getLastError();
			if (code == Win32Error.ERROR_NOT_FOUND.code()) {
				return QwaveFlow.NO_ID;
			}
			throw new QosException(Win32Error.of("QOSAddSocketToFlow", code));
		}
	}

	/**
	 * Set a DSCP that is not the traffic type's own.
	 * @return what came of it, in words, or {@code null} where there is nothing to say
	 */
	private @Nullable String setOwnDscp(int flowId, TrafficType type, Dscp dscp) {
		if (dscp.equals(type.dscp())) {
			return null;
		}
		try (Memory value = new Memory(Integer.BYTES)) {
			value.setInt(0, dscp.value());
			if (this.qwave.QOSSetFlow(this.handle, flowId, Qos2.QOSSetOutgoingDSCPValue, Integer.BYTES, value, 0,
					null)) {
				return null;
			}
			QosException failure = failure("QOSSetFlow");
			return "DSCP " + dscp + " was refused, so that of " + type + ", " + type.dscp() + ", is in force: "
					+ failure.getMessage() + ((failure.remedy() != null) ? ". " + failure.remedy() : "");
		}
	}

	@Override
	public void remove(SessionFlow flow) {
		int id = ((QwaveFlow) flow).id;
		if (id != QwaveFlow.NO_ID && !this.qwave.QOSRemoveSocketFromFlow(this.handle, NO_SOCKET, id, 0)) {
			throw failure("QOSRemoveSocketFromFlow");
		}
	}

	@Override
	public void check(SessionFlow flow) {
		QwaveFlow checked = (QwaveFlow) flow;
		if (checked.id != QwaveFlow.NO_ID) {
			checked.applied(Dscp.of(queryPriority(checked.id).ConformantDSCPValue & 63));
		}
	}

	private Qos2.QOS_PACKET_PRIORITY queryPriority(int flowId) {
		Qos2.QOS_PACKET_PRIORITY priority = new Qos2.QOS_PACKET_PRIORITY();
		if (!this.qwave.QOSQueryFlow(this.handle, flowId, Qos2.QOSQueryPacketPriority,
				new IntByReference(priority.size()), priority.getPointer(), 0, null)) {
			throw failure("QOSQueryFlow");
		}
		priority.read();
		return priority;
	}

	/**
	 * Ask for a flow of this session's own, the canary, which no application can have
	 * harmed.
	 */
	@Override
	public void probe() {
		if (this.canaryId == QwaveFlow.NO_ID) {
			this.canarySocket = (this.canarySocket != null) ? this.canarySocket : Canary.open();
			this.canaryId = addToNewFlow(QosSocket.of(this.canarySocket), TrafficType.BEST_EFFORT);
			return;
		}
		try {
			queryPriority(this.canaryId);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.HANDLE_LOST || ex.errorCase() == ErrorCase.NOT_FOUND) {
				this.canaryId = QwaveFlow.NO_ID;
			}
			throw ex;
		}
	}

	@Override
	public void close(Iterable<SessionFlow> flows) {
		try {
			// Closing the handle removes its flows.
			if (!this.qwave.QOSCloseHandle(this.handle)) {
				throw failure("QOSCloseHandle");
			}
		}
		finally {
			Canary.close(this.canarySocket);
		}
	}

	private static QosException failure(String operation) {
		return new QosException(Win32Error.of(operation, Native.getLastError()));
	}

	private static int nativeType(TrafficType type) {
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
