package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowRate;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import org.jspecify.annotations.Nullable;

/**
 * Sets what a flow asks for: traffic type, DSCP and rate. Knows what of it a flow can do
 * without where it is refused, and what its marking says then. A handle that is lost is
 * never such a refusal.
 */
final class FlowSettings {

	private static final String NO_RATE_YET = "an adaptive flow is marked once it has a rate";

	private final NativeHandle handle;

	FlowSettings(NativeHandle handle) {
		this.handle = handle;
	}

	/**
	 * Set what a new flow asks for beside its traffic type. What is refused fails nothing
	 * that the flow has without it.
	 * @throws QosException if the handle is lost
	 */
	void apply(QwaveFlow flow) {
		if (!flow.isNeeded()) {
			flow.mark(null, List.of());
			return;
		}
		QosFlowOptions options = flow.options;
		FlowRate rate = options.rate();
		flow.rateRefusal = null;
		if (rate != null) {
			try {
				this.handle.setRate(flow.id, rate, options.qwave());
			}
			catch (QosException ex) {
				tolerate(ex);
				flow.rateRefusal = "the rate was refused: " + told(ex);
			}
		}
		List<String> notes = notesOfRate(flow, options);
		if (!flow.requested.equals(options.trafficType().dscp())) {
			try {
				this.handle.setDscp(flow.id, flow.requested);
			}
			catch (QosException ex) {
				tolerate(ex);
				notes.add(fallback(flow.requested, options.trafficType(), ex));
			}
		}
		flow.mark(appliedTo(flow.id), notes);
	}

	/**
	 * Set what a flow asks for from now on.
	 * @throws QosException if it is refused; the flow is as before then, as far as qWAVE
	 * allows
	 */
	void change(QwaveFlow flow, QosFlowOptions options, Dscp dscp) {
		List<String> notes = List.of();
		if (flow.isNeeded()) {
			try {
				notes = set(flow, options, dscp);
			}
			catch (QosException ex) {
				restore(flow, ex);
				throw ex;
			}
		}
		flow.options = options;
		flow.requested = dscp;
		flow.mark(flow.isNeeded() ? appliedTo(flow.id) : null, notes);
	}

	private List<String> set(QwaveFlow flow, QosFlowOptions options, Dscp dscp) {
		QosFlowOptions before = flow.options;
		TrafficType type = options.trafficType();
		FlowRate rate = options.rate();
		String fallback = null;
		boolean ownBefore = !flow.requested.equals(before.trafficType().dscp());
		if (type != before.trafficType() || ownBefore && !dscp.equals(flow.requested)) {
			this.handle.setTrafficType(flow.id, type);
		}
		if (!dscp.equals(type.dscp())) {
			fallback = setOwnDscp(flow.id, type, dscp);
		}
		// Last, since it cannot be taken back where there was none.
		if (rate != null && !(rate.equals(before.rate()) && options.qwave().equals(before.qwave()))) {
			this.handle.setRate(flow.id, rate, options.qwave());
			flow.rateRefusal = null;
		}
		List<String> notes = notesOfRate(flow, options);
		if (fallback != null) {
			notes.add(fallback);
		}
		return notes;
	}

	/**
	 * Set a DSCP that is not the type's own.
	 * @return what to say if it is refused, so that the type's own is in force
	 */
	private @Nullable String setOwnDscp(int flowId, TrafficType type, Dscp dscp) {
		try {
			this.handle.setDscp(flowId, dscp);
			return null;
		}
		catch (QosException ex) {
			tolerate(ex);
			if (ex.errorCase() == ErrorCase.NOT_FOUND) {
				throw ex;
			}
			this.handle.setTrafficType(flowId, type);
			return fallback(dscp, type, ex);
		}
	}

	/**
	 * Give a flow back what it had before a change that was refused half-way.
	 */
	private void restore(QwaveFlow flow, QosException refusal) {
		TrafficType type = flow.options.trafficType();
		try {
			this.handle.setTrafficType(flow.id, type);
			if (!flow.requested.equals(type.dscp())) {
				this.handle.setDscp(flow.id, flow.requested);
			}
		}
		catch (QosException ex) {
			// As near to it as qWAVE allows; the marking tells what is in force.
			flow.mark(appliedTo(flow.id), List.of("a refused change could not be undone: " + told(ex)));
			if (ex.errorCase() == ErrorCase.HANDLE_LOST && refusal.errorCase() != ErrorCase.HANDLE_LOST) {
				ex.addSuppressed(refusal);
				throw ex;
			}
		}
	}

	/**
	 * Leave a flow in force without a mark and without a rate.
	 */
	void clear(QwaveFlow flow) {
		this.handle.setTrafficType(flow.id, TrafficType.BEST_EFFORT);
		if (flow.options.rate() != null) {
			this.handle.endRate(flow.id);
		}
	}

	/**
	 * Return the DSCP in force, or {@code null} if qWAVE does not tell. That is a
	 * question which fails nothing; a lost handle shows at the next check.
	 */
	private @Nullable Dscp appliedTo(int flowId) {
		try {
			return this.handle.packetPriority(flowId).conformantDscp();
		}
		catch (QosException ex) {
			return null;
		}
	}

	private static List<String> notesOfRate(QwaveFlow flow, QosFlowOptions options) {
		List<String> notes = new ArrayList<>(2);
		if (flow.rateRefusal != null) {
			notes.add(flow.rateRefusal);
		}
		else if (options.rate() == null && options.qwave().adaptive()) {
			notes.add(NO_RATE_YET);
		}
		return notes;
	}

	/**
	 * Do without what was refused, unless the handle is lost.
	 */
	private static void tolerate(QosException refusal) {
		if (refusal.errorCase() == ErrorCase.HANDLE_LOST) {
			throw refusal;
		}
	}

	private static String fallback(Dscp dscp, TrafficType type, QosException refusal) {
		return "DSCP " + dscp + " was refused, so that of " + type + ", " + type.dscp() + ", is in force: "
				+ told(refusal);
	}

	private static String told(QosException refusal) {
		return refusal.getMessage() + ((refusal.remedy() != null) ? ". " + refusal.remedy() : "");
	}

}
