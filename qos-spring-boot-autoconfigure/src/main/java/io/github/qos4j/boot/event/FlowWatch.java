package io.github.qos4j.boot.event;

import io.github.qos4j.FlowCondition;
import io.github.qos4j.Marking;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import org.jspecify.annotations.Nullable;

/**
 * What has been told of a flow that its state does not tell. Does not refer to the flow.
 */
final class FlowWatch {

	private final QosEventPublisher publisher;

	private final QosHandle handle;

	/** The mismatch that was told last. */
	private @Nullable Marking told;

	private volatile boolean listening;

	FlowWatch(QosEventPublisher publisher, QosHandle handle) {
		this.publisher = publisher;
		this.handle = handle;
	}

	QosHandle handle() {
		return this.handle;
	}

	/**
	 * Tell if another code point is applied than was requested, unless that was told.
	 */
	void compare(QosFlow flow) {
		Marking marking = flow.marking();
		boolean differs = marking.applied() != null && !marking.isApplied();
		if (differs && !marking.equals(this.told)) {
			this.publisher.publish(new QosFlowEvent.MarkingMismatched(this.handle, flow, marking));
		}
		this.told = differs ? marking : null;
	}

	/**
	 * Tell whenever the path is congested from now on, if the system can tell.
	 */
	void listen(QosFlow flow) {
		if (!this.listening) {
			this.listening = true;
			flow.listen(FlowCondition.CONGESTED, new QosFlow.ConditionListener() {

				@Override
				public void occurred(QosFlow congested, FlowCondition condition) {
					FlowWatch.this.publisher.publish(new QosFlowEvent.Congested(FlowWatch.this.handle, congested));
				}

				@Override
				public void ended(QosFlow ended, QosException failure) {
					FlowWatch.this.listening = false;
				}

			});
		}
	}

}
