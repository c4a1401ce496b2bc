package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;

import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Waits until each handle bean is open and marks traffic, where {@code qos.fail-fast}
 * asks for it.
 */
final class FailFast implements BeanPostProcessor {

	private final ObjectProvider<QosProperties> properties;

	FailFast(ObjectProvider<QosProperties> properties) {
		this.properties = properties;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof QosHandle handle) {
			QosProperties wanted = this.properties.getObject();
			if (wanted.failFast()) {
				check(handle, wanted.openTimeout());
			}
		}
		return bean;
	}

	/**
	 * Wait for a new handle, and close it if it does not open or if it fell back to a
	 * backend that marks nothing.
	 * @param handle the handle
	 * @param openTimeout how long to wait at most
	 * @throws QosFailFastException if the handle cannot be used
	 */
	static void check(QosHandle handle, Duration openTimeout) {
		long start = System.nanoTime();
		try {
			handle.awaitOpen(openTimeout);
			requireMarking(handle);
		}
		catch (QosUnavailableException ex) {
			Duration waited = Duration.ofNanos(System.nanoTime() - start);
			handle.close();
			throw new QosFailFastException(ex, waited, openTimeout);
		}
	}

	private static void requireMarking(QosHandle handle) {
		HandleStatus status = handle.status();
		QosException error = status.error();
		if (status.reason() != null && error != null) {
			throw new QosUnavailableException(
					"QoS handle '" + handle.name() + "' would mark nothing: " + status.reason(), error);
		}
	}

}
