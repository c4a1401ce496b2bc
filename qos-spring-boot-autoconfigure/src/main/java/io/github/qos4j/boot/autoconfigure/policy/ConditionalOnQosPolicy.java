package io.github.qos4j.boot.autoconfigure.policy;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches if a policy is configured, {@code qos.policies.*}, or if one of the given
 * properties names one.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnQosPolicyCondition.class)
public @interface ConditionalOnQosPolicy {

	/**
	 * Return the properties that name a policy.
	 * @return their names
	 */
	String[] value() default {};

}
