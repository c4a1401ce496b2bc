package io.github.qos4j.boot.autoconfigure.health;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the health component {@code qos}.
 *
 * @param timeout Maximum time to wait for the state of the QoS service.
 * @param grace Time for which a lost QoS handle that is being reopened counts as UNKNOWN
 * before it counts as DOWN.
 */
@ConfigurationProperties("management.health.qos")
public record QosHealthProperties(@DefaultValue("1s") Duration timeout, @DefaultValue("30s") Duration grace) {

}
