package io.github.qos4j.boot.autoconfigure.client;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Properties of the connections of clients.
 *
 * @param policy Name of the policy for connections that clients open, where no policy
 * matches them.
 */
@ConfigurationProperties("qos.client")
public record QosClientProperties(@Nullable String policy) {

}
