package io.github.qos4j.boot.autoconfigure.metrics;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.metrics.QosMeters;

import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.ApplicationContext;

/**
 * Has meters for each handle bean, by its name. Before it is initialized, so that it is
 * the handle itself and no proxy of it. Handles of a parent context are there already,
 * and have their meters here if it has none of its own.
 */
final class HandleBeans implements BeanPostProcessor {

	private static final String SCOPED = "scopedTarget.";

	private final ObjectProvider<QosMeters> meters;

	private final ApplicationContext context;

	HandleBeans(ObjectProvider<QosMeters> meters, ApplicationContext context) {
		this.meters = meters;
		this.context = context;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof QosHandle handle) {
			String name = beanName.startsWith(SCOPED) ? beanName.substring(SCOPED.length()) : beanName;
			QosMeters meters = this.meters.getIfAvailable();
			if (meters != null) {
				meters.add(name, handle);
			}
		}
		return bean;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		ApplicationContext parent = this.context.getParent();
		if (bean instanceof QosMeters meters && parent != null) {
			BeanFactoryUtils.beansOfTypeIncludingAncestors(parent, QosHandle.class, false, false).forEach(meters::add);
		}
		return bean;
	}

}
