package io.github.qos4j.boot.autoconfigure;

import io.github.qos4j.QosHandle;
import io.github.qos4j.recording.RecordingBackend;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for tests with
 * {@code qos.backend=recording}: provides the handle's {@link RecordingBackend} as a
 * bean, so that a test can inspect the flows that the application requested.
 */
@AutoConfiguration(before = QosAutoConfiguration.class)
@ConditionalOnClass(QosHandle.class)
@ConditionalOnBooleanProperty(name = "qos.enabled", matchIfMissing = true)
@ConditionalOnProperty(name = "qos.backend", havingValue = "recording")
public final class QosRecordingAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RecordingBackend qosRecordingBackend() {
		return new RecordingBackend();
	}

	/**
	 * Comes first, so that the application's own customizers win as ever.
	 */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	QosHandleBuilderCustomizer recordingQosHandleBuilderCustomizer(RecordingBackend backend) {
		return backend::applyTo;
	}

}
