package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the QoS handle. Values that need an explanation when they are wrong are
 * text here and are understood when the handle is built.
 *
 * @param version Version of the QoS subsystem to ask for.
 * @param backend Backend that marks the traffic.
 * @param failFast Whether to stop the start of the application when the QoS handle cannot
 * be opened, or when no backend that marks traffic can be used.
 * @param openTimeout Time to wait at most for the QoS handle to open, when failing fast.
 * @param closeTimeout Time that closing the QoS handle may take at most.
 * @param recovery How the QoS handle and its flows recover.
 * @param marking Code points of the traffic types.
 */
@ConfigurationProperties("qos")
public record QosProperties(@DefaultValue("1.0") String version, @DefaultValue("auto") String backend,
		@DefaultValue("false") boolean failFast, @DefaultValue("10s") Duration openTimeout,
		@DefaultValue("5s") Duration closeTimeout, @DefaultValue Recovery recovery, @DefaultValue Marking marking) {

	/**
	 * How the QoS handle and its flows recover.
	 *
	 * @param initialBackoff Wait before something that failed is tried again, opening the
	 * handle or adding a flow. Twice as long after each further failure.
	 * @param maxBackoff Longest wait between two attempts.
	 * @param checkInterval Time between two looks whether the handle and its flows are
	 * still in force.
	 */
	public record Recovery(@DefaultValue("1s") Duration initialBackoff, @DefaultValue("60s") Duration maxBackoff,
			@DefaultValue("30s") Duration checkInterval) {

	}

	/**
	 * Code points of the traffic types.
	 *
	 * @param profile Profile that gives each traffic type its DSCP.
	 * @param types DSCP of single traffic types, in place of the profile's. Either a name
	 * or a decimal number from 0 to 63, without leading zeros because YAML reads those as
	 * octal.
	 */
	public record Marking(@DefaultValue("qwave") String profile, @DefaultValue Map<String, String> types) {

	}

}
