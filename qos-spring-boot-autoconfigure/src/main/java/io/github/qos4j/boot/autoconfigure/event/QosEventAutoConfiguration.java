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
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that publishes {@link QosEvent
 * events} of all handles that are built with the auto-configured builder. Off unless it
 * is asked for: each flow costs a few events, and which beans listen is not known when
 * the first handle is built. By the end of the start it is, so a warning tells where they
 * listen in vain.
 */
@AutoConfiguration(before = QosAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "qos.enabled", matchIfMissing = true)
@EnableConfigurationProperties(QosEventProperties.class)
public final class QosEventAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty("qos.events.enabled")
	static class PublishedConfiguration {

		@Bean
		QosEventPublisher qosEventPublisher(ApplicationContext context) {
			QosEventPublisher publisher = new QosEventPublisher(context);
			ApplicationContext parent = context.getParent();
			if (parent != null) {
				parent.getBeanProvider(QosEventPublisher.class).ifAvailable(publisher::follow);
			}
			return publisher;
		}

		@Bean
		QosHandleBuilderCustomizer qosEventsCustomizer(QosEventPublisher publisher, QosEventProperties properties) {
			return (builder) -> builder.listener(new PublishingListener(publisher, properties.congestion()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnBooleanProperty(name = "qos.events.enabled", havingValue = false, matchIfMissing = true)
	static class UnpublishedConfiguration {

		@Bean
		UnpublishedEvents qosUnpublishedEvents(ApplicationContext context) {
			return new UnpublishedEvents(context);
		}

	}

}
