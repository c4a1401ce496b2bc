package io.github.qos4j.boot;

import io.github.qos4j.QosHandle;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/**
 * Configurations of applications with several handles of their own.
 */
public final class TestHandles {

	private TestHandles() {
	}

	private static QosHandle handle(QosHandle.Builder builder, String name) {
		return builder.name(name).build();
	}

	/**
	 * Handles of equal rank.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Two extends Second {

		@Bean
		QosHandle first(QosHandle.Builder builder) {
			return handle(builder, "first");
		}

	}

	/**
	 * Two handles, one of which others prefer.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class OnePrimary extends Second {

		@Bean
		@Primary
		QosHandle first(QosHandle.Builder builder) {
			return handle(builder, "first");
		}

	}

	static class Second {

		@Bean
		QosHandle second(QosHandle.Builder builder) {
			return handle(builder, "second");
		}

	}

}
