package io.github.qos4j.boot.test.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.test.RecordedFlows;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;

/**
 * Annotation for a test class whose application marks nothing but has its flows recorded,
 * on every operating system and without native access. The test asserts what was recorded
 * with the bean {@link RecordedFlows}.
 * <p>
 * Works with whole applications, and with slices, which get a {@link QosHandle} and the
 * policies in this way. Every handle that is built by the bean {@link QosHandle.Builder}
 * is recorded, whichever backend the application asks for, by {@code qos.backend} or in
 * code. Each application context has a recording of its own. After each test method, what
 * is over is forgotten; flows that are still open are kept for the next method.
 * <p>
 * Where the application has {@code qos.enabled=false}, that is respected: there is no
 * handle, and the recording stays empty.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
public @interface AutoConfigureTestQos {

}
