package io.github.qos4j.boot.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;

/**
 * The meters {@code qos.*}. Whatever is registered and whatever is documented comes from
 * here.
 */
public enum QosMeter implements MeterDocumentation {

	/**
	 * Whether a handle is in a state.
	 */
	HANDLE_STATE("qos.handle.state", Meter.Type.GAUGE, "state",
			"1 for the state that the handle is in, 0 for the others", QosMeterTag.HANDLE, QosMeterTag.STATE),

	/**
	 * Whether marking is paused.
	 */
	HANDLE_PAUSED("qos.handle.paused", Meter.Type.GAUGE, "paused", "1 while marking is paused, else 0",
			QosMeterTag.HANDLE),

	/**
	 * How long recoveries took.
	 */
	HANDLE_RECOVERIES("qos.handle.recoveries", Meter.Type.TIMER, "seconds",
			"Time from when the handle was found lost until it was open again", QosMeterTag.HANDLE),

	/**
	 * Operations on the system.
	 */
	OPERATIONS("qos.operations", Meter.Type.TIMER, "seconds", "Operations on the system", QosMeterTag.HANDLE,
			QosMeterTag.BACKEND, QosMeterTag.OPERATION, QosMeterTag.OUTCOME, QosMeterTag.ERROR),

	/**
	 * Open flows.
	 */
	FLOWS("qos.flows", Meter.Type.GAUGE, "flows", "Open flows, counted when the meter is read", QosMeterTag.HANDLE,
			QosMeterTag.BACKEND, QosMeterTag.STATE, QosMeterTag.TRAFFIC_TYPE, QosMeterTag.POLICY),

	/**
	 * Flows that have another mark than was asked for.
	 */
	MARKINGS_MISMATCHED("qos.markings.mismatched", Meter.Type.GAUGE, "flows",
			"Active flows that the system gave another code point than was asked for, when they were last sampled",
			QosMeterTag.HANDLE, QosMeterTag.TRAFFIC_TYPE, QosMeterTag.POLICY),

	/**
	 * Round-trip times.
	 */
	FLOW_RTT("qos.flow.rtt", Meter.Type.TIMER, "seconds",
			"Round-trip times of the paths of active flows, sampled: TCP on Linux, adaptive flows on Windows",
			QosMeterTag.HANDLE, QosMeterTag.TRAFFIC_TYPE, QosMeterTag.POLICY),

	/**
	 * Available bandwidths.
	 */
	FLOW_AVAILABLE_BANDWIDTH("qos.flow.available.bandwidth", Meter.Type.DISTRIBUTION_SUMMARY, "bps",
			"Bits per second that are free on the paths of active flows, sampled: adaptive flows on Windows",
			QosMeterTag.HANDLE, QosMeterTag.TRAFFIC_TYPE, QosMeterTag.POLICY),

	/**
	 * Looks through the sockets of the process.
	 */
	PROCESS_LOOK("qos.process.look", Meter.Type.TIMER, "seconds",
			"Looks through the sockets of the process, with `qos.process.enabled`", QosMeterTag.HANDLE),

	/**
	 * Sockets that were found.
	 */
	PROCESS_EXAMINED("qos.process.examined", Meter.Type.COUNTER, "sockets",
			"Sockets that looks have compared with the policies: each once, and again when policies change",
			QosMeterTag.HANDLE),

	/**
	 * Sockets that were marked.
	 */
	PROCESS_MARKED("qos.process.marked", Meter.Type.COUNTER, "sockets", "Sockets that looks have marked",
			QosMeterTag.HANDLE);

	private final String name;

	private final Meter.Type type;

	private final String baseUnit;

	private final String description;

	private final KeyName[] tags;

	QosMeter(String name, Meter.Type type, String baseUnit, String description, QosMeterTag... tags) {
		this.name = name;
		this.type = type;
		this.baseUnit = baseUnit;
		this.description = description;
		this.tags = tags;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public Meter.Type getType() {
		return this.type;
	}

	@Override
	public String getBaseUnit() {
		return this.baseUnit;
	}

	@Override
	public KeyName[] getKeyNames() {
		return this.tags.clone();
	}

	/**
	 * Return what the meter tells.
	 * @return a sentence without a full stop
	 */
	public String description() {
		return this.description;
	}

}
