package io.github.qos4j.boot.test.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosHandle;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.core.env.Environment;

/**
 * Tells why flows of an application may be missing in the recording.
 */
final class UnrecordedHandles implements Supplier<List<String>> {

	private final Environment environment;

	private final ListableBeanFactory beanFactory;

	UnrecordedHandles(Environment environment, ListableBeanFactory beanFactory) {
		this.environment = environment;
		this.beanFactory = beanFactory;
	}

	@Override
	public List<String> get() {
		List<String> remarks = new ArrayList<>();
		if (!this.environment.getProperty("qos.enabled", Boolean.class, true)) {
			remarks.add("With qos.enabled=false the application has no QosHandle and marks nothing.");
		}
		this.beanFactory.getBeansOfType(QosHandle.class, true, false)
			.forEach((name, handle) -> add(remarks, name, handle.status()));
		return remarks;
	}

	private static void add(List<String> remarks, String name, @Nullable HandleStatus status) {
		if (status == null) {
			remarks.add("The bean '" + name + "' is a mock, whose flows are not recorded.");
		}
		else if (!status.backend().equals("recording")) {
			remarks.add("The flows of '" + name + "' are not recorded but given to the backend '" + status.backend()
					+ "': build it with the bean QosHandle.Builder.");
		}
		else if (status.paused()) {
			remarks.add("The marking of '" + name + "' is paused.");
		}
	}

}
