package io.github.qos4j.boot.event;

import io.github.qos4j.FlowStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;

/**
 * Something has happened to a flow. Each kind of event has a type of its own. Immutable,
 * but for the flow itself, which may have changed since.
 */
public sealed interface QosFlowEvent extends QosEvent {

	/**
	 * Return the flow.
	 * @return the flow
	 */
	QosFlow flow();

	/**
	 * The flow was added, and is not in force yet.
	 *
	 * @param handle the handle that the flow belongs to
	 * @param flow the flow
	 */
	record Added(QosHandle handle, QosFlow flow) implements QosFlowEvent {

	}

	/**
	 * The flow is in force: for the first time, or again after it was lost, paused or
	 * refused.
	 *
	 * @param handle the handle that the flow belongs to
	 * @param flow the flow
	 * @param status its status, which tells whether nothing is marked all the same
	 */
	record Active(QosHandle handle, QosFlow flow, FlowStatus status) implements QosFlowEvent {

	}

	/**
	 * The system has refused the flow.
	 *
	 * @param handle the handle that the flow belongs to
	 * @param flow the flow
	 * @param status its status, which tells why
	 */
	record Failed(QosHandle handle, QosFlow flow, FlowStatus status) implements QosFlowEvent {

	}

	/**
	 * The flow has ended.
	 *
	 * @param handle the handle that the flow belongs to
	 * @param flow the flow
	 */
	record Closed(QosHandle handle, QosFlow flow) implements QosFlowEvent {

	}

	/**
	 * The system applies another code point than the one requested. Looked at whenever
	 * the flow comes in force, and published once as long as it stays the same.
	 *
	 * @param handle the handle that the flow belongs to
	 * @param flow the flow
	 * @param marking what was requested, and what is applied
	 */
	record MarkingMismatched(QosHandle handle, QosFlow flow, Marking marking) implements QosFlowEvent {

	}

	/**
	 * The path of the flow has become congested, see
	 * {@link io.github.qos4j.FlowCondition#CONGESTED}. Published only where
	 * {@code qos.events.congestion} is {@code true}, for flows whose path the system can
	 * tell of; again once it was uncongested in between.
	 *
	 * @param handle the handle that the flow belongs to
	 * @param flow the flow
	 */
	record Congested(QosHandle handle, QosFlow flow) implements QosFlowEvent {

	}

}
