package io.github.qos4j.boot.autoconfigure.web;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Controller;
import org.springframework.util.ClassUtils;

/**
 * Finds the classes of controllers, as {@code RequestMappingHandlerMapping} does, without
 * creating any of them.
 */
final class Controllers {

	private Controllers() {
	}

	static Stream<Class<?>> in(ConfigurableListableBeanFactory beans) {
		return Arrays.stream(beans.getBeanDefinitionNames())
			.flatMap((name) -> typeOf(beans, name).stream())
			.filter((type) -> AnnotatedElementUtils.hasAnnotation(type, Controller.class));
	}

	private static Optional<Class<?>> typeOf(ConfigurableListableBeanFactory beans, String name) {
		try {
			Class<?> type = beans.getType(name, false);
			return (type != null) ? Optional.of(ClassUtils.getUserClass(type)) : Optional.empty();
		}
		catch (RuntimeException | LinkageError ex) {
			// A bean that cannot be created either, as somebody else will say
			return Optional.empty();
		}
	}

}
