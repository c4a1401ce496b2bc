package io.github.qos4j.boot.autoconfigure.policy;

import io.github.qos4j.policy.PolicyMarker;

import org.springframework.beans.factory.BeanFactoryInitializer;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for {@code qos.enabled=false}:
 * socket factories that a driver creates by the name of their class would open a handle
 * of their own otherwise.
 */
@AutoConfiguration
@ConditionalOnClass(PolicyMarker.class)
@ConditionalOnBooleanProperty(name = "qos.enabled", havingValue = false)
public final class QosDisabledAutoConfiguration {

	/**
	 * Comes before other beans: drivers may connect while their bean is created.
	 */
	@Bean
	static BeanFactoryInitializer<ListableBeanFactory> qosDefaultMarkerDisabler() {
		return (beanFactory) -> PolicyMarker.disableDefault();
	}

}
