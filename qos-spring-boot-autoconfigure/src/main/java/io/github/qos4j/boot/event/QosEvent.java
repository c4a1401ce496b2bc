package io.github.qos4j.boot.event;

import io.github.qos4j.QosHandle;

/**
 * Something that has happened to a handle or to a flow, published in the application
 * context where {@code qos.events.enabled} is {@code true}. A method with
 * {@link org.springframework.context.event.EventListener @EventListener} takes all
 * events, those of handles or flows, or one kind: {@code QosHandleEvent.Lost}.
 * <p>
 * Events are published one after the other, in their order, by a thread of their own, as
 * soon as the context is refreshed and until it begins to close. Those that come before
 * are kept until then. A listener that takes long delays the other listeners of events,
 * and nothing else; {@code @Async} keeps it from that. If more than 10,000 events are
 * waiting, further ones are dropped.
 */
public sealed interface QosEvent permits QosFlowEvent, QosHandleEvent {

	/**
	 * Return the handle that this event is about, or that its flow belongs to.
	 * @return the handle
	 */
	QosHandle handle();

}
