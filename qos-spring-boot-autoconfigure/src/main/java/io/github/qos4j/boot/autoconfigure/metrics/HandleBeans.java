package io.github.qos4j.boot.autoconfigure.metrics;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.metrics.QosMeters;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Has meters for each handle bean, by its name. Before it is initialized, so that it is
 * the handle itself and no proxy of it.
 */
final class HandleBeans implements BeanPostProcessor {

	private static final String SCOPED = "scopedTarget.";

	private final ObjectProvider<QosMeters> meters;

	HandleBeans(ObjectProvider<QosMeters> meters) {
		this.meters = meters;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof QosHandle handle) {
			String name = beanName.startsWith(SCOPED) ? beanName.substring(SCOPED.length()) : beanName;
			this.meters.ifAvailable((meters) -> meters.add(name, handle));
		}
		return bean;
	}

}
