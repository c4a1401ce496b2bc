package io.github.qos4j.boot.autoconfigure.event;

import java.util.List;
import java.util.stream.Stream;

import io.github.qos4j.boot.event.QosFlowEvent;
import io.github.qos4j.boot.event.QosHandleEvent;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;

/**
 * Warns at the start where a bean listens for events that are not published.
 */
final class UnpublishedEvents implements ApplicationListener<ContextRefreshedEvent> {

	private static final Log logger = LogFactory.getLog(UnpublishedEvents.class);

	/** What is told of this as well listens for everything. */
	private static final ResolvableType OTHER = published(UnpublishedEvents.class);

	private final ApplicationContext context;

	UnpublishedEvents(ApplicationContext context) {
		this.context = context;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() == this.context && this.context instanceof AbstractApplicationContext known
				&& !known.getEnvironment().containsProperty("qos.events.enabled")) {
			known.getApplicationListeners()
				.stream()
				.filter(UnpublishedEvents::isForEvents)
				.findFirst()
				.ifPresent((listener) -> logger.warn("Events of QoS are not published, and there is a listener for "
						+ "them. Set 'qos.events.enabled=true', or false to end this warning. The listener: "
						+ listener));
		}
	}

	private static boolean isForEvents(ApplicationListener<?> listener) {
		return listener instanceof GenericApplicationListener generic && !generic.supportsEventType(OTHER)
				&& Events.ALL.stream().anyMatch(generic::supportsEventType);
	}

	private static ResolvableType published(Class<?> payload) {
		return ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, payload);
	}

	/**
	 * Loaded only if there are listeners that do not listen for everything.
	 */
	private static final class Events {

		static final List<ResolvableType> ALL = Stream
			.of(QosHandleEvent.Opened.class, QosHandleEvent.Unavailable.class, QosHandleEvent.Lost.class,
					QosHandleEvent.Recovered.class, QosHandleEvent.Paused.class, QosHandleEvent.Resumed.class,
					QosHandleEvent.Closed.class, QosFlowEvent.Added.class, QosFlowEvent.Active.class,
					QosFlowEvent.Failed.class, QosFlowEvent.Closed.class, QosFlowEvent.MarkingMismatched.class,
					QosFlowEvent.Congested.class)
			.map(UnpublishedEvents::published)
			.toList();

	}

}
