package io.github.qos4j.boot.event;

import java.util.Map;
import java.util.WeakHashMap;

import io.github.qos4j.FlowStatus;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;

/**
 * Makes events of what one handle tells: knows in which state the handle was, and what
 * was told of each of its flows. To be given to the builder of a single handle.
 */
public final class PublishingListener implements QosHandle.Listener {

	private final QosEventPublisher publisher;

	private final boolean congestion;

	private final Map<QosFlow, FlowWatch> flows = new WeakHashMap<>();

	private HandleState state = HandleState.OPENING;

	private boolean paused;

	/**
	 * Create a listener.
	 * @param publisher publishes the events
	 * @param congestion whether to look for congestion, which takes samples of each
	 * connection
	 */
	public PublishingListener(QosEventPublisher publisher, boolean congestion) {
		this.publisher = publisher;
		this.congestion = congestion;
	}

	@Override
	public void handleChanged(QosHandle handle, HandleStatus status) {
		HandleState before = this.state;
		this.state = status.state();
		if (before != status.state()) {
			switch (status.state()) {
				case OPENING -> {
					// No handle goes back to that
				}
				case OPEN -> this.publisher.publish((before == HandleState.RECOVERING)
						? new QosHandleEvent.Recovered(handle, status) : new QosHandleEvent.Opened(handle, status));
				case RECOVERING -> this.publisher.publish(new QosHandleEvent.Lost(handle, status));
				case UNAVAILABLE -> this.publisher.publish(new QosHandleEvent.Unavailable(handle, status));
				case CLOSED -> this.publisher.publish(new QosHandleEvent.Closed(handle, status));
			}
		}
		if (status.paused() != this.paused) {
			this.paused = status.paused();
			this.publisher.publish(this.paused ? new QosHandleEvent.Paused(handle, status)
					: new QosHandleEvent.Resumed(handle, status));
		}
	}

	@Override
	public void flowAdded(QosHandle handle, QosFlow flow) {
		this.flows.put(flow, new FlowWatch(this.publisher, handle));
		this.publisher.publish(new QosFlowEvent.Added(handle, flow));
	}

	@Override
	public void flowChanged(QosFlow flow, FlowStatus status) {
		FlowWatch watch = this.flows.get(flow);
		if (watch == null) {
			// Its addition was dropped
			return;
		}
		QosHandle handle = watch.handle();
		switch (status.state()) {
			case ACTIVE -> {
				this.publisher.publish(new QosFlowEvent.Active(handle, flow, status));
				watch.compare(flow);
				if (this.congestion) {
					watch.listen(flow);
				}
			}
			case FAILED -> this.publisher.publish(new QosFlowEvent.Failed(handle, flow, status));
			case CLOSED -> {
				this.flows.remove(flow);
				this.publisher.publish(new QosFlowEvent.Closed(handle, flow));
			}
			case PENDING -> {
				// Told of the handle, or nothing has been refused
			}
		}
	}

}
