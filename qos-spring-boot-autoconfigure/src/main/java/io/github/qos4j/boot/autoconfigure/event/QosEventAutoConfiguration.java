package io.github.qos4j.boot.autoconfigure.event;

import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosHandleBuilderCustomizer;
import io.github.qos4j.boot.event.PublishingListener;
import io.github.qos4j.boot.event.QosEvent;
import io.github.qos4j.boot.event.QosEventPublisher;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that publishes {@link QosEvent
 * events} of all handles that are built with the auto-configured builder. Off unless it
 * is asked for: each flow costs a few events, and which beans listen is not known when
 * the first handle is built.
 */
@AutoConfiguration(before = QosAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "qos.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("qos.events.enabled")
@EnableConfigurationProperties(QosEventProperties.class)
public final class QosEventAutoConfiguration {

	@Bean
	QosEventPublisher qosEventPublisher(ApplicationContext context) {
		return new QosEventPublisher(context);
	}

	@Bean
	QosHandleBuilderCustomizer qosEventsCustomizer(QosEventPublisher publisher, QosEventProperties properties) {
		return (builder) -> builder.listener(new PublishingListener(publisher, properties.congestion()));
	}

}
