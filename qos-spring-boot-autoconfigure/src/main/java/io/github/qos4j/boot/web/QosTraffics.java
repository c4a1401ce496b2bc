package io.github.qos4j.boot.web;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import io.github.qos4j.boot.properties.Names;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Finds {@link QosTraffic} on handlers, and the names of the policies that it stands for.
 * Thread-safe.
 */
public final class QosTraffics {

	private final Map<Handler, Optional<String>> known = new ConcurrentHashMap<>();

	/**
	 * Return whether a controller or any of its methods is annotated.
	 * @param controller the controller's class
	 * @return {@code true} if there is an annotation
	 */
	public static boolean isUsedBy(Class<?> controller) {
		Class<?> type = ClassUtils.getUserClass(controller);
		return AnnotatedElementUtils.hasAnnotation(type, QosTraffic.class) || !annotatedMethods(type).isEmpty();
	}

	/**
	 * Check that the policies that a controller names exist.
	 * @param controller the controller's class
	 * @param policies the policies that there are
	 * @throws UnknownPolicyException if there is no policy of a name
	 */
	public static void check(Class<?> controller, QosPolicies policies) {
		Class<?> type = ClassUtils.getUserClass(controller);
		QosTraffic common = AnnotatedElementUtils.findMergedAnnotation(type, QosTraffic.class);
		if (common != null) {
			check(common, type.getName(), policies);
		}
		annotatedMethods(type).forEach(
				(method, annotation) -> check(annotation, type.getName() + "." + method.getName() + "()", policies));
	}

	private static void check(QosTraffic annotation, String place, QosPolicies policies) {
		String name = nameIn(annotation);
		try {
			policies.require(name);
		}
		catch (IllegalArgumentException ex) {
			throw new UnknownPolicyException("@QosTraffic on " + place + ": " + ex.getMessage() + "."
					+ Names.didYouMean(name, policies.all().stream().map(QosPolicy::name)), name, ex);
		}
	}

	private static Map<Method, QosTraffic> annotatedMethods(Class<?> type) {
		return MethodIntrospector.selectMethods(type,
				(MethodIntrospector.MetadataLookup<QosTraffic>) QosTraffics::annotationOf);
	}

	private static @Nullable QosTraffic annotationOf(Method method) {
		return AnnotatedElementUtils.findMergedAnnotation(method, QosTraffic.class);
	}

	/**
	 * Return the policy for a handler.
	 * @param controller the class of the controller, no proxy
	 * @param method the method that handles the request
	 * @return the name of the policy, or {@code null} if neither is annotated
	 */
	public @Nullable String policyFor(Class<?> controller, Method method) {
		return this.known.computeIfAbsent(new Handler(controller, method), QosTraffics::find).orElse(null);
	}

	private static Optional<String> find(Handler handler) {
		QosTraffic annotation = annotationOf(handler.method());
		if (annotation == null) {
			annotation = AnnotatedElementUtils.findMergedAnnotation(handler.controller(), QosTraffic.class);
		}
		return Optional.ofNullable(annotation).map(QosTraffics::nameIn);
	}

	private static String nameIn(QosTraffic annotation) {
		return annotation.policy().isEmpty() ? QosPolicy.of(annotation.value()).name() : annotation.policy();
	}

	/**
	 * A handler. One method can be that of several controllers.
	 */
	private record Handler(Class<?> controller, Method method) {

	}

}
