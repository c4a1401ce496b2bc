package io.github.qos4j.boot.autoconfigure.endpoint;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the endpoint {@code qos}.
 *
 * @param showValues When to show the addresses of flows, policies and probes.
 * @param roles Roles used to determine whether a user is authorized to be shown
 * addresses. When empty, all authenticated users are authorized.
 */
@ConfigurationProperties("management.endpoint.qos")
public record QosEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {

}
