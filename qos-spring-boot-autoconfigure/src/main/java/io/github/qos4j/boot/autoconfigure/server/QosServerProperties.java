package io.github.qos4j.boot.autoconfigure.server;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the web server's connections.
 *
 * @param policy Name of the policy for connections that the web server accepts, where no
 * policy matches them.
 * @param eachConnection Whether to mark each accepted connection by itself even if it
 * inherits the mark of its listener. Sets its priority in the queues of this machine,
 * too.
 */
@ConfigurationProperties("qos.server")
public record QosServerProperties(@Nullable String policy, @DefaultValue("false") boolean eachConnection) {

}
