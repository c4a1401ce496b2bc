package io.github.qos4j.boot.autoconfigure.server;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches if connections of the web server may have to be marked: because a policy is
 * configured, because {@code qos.server.policy} names one, or because requests are
 * marked.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Conditional(OnServerMarkingCondition.class)
public @interface ConditionalOnServerMarking {

}
