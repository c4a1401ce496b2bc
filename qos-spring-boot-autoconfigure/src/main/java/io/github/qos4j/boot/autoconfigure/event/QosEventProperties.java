package io.github.qos4j.boot.autoconfigure.event;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the events of handles and flows.
 *
 * @param enabled Whether to publish what happens to QoS handles and flows as events in
 * the application context.
 * @param congestion Whether to publish congestion of flows as well, which takes samples
 * of each connection five times a second.
 */
@ConfigurationProperties("qos.events")
public record QosEventProperties(@DefaultValue("false") boolean enabled, @DefaultValue("false") boolean congestion) {

}
