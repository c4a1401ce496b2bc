package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

import io.github.qos4j.Dscp;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.properties.Names;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * Applies the properties {@code qos.*}. A value that is not allowed is reported with the
 * name of its property, which Spring Boot's failure analysis completes with the place
 * where it was set.
 */
final class PropertiesQosHandleBuilderCustomizer implements QosHandleBuilderCustomizer {

	static final String TYPES = "qos.marking.types";

	private final QosProperties properties;

	PropertiesQosHandleBuilderCustomizer(QosProperties properties) {
		this.properties = properties;
	}

	@Override
	public void customize(QosHandle.Builder builder) {
		builder.version(convert("qos.version", this.properties.version(), QosVersion::parse));
		convert("qos.backend", this.properties.backend(), builder::backend);
		builder.markingProfile(markingProfile(this.properties.marking()));
		// Checked even where it is not used: the mistake is the same.
		requirePositive("qos.open-timeout", this.properties.openTimeout());
		builder.closeTimeout(requirePositive("qos.close-timeout", this.properties.closeTimeout()));
		applyRecovery(builder, this.properties.recovery());
	}

	static MarkingProfile markingProfile(QosProperties.Marking marking) {
		MarkingProfile profile = convert("qos.marking.profile", marking.profile(), MarkingProfile::named);
		for (Map.Entry<TrafficType, String> entry : types(marking).entrySet()) {
			TrafficType type = entry.getKey();
			profile = profile.with(type, convert(TYPES + "." + Names.of(type), entry.getValue(), Dscp::parse));
		}
		return profile;
	}

	/**
	 * Return the code points of single types. Where a type is written in several ways,
	 * the first wins, which is that of the source with the highest priority.
	 */
	static Map<TrafficType, String> types(QosProperties.Marking marking) {
		Map<TrafficType, String> types = new EnumMap<>(TrafficType.class);
		for (Map.Entry<String, String> entry : marking.types().entrySet()) {
			types.putIfAbsent(trafficType(entry.getKey(), entry.getValue()), entry.getValue());
		}
		return types;
	}

	/**
	 * Return the traffic type that a key names, in any case and with anything or nothing
	 * between its words: an environment variable gives {@code audio.video}.
	 */
	private static TrafficType trafficType(String key, String value) {
		return Names.trafficType(key)
			.orElseThrow(() -> new InvalidConfigurationPropertyValueException(TYPES + "." + key, value,
					"Traffic type must be one of " + Names.ofTrafficTypes() + " but was '" + key + "'."));
	}

	private static void applyRecovery(QosHandle.Builder builder, QosProperties.Recovery recovery) {
		Duration initial = requirePositive("qos.recovery.initial-backoff", recovery.initialBackoff());
		Duration max = requirePositive("qos.recovery.max-backoff", recovery.maxBackoff());
		if (max.compareTo(initial) < 0) {
			throw new InvalidConfigurationPropertyValueException("qos.recovery.max-backoff", max,
					"Must not be shorter than 'qos.recovery.initial-backoff', which is " + initial.toMillis()
							+ " ms, but was " + max.toMillis() + " ms.");
		}
		builder.recoveryBackoff(initial, max);
		builder.checkInterval(requirePositive("qos.recovery.check-interval", recovery.checkInterval()));
	}

	private static Duration requirePositive(String property, Duration value) {
		if (value.isZero() || value.isNegative()) {
			throw new InvalidConfigurationPropertyValueException(property, value, "Must be longer than zero.");
		}
		return value;
	}

	private static <T> T convert(String property, String value, Function<String, T> conversion) {
		try {
			return conversion.apply(value);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(property, value, ex.getMessage() + ".");
		}
	}

}
