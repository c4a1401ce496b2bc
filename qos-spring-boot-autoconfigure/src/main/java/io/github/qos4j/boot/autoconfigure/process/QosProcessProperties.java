package io.github.qos4j.boot.autoconfigure.process;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of marking the sockets that no hook reaches.
 *
 * @param enabled Whether to look through all sockets of this process and mark those that
 * a policy matches. Linux only.
 * @param interval Minimum time between two looks. Longer where a look takes long.
 */
@ConfigurationProperties("qos.process")
public record QosProcessProperties(@DefaultValue("false") boolean enabled, @DefaultValue("1s") Duration interval) {

}
