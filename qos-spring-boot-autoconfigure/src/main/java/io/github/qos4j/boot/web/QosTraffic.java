package io.github.qos4j.boot.web;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.qos4j.TrafficType;

/**
 * Marks the answers of a request handler, or of all handlers of a controller: what is
 * sent on a request's connection from the moment that its handler is known until the next
 * request comes on it. Also as a meta-annotation; the handler's own comes before its
 * controller's.
 * <p>
 * A policy with a {@code path} that matches the request comes before this annotation.
 * Requests over HTTP/2 share a connection, so they are not marked.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface QosTraffic {

	/**
	 * Return the traffic type.
	 * @return the traffic type
	 */
	TrafficType value() default TrafficType.BEST_EFFORT;

	/**
	 * Return the name of a policy, which is used instead of the traffic type. A name that
	 * no policy has fails the start.
	 * @return the name, or an empty text to use the traffic type
	 */
	String policy() default "";

}
