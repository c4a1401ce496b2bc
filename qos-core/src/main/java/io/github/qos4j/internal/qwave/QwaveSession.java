package io.github.qos4j.internal.qwave;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.BaseTSD.ULONG_PTR;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowFundamentals.Measurement;
import io.github.qos4j.FlowRate;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.qwave.CompletionPort.Operation;
import io.github.qos4j.spi.PendingCondition;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import org.jspecify.annotations.Nullable;

/**
 * One handle of qWAVE. Called by one thread at a time, since the vendor says nothing
 * about thread safety.
 */
final class QwaveSession implements QosSession {

	private static final ULONG_PTR NO_SOCKET = new ULONG_PTR(0);

	/** How often a list is asked for that grows meanwhile. */
	private static final int MOST_TRIES = 10;

	/** How long a close waits for calls that were cancelled. */
	private static final int CANCEL_MILLIS = 500;

	private final Qwave qwave;

	private final QwaveSockets sockets;

	private final CompletionPort completions;

	private final Pointer handle;

	private @Nullable DatagramChannel canarySocket;

	private int canaryId = QwaveFlow.NO_ID;

	/** Whether the completion port collects the packets of this handle. */
	private boolean attached;

	/** Waits for conditions that have not completed, and some that have. */
	private final List<Operation> pending = new ArrayList<>();

	/** How many of them there may be until those that have completed are forgotten. */
	private int mostPending = 64;

	private QwaveSession(Qwave qwave, QwaveSockets sockets, CompletionPort completions, Pointer handle) {
		this.qwave = qwave;
		this.sockets = sockets;
		this.completions = completions;
		this.handle = handle;
	}

	/**
	 * Open a handle. There is no session for a failed create, so that none is ever
	 * closed: Wine ends the process then.
	 */
	static QwaveSession open(Qwave qwave, SocketLender lender, CompletionPort completions, SessionSettings settings) {
		Qos2.QOS_VERSION nativeVersion = new Qos2.QOS_VERSION();
		nativeVersion.MajorVersion = (short) settings.version().major();
		nativeVersion.MinorVersion = (short) settings.version().minor();
		PointerByReference handle = new PointerByReference();
		if (!qwave.QOSCreateHandle(nativeVersion, handle)) {
			throw failure("QOSCreateHandle");
		}
		QwaveSockets sockets = new QwaveSockets(qwave, lender, handle.getValue(), false);
		return new QwaveSession(qwave, sockets, completions, handle.getValue());
	}

	// Flows

	@Override
	public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		QwaveFlow flow = new QwaveFlow(options, dscp);
		flow.id = this.sockets.add(QwaveFlow.NO_ID, socket, options, flow.notes);
		flow.sockets.add(socket);
		configure(flow);
		return flow;
	}

	@Override
	public void join(SessionFlow flow, QosSocket socket) {
		QwaveFlow joined = (QwaveFlow) flow;
		boolean needed = joined.id != QwaveFlow.NO_ID;
		joined.id = this.sockets.add(joined.id, socket, joined.options, joined.notes);
		joined.sockets.add(socket);
		if (!needed && joined.id != QwaveFlow.NO_ID) {
			// The first of its sockets that needs a flow.
			configure(joined);
		}
	}

	/**
	 * Set what a new flow asks for beside its traffic type. What is refused fails nothing
	 * that the flow has without it.
	 */
	private void configure(QwaveFlow flow) {
		QosFlowOptions options = flow.options;
		if (flow.id == QwaveFlow.NO_ID) {
			flow.mark(null, List.of("not needed: the peer is this machine"));
			return;
		}
		List<String> notes = new ArrayList<>(flow.notes);
		FlowRate rate = options.rate();
		if (rate != null) {
			try {
				setRate(flow.id, rate, options.qwave());
			}
			catch (QosException ex) {
				notes.add("the rate was refused: " + told(ex));
			}
		}
		else if (options.qwave().adaptive()) {
			notes.add("an adaptive flow is marked once it has a rate");
		}
		if (!flow.requested.equals(options.trafficType().dscp())) {
			try {
				setDscp(flow.id, flow.requested);
			}
			catch (QosException ex) {
				notes.add(fallback(flow.requested, options.trafficType(), ex));
			}
		}
		flow.mark(appliedTo(flow.id), notes);
	}

	/**
	 * Return the DSCP in force, or {@code null} if qWAVE does not tell.
	 */
	private @Nullable Dscp appliedTo(int flowId) {
		try {
			return dscp(queryPriority(flowId).ConformantDSCPValue);
		}
		catch (QosException ex) {
			return null;
		}
	}

	private static String fallback(Dscp dscp, TrafficType type, QosException refusal) {
		return "DSCP " + dscp + " was refused, so that of " + type + ", " + type.dscp() + ", is in force: "
				+ told(refusal);
	}

	private static String told(QosException refusal) {
		return refusal.getMessage() + ((refusal.remedy() != null) ? ". " + refusal.remedy() : "");
	}

	@Override
	public void change(SessionFlow flow, QosFlowOptions options, Dscp dscp) {
		QwaveFlow changed = (QwaveFlow) flow;
		QosFlowOptions before = changed.options;
		if (changed.id != QwaveFlow.NO_ID) {
			if (before.rate() != null && options.rate() == null) {
				addAnew(changed, options, dscp);
				return;
			}
			List<String> notes = new ArrayList<>(changed.notes);
			change(changed, options, dscp, notes);
			changed.requested = dscp;
			changed.mark(appliedTo(changed.id), notes);
		}
		else {
			changed.requested = dscp;
			changed.mark(null, List.of("not needed: the peer is this machine"));
		}
		changed.options = options;
	}

	private void change(QwaveFlow flow, QosFlowOptions options, Dscp dscp, List<String> notes) {
		QosFlowOptions before = flow.options;
		TrafficType type = options.trafficType();
		FlowRate rate = options.rate();
		if (rate == null && options.qwave().adaptive()) {
			notes.add("an adaptive flow is marked once it has a rate");
		}
		try {
			boolean ownBefore = !flow.requested.equals(before.trafficType().dscp());
			if (type != before.trafficType() || ownBefore && !dscp.equals(flow.requested)) {
				setTrafficType(flow.id, type);
			}
			if (!dscp.equals(type.dscp())) {
				setOwnDscp(flow.id, type, dscp, notes);
			}
			// Last, since it cannot be taken back where there was none.
			if (rate != null && !(rate.equals(before.rate()) && options.qwave().equals(before.qwave()))) {
				setRate(flow.id, rate, options.qwave());
			}
		}
		catch (QosException ex) {
			restore(flow);
			throw ex;
		}
	}

	/**
	 * Set a DSCP that is not the type's own. Where it is refused, the type's own is in
	 * force.
	 */
	private void setOwnDscp(int flowId, TrafficType type, Dscp dscp, List<String> notes) {
		try {
			setDscp(flowId, dscp);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.HANDLE_LOST || ex.errorCase() == ErrorCase.NOT_FOUND) {
				throw ex;
			}
			setTrafficType(flowId, type);
			notes.add(fallback(dscp, type, ex));
		}
	}

	/**
	 * Give a flow back what it had before a change that was refused half-way.
	 */
	private void restore(QwaveFlow flow) {
		TrafficType type = flow.options.trafficType();
		try {
			setTrafficType(flow.id, type);
			if (!flow.requested.equals(type.dscp())) {
				setDscp(flow.id, flow.requested);
			}
		}
		catch (QosException ex) {
			// As near to it as qWAVE allows; the marking tells what is in force.
			flow.mark(appliedTo(flow.id), List.of("a refused change could not be undone: " + told(ex)));
		}
	}

	/**
	 * Replace a flow by a new one. A rate of 0 would end the marking with the shaping, as
	 * the header says.
	 */
	private void addAnew(QwaveFlow flow, QosFlowOptions options, Dscp dscp) {
		try {
			remove(flow);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.HANDLE_LOST) {
				throw ex;
			}
			// It counts as gone all the same.
		}
		flow.id = QwaveFlow.NO_ID;
		flow.gone = true;
		flow.notes.clear();
		try {
			flow.sockets.removeIf((socket) -> !socket.isOpen());
			for (QosSocket socket : flow.sockets) {
				flow.id = this.sockets.add(flow.id, socket, options, flow.notes);
			}
		}
		catch (QosException ex) {
			removeQuietly(flow);
			throw new QosException(ErrorCase.NOT_FOUND,
					"The flow was removed to end its rate and is added anew: " + ex.getMessage(), ex.remedy(), ex);
		}
		flow.gone = false;
		flow.options = options;
		flow.requested = dscp;
		configure(flow);
	}

	@Override
	public void remove(SessionFlow flow) {
		int id = ((QwaveFlow) flow).id;
		if (id != QwaveFlow.NO_ID && !this.qwave.QOSRemoveSocketFromFlow(this.handle, NO_SOCKET, id, 0)) {
			throw failure("QOSRemoveSocketFromFlow");
		}
	}

	private void removeQuietly(QwaveFlow flow) {
		try {
			remove(flow);
		}
		catch (QosException ex) {
			// Gone all the same.
		}
		flow.id = QwaveFlow.NO_ID;
	}

	private void setTrafficType(int flowId, TrafficType type) {
		setInt(flowId, Qos2.QOSSetTrafficType, QwaveSockets.nativeType(type));
	}

	private void setDscp(int flowId, Dscp dscp) {
		setInt(flowId, Qos2.QOSSetOutgoingDSCPValue, dscp.value());
	}

	private void setInt(int flowId, int operation, int value) {
		try (Memory memory = new Memory(Integer.BYTES)) {
			memory.setInt(0, value);
			set(flowId, operation, Integer.BYTES, memory);
		}
	}

	private void setRate(int flowId, FlowRate rate, QwaveOptions qwave) {
		Qos2.QOS_FLOWRATE_OUTGOING nativeRate = new Qos2.QOS_FLOWRATE_OUTGOING();
		boolean special = rate.bitsPerSecond() == Qos2.QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH;
		nativeRate.Bandwidth = special ? rate.bitsPerSecond() - 1 : rate.bitsPerSecond();
		nativeRate.ShapingBehavior = switch (qwave.shaping()) {
			case SHAPE_ONLY -> Qos2.QOSShapeOnly;
			case SHAPE_AND_MARK -> Qos2.QOSShapeAndMark;
			case USE_NON_CONFORMANT_MARKINGS -> Qos2.QOSUseNonConformantMarkings;
		};
		nativeRate.Reason = switch (qwave.reason()) {
			case NOT_APPLICABLE -> Qos2.QOSFlowRateNotApplicable;
			case CONTENT_CHANGE -> Qos2.QOSFlowRateContentChange;
			case CONGESTION -> Qos2.QOSFlowRateCongestion;
			case HIGHER_CONTENT_ENCODING -> Qos2.QOSFlowRateHigherContentEncoding;
			case USER_CAUSED -> Qos2.QOSFlowRateUserCaused;
		};
		nativeRate.write();
		set(flowId, Qos2.QOSSetOutgoingRate, nativeRate.size(), nativeRate.getPointer());
	}

	private void set(int flowId, int operation, int size, Pointer buffer) {
		if (!this.qwave.QOSSetFlow(this.handle, flowId, operation, size, buffer, 0, null)) {
			throw failure("QOSSetFlow");
		}
	}

	// Questions

	@Override
	public FlowFundamentals fundamentals(SessionFlow flow, boolean fresh) {
		QwaveFlow asked = (QwaveFlow) flow;
		if (!asked.options.qwave().adaptive() || asked.id == QwaveFlow.NO_ID) {
			// qWAVE measures the paths of adaptive flows alone.
			return FlowFundamentals.NOT_AVAILABLE;
		}
		Qos2.QOS_FLOW_FUNDAMENTALS answer = new Qos2.QOS_FLOW_FUNDAMENTALS();
		try {
			query(asked.id, Qos2.QOSQueryFlowFundamentals, new IntByReference(answer.size()), answer.getPointer(),
					fresh ? Qos2.QOS_QUERYFLOW_FRESH : 0);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.TRY_AGAIN) {
				return FlowFundamentals.MEASURING;
			}
			throw ex;
		}
		answer.read();
		OptionalLong bottleneck = known(answer.BottleneckBandwidthSet, answer.BottleneckBandwidth);
		OptionalLong available = known(answer.AvailableBandwidthSet, answer.AvailableBandwidth);
		OptionalLong roundTrip = known(answer.RTTSet, Integer.toUnsignedLong(answer.RTT));
		if (bottleneck.isEmpty() && available.isEmpty() && roundTrip.isEmpty()) {
			return FlowFundamentals.MEASURING;
		}
		OptionalLong none = OptionalLong.empty();
		return new FlowFundamentals(Measurement.MEASURED, bottleneck, available, roundTrip, none, none, none);
	}

	private static OptionalLong known(int set, long value) {
		return (set != 0) ? OptionalLong.of(value) : OptionalLong.empty();
	}

	@Override
	public PacketPriority packetPriority(SessionFlow flow) {
		Qos2.QOS_PACKET_PRIORITY priority = queryPriority(requireId(flow));
		return new PacketPriority(dscp(priority.ConformantDSCPValue), dscp(priority.NonConformantDSCPValue),
				priority.ConformantL2Value, priority.NonConformantL2Value);
	}

	private static Dscp dscp(int value) {
		return Dscp.of(value & 63);
	}

	@Override
	public OptionalLong outgoingRate(SessionFlow flow) {
		int id = requireId(flow);
		try (Memory rate = new Memory(Long.BYTES)) {
			rate.setLong(0, 0);
			query(id, Qos2.QOSQueryOutgoingRate, new IntByReference(Long.BYTES), rate, 0);
			long bitsPerSecond = rate.getLong(0);
			return (bitsPerSecond != 0) ? OptionalLong.of(bitsPerSecond) : OptionalLong.empty();
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.TRY_AGAIN && ((QwaveFlow) flow).options.rate() == null) {
				// None was set.
				return OptionalLong.empty();
			}
			throw ex;
		}
	}

	private static int requireId(SessionFlow flow) {
		int id = ((QwaveFlow) flow).id;
		if (id == QwaveFlow.NO_ID) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "qWAVE sees no need for a flow: the peer is this machine",
					null, null);
		}
		return id;
	}

	private Qos2.QOS_PACKET_PRIORITY queryPriority(int flowId) {
		Qos2.QOS_PACKET_PRIORITY priority = new Qos2.QOS_PACKET_PRIORITY();
		query(flowId, Qos2.QOSQueryPacketPriority, new IntByReference(priority.size()), priority.getPointer(), 0);
		priority.read();
		return priority;
	}

	private void query(int flowId, int operation, IntByReference size, Pointer buffer, int flags) {
		if (!this.qwave.QOSQueryFlow(this.handle, flowId, operation, size, buffer, flags, null)) {
			throw failure("QOSQueryFlow");
		}
	}

	@Override
	public List<Long> flowIds() {
		int bytes = 64 * Integer.BYTES;
		for (int i = 0; i < MOST_TRIES; i++) {
			IntByReference size = new IntByReference(bytes);
			try (Memory buffer = new Memory(bytes)) {
				if (this.qwave.QOSEnumerateFlows(this.handle, size, buffer)) {
					return ids(buffer.getIntArray(0, Math.min(size.getValue(), bytes) / Integer.BYTES));
				}
			}
			QosException failure = failure("QOSEnumerateFlows");
			if (failure.code().orElse(0) != Win32Error.ERROR_INSUFFICIENT_BUFFER.code()) {
				throw failure;
			}
			// With room for those that come meanwhile.
			bytes = 2 * Math.max(size.getValue(), bytes);
		}
		throw new QosException(ErrorCase.TRY_AGAIN, "The list of flows grows faster than it can be read", null, null);
	}

	private static List<Long> ids(int[] values) {
		List<Long> ids = new ArrayList<>(values.length);
		for (int value : values) {
			ids.add(Integer.toUnsignedLong(value));
		}
		return ids;
	}

	// Conditions

	@Override
	public PendingCondition arm(SessionFlow flow, FlowCondition condition,
			Consumer<@Nullable QosException> completion) {
		QwaveFlow armed = (QwaveFlow) flow;
		if (!armed.options.qwave().adaptive()) {
			throw new QosException(ErrorCase.NOT_SUPPORTED, "qWAVE tells of conditions for adaptive flows only",
					"Ask for an adaptive flow", null);
		}
		int id = requireId(flow);
		if (!this.attached) {
			this.completions.attach(this.handle);
			this.attached = true;
		}
		Operation operation = this.completions.begin((code) -> completion
			.accept((code != 0) ? new QosException(Win32Error.of("QOSNotifyFlow", code)) : null));
		if (notify(id, condition, operation)) {
			// Its packet comes too, and its memory is kept until then.
			operation.complete(0);
		}
		else {
			int code = Native.getLastError();
			if (code != Win32Error.ERROR_IO_PENDING.code()) {
				this.completions.forget(operation);
				throw new QosException(Win32Error.of("QOSNotifyFlow", code));
			}
		}
		remember(operation);
		return () -> cancel(operation);
	}

	private boolean notify(int id, FlowCondition condition, Operation operation) {
		return switch (condition.kind()) {
			case CONGESTED -> this.qwave.QOSNotifyFlow(this.handle, id, Qos2.QOSNotifyCongested, null, null, 0,
					operation.overlapped());
			case UNCONGESTED -> this.qwave.QOSNotifyFlow(this.handle, id, Qos2.QOSNotifyUncongested, null, null, 0,
					operation.overlapped());
			case AVAILABLE -> this.qwave.QOSNotifyFlow(this.handle, id, Qos2.QOSNotifyAvailable, operation.size(),
					operation.buffer(condition.bitsPerSecond()), 0, operation.overlapped());
		};
	}

	private void remember(Operation operation) {
		if (this.pending.size() >= this.mostPending) {
			this.pending.removeIf(Operation::isOver);
			this.mostPending = 64 + 2 * this.pending.size();
		}
		this.pending.add(operation);
	}

	/**
	 * Cancel a call.
	 * @return whether its packet will come soon
	 */
	private boolean cancel(Operation operation) {
		// Whatever makes it fail, there is nothing to do but to collect what comes.
		return !operation.isOver() && this.qwave.QOSCancel(this.handle, operation.overlapped());
	}

	// Clients

	@Override
	public void startTracking(InetAddress client) {
		try (Memory address = SocketAddresses.of(new InetSocketAddress(client, 0))) {
			if (!this.qwave.QOSStartTrackingClient(this.handle, address, 0)) {
				throw failure("QOSStartTrackingClient");
			}
		}
	}

	@Override
	public void stopTracking(InetAddress client) {
		try (Memory address = SocketAddresses.of(new InetSocketAddress(client, 0))) {
			if (!this.qwave.QOSStopTrackingClient(this.handle, address, 0)) {
				throw failure("QOSStopTrackingClient");
			}
		}
	}

	// Whether all is well

	@Override
	public void check(SessionFlow flow) {
		QwaveFlow checked = (QwaveFlow) flow;
		if (checked.gone) {
			throw new QosException(ErrorCase.NOT_FOUND, "The flow is gone", null, null);
		}
		if (checked.id != QwaveFlow.NO_ID) {
			checked.applied(dscp(queryPriority(checked.id).ConformantDSCPValue));
		}
	}

	/**
	 * Ask for a flow of this session's own, the canary, which no application can have
	 * harmed.
	 */
	@Override
	public void verifyAlive() {
		if (this.canaryId == QwaveFlow.NO_ID) {
			this.canarySocket = (this.canarySocket != null) ? this.canarySocket : Canary.open();
			this.canaryId = this.sockets.add(QwaveFlow.NO_ID, QosSocket.of(this.canarySocket),
					QosFlowOptions.of(TrafficType.BEST_EFFORT), new ArrayList<>());
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

	// The end

	@Override
	public void close(Iterable<SessionFlow> flows) {
		try {
			List<Operation> cancelled = this.pending.stream().filter(this::cancel).toList();
			this.completions.await(cancelled, CANCEL_MILLIS);
			// Closing the handle removes its flows.
			if (!this.qwave.QOSCloseHandle(this.handle)) {
				throw failure("QOSCloseHandle");
			}
		}
		finally {
			this.pending.forEach((operation) -> operation.complete(Win32Error.ERROR_OPERATION_ABORTED.code()));
			if (this.attached) {
				this.completions.detach();
			}
			Canary.close(this.canarySocket);
		}
	}

	private static QosException failure(String operation) {
		return new QosException(Win32Error.of(operation, Native.getLastError()));
	}

}
