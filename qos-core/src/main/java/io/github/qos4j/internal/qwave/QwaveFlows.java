package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;

/**
 * Puts the flows of a {@link QwaveSession} in force, and takes them out of it so that
 * none is left behind.
 */
final class QwaveFlows {

	private final NativeHandle handle;

	private final QwaveSockets sockets;

	private final FlowSettings settings;

	/**
	 * Ids of flows that were added in vain and could not be removed. They end with the
	 * handle, or before.
	 */
	private final List<Integer> leftBehind = new ArrayList<>(0);

	QwaveFlows(NativeHandle handle, SocketLender lender) {
		this.handle = handle;
		this.sockets = new QwaveSockets(handle, lender);
		this.settings = new FlowSettings(handle);
	}

	QwaveFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
		QwaveFlow flow = new QwaveFlow(options, dscp);
		flow.id = this.sockets.add(NativeHandle.NO_FLOW, socket, options);
		applySettings(flow);
		flow.joined(socket, flow.isNeeded());
		return flow;
	}

	void join(QwaveFlow flow, QosSocket socket) {
		int id = this.sockets.add(flow.id, socket, flow.options);
		boolean needed = id != NativeHandle.NO_FLOW;
		if (needed && !flow.isNeeded()) {
			// The first of its sockets that needs a flow.
			flow.id = id;
			applySettings(flow);
		}
		flow.joined(socket, needed);
	}

	/**
	 * Set what a new flow asks for, or take the flow back if the handle turns out to be
	 * lost.
	 */
	private void applySettings(QwaveFlow flow) {
		try {
			this.settings.apply(flow);
		}
		catch (RuntimeException | Error ex) {
			takeBack(flow);
			throw ex;
		}
	}

	/**
	 * Remove a flow that was added in vain. If that is refused, it is tried again once
	 * the handle is seen to live.
	 */
	private void takeBack(QwaveFlow flow) {
		if (flow.isNeeded() && !isRemoved(flow.id)) {
			this.leftBehind.add(flow.id);
		}
		flow.id = NativeHandle.NO_FLOW;
	}

	private boolean isRemoved(int id) {
		try {
			this.handle.remove(id);
			return true;
		}
		catch (QosException ex) {
			return ex.errorCase() == ErrorCase.NOT_FOUND;
		}
	}

	void change(QwaveFlow flow, QosFlowOptions options, Dscp dscp) {
		if (flow.isNeeded() && flow.options.rate() != null && options.rate() == null) {
			addAnew(flow, options, dscp);
		}
		else {
			this.settings.change(flow, options, dscp);
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
			if (ex.errorCase() != ErrorCase.NOT_FOUND) {
				throw ex;
			}
		}
		List<QosSocket> open = flow.sockets.stream().filter(QosSocket::isOpen).toList();
		flow.startOver();
		try {
			for (QosSocket socket : open) {
				int id = this.sockets.add(flow.id, socket, options);
				boolean needed = id != NativeHandle.NO_FLOW;
				flow.id = needed ? id : flow.id;
				flow.joined(socket, needed);
			}
		}
		catch (QosException ex) {
			takeBack(flow);
			if (ex.errorCase() == ErrorCase.HANDLE_LOST) {
				throw ex;
			}
			throw new QosException(ErrorCase.NOT_FOUND,
					"The flow was removed to end its rate and is added anew: " + ex.getMessage(), ex.remedy(), ex);
		}
		flow.options = options;
		flow.requested = dscp;
		applySettings(flow);
		flow.gone = false;
	}

	void remove(QwaveFlow flow) {
		if (!flow.isNeeded()) {
			return;
		}
		try {
			this.handle.remove(flow.id);
		}
		catch (QosException ex) {
			if (ex.errorCase() == ErrorCase.NOT_FOUND) {
				flow.removed();
			}
			throw ex;
		}
		flow.removed();
	}

	void unmark(QwaveFlow flow) {
		if (flow.isNeeded()) {
			this.settings.clear(flow);
		}
	}

	/**
	 * Remove what was added in vain. Called once the handle is seen to live.
	 */
	void removeLeftBehind() {
		this.leftBehind.removeIf(this::isRemoved);
	}

}
