package io.github.qos4j.boot.autoconfigure;

import java.util.Set;

import io.github.qos4j.QosHandle;
import io.github.qos4j.policy.PolicyMarker;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.analyzer.AbstractInjectionFailureAnalyzer;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Explains that there is no {@link QosHandle}, and nothing that comes with it, to inject
 * because {@code qos.enabled} is {@code false} or Spring Boot is too old. Ordered before
 * Spring Boot's own analysis, which would advise to define such a bean.
 */
@Order(0)
class MissingQosHandleFailureAnalyzer extends AbstractInjectionFailureAnalyzer<NoSuchBeanDefinitionException> {

	private static final Set<Class<?>> TYPES = Set.of(QosHandle.class, QosHandle.Builder.class, PolicyMarker.class);

	private final Environment environment;

	MissingQosHandleFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause,
			@Nullable String description) {
		Class<?> type = cause.getBeanType();
		if (type == null || !TYPES.contains(type)) {
			return null;
		}
		String missing = ((description != null) ? description : "The application") + " required a bean of type '"
				+ type.getCanonicalName() + "', and there is none because ";
		if (RequiredSpringBoot.isMissing(getClass().getClassLoader())) {
			return new FailureAnalysis(missing + RequiredSpringBoot.reason() + ".",
					"Use Spring Boot 4, or declare a bean that QosHandle.builder() builds.", cause);
		}
		if (this.environment.getProperty("qos.enabled", Boolean.class, true)) {
			return null;
		}
		return new FailureAnalysis(missing + "the property 'qos.enabled' is false.",
				String.format("Remove the property 'qos.enabled', and choose the backend that marks nothing instead:"
						+ "%n%n    qos.backend=none%n%nThe bean is there then, and using it does no harm."),
				cause);
	}

}
