package io.github.qos4j.boot.autoconfigure.server;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the connections of a separate management server.
 *
 * @param policy Name of the policy for connections that the management server accepts,
 * where no policy matches them. Requires a separate management port.
 */
@ConfigurationProperties("qos.management.server")
public record QosManagementServerProperties(@Nullable String policy) {

}
