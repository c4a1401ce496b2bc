package io.github.qos4j.boot.test.autoconfigure;

import io.github.qos4j.boot.autoconfigure.QosRecordingAutoConfiguration;
import io.github.qos4j.boot.test.RecordedFlows;
import io.github.qos4j.recording.RecordingBackend;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for tests that assert
 * {@link RecordedFlows}. Imported by {@link AutoConfigureTestQos}.
 */
@AutoConfiguration(after = QosRecordingAutoConfiguration.class)
public final class TestQosAutoConfiguration {

	@Bean
	static RecordingBuilders qosRecordingBuilders(ObjectProvider<RecordingBackend> recording) {
		return new RecordingBuilders(recording);
	}

	@Bean(RecordedFlows.BEAN_NAME)
	@ConditionalOnMissingBean
	RecordedFlows qosRecordedFlows(ObjectProvider<RecordingBackend> recording, Environment environment,
			ListableBeanFactory beanFactory) {
		return new RecordedFlows(recording.getIfAvailable(RecordingBackend::new),
				new UnrecordedHandles(environment, beanFactory));
	}

}
