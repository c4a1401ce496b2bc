package io.github.qos4j.boot.autoconfigure.policy;

import io.github.qos4j.QosHandle;
import io.github.qos4j.policy.PolicyMarker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} that tells why policies mark nothing
 * where an application has several handles, none of which is the primary one.
 */
@AutoConfiguration(after = QosPolicyAutoConfiguration.class)
@ConditionalOnBean(QosHandle.class)
@ConditionalOnMissingBean(PolicyMarker.class)
@ConditionalOnQosPolicy({ "qos.server.policy", "qos.management.server.policy", "qos.client.policy" })
public final class QosSeveralHandlesAutoConfiguration {

	private static final Log logger = LogFactory.getLog(QosSeveralHandlesAutoConfiguration.class);

	@Bean
	SmartInitializingSingleton qosSeveralHandlesWarning(ListableBeanFactory beanFactory) {
		return () -> logger.warn("Policies mark nothing, because there are several beans of type QosHandle, "
				+ String.join(", ", beanFactory.getBeanNamesForType(QosHandle.class, true, false))
				+ ". Put @Primary on the one that they are to use");
	}

}
