package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;
import java.util.Map;

import io.github.qos4j.MarkingProfile;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Properties of the QoS handle. Values whose errors need an explanation are bound as text
 * and parsed when the handle is built.
 *
 * @param version Version of the QoS subsystem to request.
 * @param backend Backend that marks the traffic.
 * @param failFast Whether to stop application startup if the QoS handle cannot be opened,
 * or if no backend that marks traffic can be used.
 * @param openTimeout Maximum time to wait for the QoS handle to open when failing fast.
 * @param closeTimeout Maximum time to wait for calls that hang when closing the QoS
 * handle.
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
	 * @param initialBackoff Delay before the first retry of opening the handle or adding
	 * a flow. Doubled after each further failure.
	 * @param maxBackoff Maximum delay between two attempts.
	 * @param checkInterval Interval between checks that the handle and its flows are
	 * still in force.
	 */
	public record Recovery(@DefaultValue("1s") Duration initialBackoff, @DefaultValue("60s") Duration maxBackoff,
			@DefaultValue("30s") Duration checkInterval) {

	}

	/**
	 * Code points of the traffic types.
	 *
	 * @param profile Profile that maps each traffic type to its DSCP.
	 * @param types DSCP of individual traffic types, overriding the profile. Either a
	 * name or a decimal number from 0 to 63, without leading zeros because YAML reads
	 * those as octal.
	 */
	public record Marking(@DefaultValue("qwave") String profile, @DefaultValue Map<String, String> types) {

		/**
		 * Return the profile with the code points of individual traffic types.
		 * @return the profile
		 * @throws InvalidConfigurationPropertyValueException if a value is wrong
		 */
		public MarkingProfile toMarkingProfile() {
			return PropertiesQosHandleBuilderCustomizer.markingProfile(this);
		}

	}

}
