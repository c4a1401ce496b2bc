package io.github.qos4j.boot.test.autoconfigure;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;

import io.github.qos4j.QosHandle;
import io.github.qos4j.recording.RecordingBackend;
import io.github.qos4j.spi.QosBackend;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Has each builder of handles record them, whichever backend is asked for, and return
 * them when they are open, so that nothing is missed.
 */
final class RecordingBuilders implements BeanPostProcessor {

	private static final Duration OPENING = Duration.ofSeconds(30);

	private final ObjectProvider<RecordingBackend> recording;

	RecordingBuilders(ObjectProvider<RecordingBackend> recording) {
		this.recording = recording;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		// A mock of a builder takes no backends.
		if (bean instanceof QosHandle.Builder builder && bean instanceof QosBackend.BackendAware) {
			RecordingBackend backend = this.recording.getIfAvailable();
			return (backend != null) ? recording(builder, backend) : bean;
		}
		return bean;
	}

	private static Object recording(QosHandle.Builder builder, RecordingBackend backend) {
		return Proxy.newProxyInstance(RecordingBuilders.class.getClassLoader(),
				new Class<?>[] { QosHandle.Builder.class, QosBackend.BackendAware.class },
				new RecordingBuilder(builder, backend));
	}

	/**
	 * A builder for which the last word on the backend is spoken.
	 */
	private record RecordingBuilder(QosHandle.Builder builder, RecordingBackend backend) implements InvocationHandler {

		@Override
		public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
				throws Throwable {
			try {
				if (method.getName().equals("build")) {
					QosHandle handle = this.backend.applyTo(this.builder).build();
					handle.awaitOpen(OPENING);
					return handle;
				}
				Object result = method.invoke(this.builder, arguments);
				return (result == this.builder) ? proxy : result;
			}
			catch (InvocationTargetException ex) {
				throw ex.getTargetException();
			}
		}

	}

}
