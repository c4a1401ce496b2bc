package io.github.qos4j.boot.autoconfigure.policy;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of policies. Values are bound as text and parsed when the policies are
 * built, so that what is wrong can be explained.
 *
 * @param policies Policies by name: how connections are marked, and which ones.
 */
@ConfigurationProperties("qos")
public record QosPolicyProperties(@DefaultValue Map<String, Policy> policies) {

	/**
	 * A policy.
	 *
	 * @param trafficType Traffic type of the connections: best-effort, background,
	 * excellent-effort, audio-video, voice or control.
	 * @param dscp DSCP of the connections, overriding that of the traffic type. Either a
	 * name or a decimal number from 0 to 63.
	 * @param rate Maximum sending rate of each connection, in bits per second; for
	 * example 2Mbps.
	 * @param base Name of the policy whose settings apply where this one has none. What
	 * it matches is not inherited.
	 * @param remoteAddress Hosts, IP addresses or networks of the peers.
	 * @param remotePort Ports of the peers, or ranges such as 16384-32767.
	 * @param localPort Ports on this machine, or ranges.
	 * @param protocol Transport protocol of the connections, tcp or udp.
	 * @param path Patterns of the paths of HTTP requests. A policy that has some marks
	 * requests, not whole connections.
	 */
	public record Policy(@Nullable String trafficType, @Nullable String dscp, @Nullable String rate,
			@Nullable String base, @DefaultValue List<String> remoteAddress, @DefaultValue List<String> remotePort,
			@DefaultValue List<String> localPort, @Nullable String protocol, @DefaultValue List<String> path) {

		/**
		 * Convert a text in place of settings, which is a mistake unless it is empty, as
		 * an empty map in YAML is.
		 * @param text the text
		 * @return a policy without settings
		 * @throws IllegalArgumentException if the text is not empty
		 */
		public static Policy from(String text) {
			if (!text.isBlank()) {
				throw new IllegalArgumentException("A policy is no text but has settings: use "
						+ "'qos.policies.<name>.traffic-type' or 'qos.policies.<name>.dscp'");
			}
			return new Policy(null, null, null, null, List.of(), List.of(), List.of(), null, List.of());
		}

	}

}
