package io.github.qos4j.internal.qwave;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowRate;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosVersion;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.qwave.CompletionPort.Operation;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;
import org.jspecify.annotations.Nullable;

/**
 * One handle of qWAVE: its functions with the types of Java, and what they refuse as
 * {@link QosException}. Decides nothing. Called by one thread at a time, since the vendor
 * says nothing about thread safety.
 */
final class NativeHandle {

	/** The id of no flow. */
	static final int NO_FLOW = 0;

	private static final ULONG_PTR NO_SOCKET = new ULONG_PTR(0);

	/** How often a list is asked for that grows meanwhile. */
	private static final int MOST_TRIES = 10;

	private final Qwave qwave;

	private final Pointer handle;

	private int successes;

	private NativeHandle(Qwave qwave, Pointer handle) {
		this.qwave = qwave;
		this.handle = handle;
	}

	/**
	 * Open a handle. There is none for a failed create, so that none is ever closed: Wine
	 * ends the process then.
	 */
	static NativeHandle open(Qwave qwave, QosVersion version) {
		Qos2.QOS_VERSION nativeVersion = new Qos2.QOS_VERSION();
		nativeVersion.MajorVersion = (short) version.major();
		nativeVersion.MinorVersion = (short) version.minor();
		PointerByReference handle = new PointerByReference();
		if (!qwave.QOSCreateHandle(nativeVersion, handle)) {
			throw failure("QOSCreateHandle");
		}
		return new NativeHandle(qwave, handle.getValue());
	}

	/**
	 * Close the handle, which removes its flows.
	 */
	void close() {
		require(this.qwave.QOSCloseHandle(this.handle), "QOSCloseHandle");
	}

	// Flows

	/**
	 * Add a socket to a flow.
	 * @param flowId the flow, or {@link #NO_FLOW} for one of its own
	 * @param socket the SOCKET
	 * @param destination the address of its peer, or {@code null} if it is connected
	 * @return the flow's id
	 */
	int add(int flowId, long socket, @Nullable Pointer destination, TrafficType type, boolean adaptive) {
		IntByReference id = new IntByReference(flowId);
		require(this.qwave.QOSAddSocketToFlow(this.handle, new ULONG_PTR(socket), destination, Marshalling.of(type),
				adaptive ? 0 : Qos2.QOS_NON_ADAPTIVE_FLOW, id), "QOSAddSocketToFlow");
		return id.getValue();
	}

	/**
	 * Remove a flow with all its sockets.
	 */
	void remove(int flowId) {
		require(this.qwave.QOSRemoveSocketFromFlow(this.handle, NO_SOCKET, flowId, 0), "QOSRemoveSocketFromFlow");
	}

	/**
	 * Set a flow's traffic type, which undoes a DSCP.
	 */
	void setTrafficType(int flowId, TrafficType type) {
		setInt(flowId, Qos2.QOSSetTrafficType, Marshalling.of(type));
	}

	void setDscp(int flowId, Dscp dscp) {
		setInt(flowId, Qos2.QOSSetOutgoingDSCPValue, dscp.value());
	}

	private void setInt(int flowId, int operation, int value) {
		try (Memory memory = new Memory(Integer.BYTES)) {
			memory.setInt(0, value);
			set(flowId, operation, Integer.BYTES, memory);
		}
	}

	void setRate(int flowId, FlowRate rate, QwaveOptions qwave) {
		setRate(flowId, Marshalling.of(rate, qwave));
	}

	/**
	 * End a flow's rate, and with the shaping the marking.
	 */
	void endRate(int flowId) {
		setRate(flowId, new Qos2.QOS_FLOWRATE_OUTGOING());
	}

	private void setRate(int flowId, Qos2.QOS_FLOWRATE_OUTGOING rate) {
		rate.write();
		set(flowId, Qos2.QOSSetOutgoingRate, rate.size(), rate.getPointer());
	}

	private void set(int flowId, int operation, int size, Pointer buffer) {
		require(this.qwave.QOSSetFlow(this.handle, flowId, operation, size, buffer, 0, null), "QOSSetFlow");
	}

	// Questions

	FlowFundamentals fundamentals(int flowId, boolean fresh) {
		Qos2.QOS_FLOW_FUNDAMENTALS answer = new Qos2.QOS_FLOW_FUNDAMENTALS();
		query(flowId, Qos2.QOSQueryFlowFundamentals, answer.size(), answer.getPointer(),
				fresh ? Qos2.QOS_QUERYFLOW_FRESH : 0);
		answer.read();
		return Marshalling.of(answer);
	}

	/**
	 * Return the marks that are in force.
	 */
	PacketPriority packetPriority(int flowId) {
		Qos2.QOS_PACKET_PRIORITY priority = new Qos2.QOS_PACKET_PRIORITY();
		query(flowId, Qos2.QOSQueryPacketPriority, priority.size(), priority.getPointer(), 0);
		priority.read();
		return Marshalling.of(priority);
	}

	/**
	 * Return the rate that was set last, in bits a second, or 0.
	 */
	long outgoingRate(int flowId) {
		try (Memory rate = new Memory(Long.BYTES)) {
			rate.setLong(0, 0);
			query(flowId, Qos2.QOSQueryOutgoingRate, Long.BYTES, rate, 0);
			return rate.getLong(0);
		}
	}

	private void query(int flowId, int operation, int size, Pointer buffer, int flags) {
		require(this.qwave.QOSQueryFlow(this.handle, flowId, operation, new IntByReference(size), buffer, flags, null),
				"QOSQueryFlow");
	}

	/**
	 * Return the ids of all flows of the machine.
	 */
	List<Long> flowIds() {
		int bytes = 64 * Integer.BYTES;
		for (int i = 0; i < MOST_TRIES; i++) {
			IntByReference size = new IntByReference(bytes);
			try (Memory buffer = new Memory(bytes)) {
				if (this.qwave.QOSEnumerateFlows(this.handle, size, buffer)) {
					List<Long> ids = new ArrayList<>();
					for (int id : buffer.getIntArray(0, Math.min(size.getValue(), bytes) / Integer.BYTES)) {
						ids.add(Integer.toUnsignedLong(id));
					}
					return ids;
				}
			}
			int code = Native.getLastError();
			if (code != Win32Error.ERROR_INSUFFICIENT_BUFFER.code()) {
				throw new QosException(Win32Error.of("QOSEnumerateFlows", code));
			}
			// With room for those that come meanwhile.
			bytes = 2 * Math.max(size.getValue(), bytes);
		}
		throw new QosException(ErrorCase.TRY_AGAIN, "The list of flows grows faster than it can be read", null, null);
	}

	// Conditions

	/**
	 * Have what calls of this handle come to collected by a port.
	 */
	void attachTo(CompletionPort port) {
		port.attach(this.handle);
	}

	/**
	 * Ask to be told of a condition.
	 * @return whether it holds already; if not, the operation is pending
	 */
	boolean notify(int flowId, FlowCondition condition, Operation operation) {
		boolean holds = switch (condition.kind()) {
			case CONGESTED -> notify(flowId, Qos2.QOSNotifyCongested, null, null, operation);
			case UNCONGESTED -> notify(flowId, Qos2.QOSNotifyUncongested, null, null, operation);
			case AVAILABLE -> notify(flowId, Qos2.QOSNotifyAvailable, operation.size(),
					operation.buffer(condition.bitsPerSecond()), operation);
		};
		int code = holds ? 0 : Native.getLastError();
		if (!holds && code != Win32Error.ERROR_IO_PENDING.code()) {
			throw new QosException(Win32Error.of("QOSNotifyFlow", code));
		}
		return holds;
	}

	private boolean notify(int flowId, int kind, @Nullable Pointer size, @Nullable Pointer buffer,
			Operation operation) {
		return this.qwave.QOSNotifyFlow(this.handle, flowId, kind, size, buffer, 0, operation.overlapped());
	}

	/**
	 * Ask for the end of a pending call.
	 * @return whether its packet will come soon
	 */
	boolean cancel(Operation operation) {
		return this.qwave.QOSCancel(this.handle, operation.overlapped());
	}

	// Clients

	void startTracking(InetAddress client) {
		try (Memory address = SocketAddresses.of(new InetSocketAddress(client, 0))) {
			require(this.qwave.QOSStartTrackingClient(this.handle, address, 0), "QOSStartTrackingClient");
		}
	}

	void stopTracking(InetAddress client) {
		try (Memory address = SocketAddresses.of(new InetSocketAddress(client, 0))) {
			require(this.qwave.QOSStopTrackingClient(this.handle, address, 0), "QOSStopTrackingClient");
		}
	}

	/**
	 * Throw unless a call has succeeded. The error is read before anything else is done.
	 */
	private void require(boolean success, String operation) {
		if (!success) {
			throw failure(operation);
		}
		this.successes++;
	}

	private static QosException failure(String operation) {
		return new QosException(Win32Error.of(operation, Native.getLastError()));
	}

	/**
	 * Return how many calls have succeeded. A handle with which any does is not dead.
	 */
	int successes() {
		return this.successes;
	}

}
