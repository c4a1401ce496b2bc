package io.github.qos4j.boot.autoconfigure.policy;

import java.util.Arrays;
import java.util.function.Function;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.core.env.PropertyResolver;

/**
 * Knows the names of the properties of policies as they are in the environment, so that
 * Spring Boot's failure analysis finds where each was set.
 */
final class PropertyNames {

	private final PropertyResolver environment;

	PropertyNames(PropertyResolver environment) {
		this.environment = environment;
	}

	/**
	 * Return the name of a policy's property.
	 */
	String of(String policy, String setting) {
		String prefix = policy.matches("[A-Za-z0-9_-]+") ? "." + policy : "[" + policy + "]";
		return "qos.policies" + prefix + "." + setting;
	}

	/**
	 * Return the name of an entry of a list, or of the whole list where it is one text.
	 */
	String entry(String policy, String setting, int index) {
		String list = of(policy, setting);
		String entry = list + "[" + index + "]";
		return this.environment.containsProperty(entry) ? entry : list;
	}

	/**
	 * Return the first of a policy's properties that is set.
	 */
	String firstOf(String policy, String... settings) {
		return Arrays.stream(settings)
			.map((setting) -> entry(policy, setting, 0))
			.filter(this.environment::containsProperty)
			.findFirst()
			.orElseGet(() -> of(policy, settings[0]));
	}

	/**
	 * Return the failure that a property's value is not allowed.
	 */
	InvalidConfigurationPropertyValueException invalid(String property, String reason) {
		return new InvalidConfigurationPropertyValueException(property, this.environment.getProperty(property), reason);
	}

	/**
	 * Convert a value.
	 * @throws InvalidConfigurationPropertyValueException if the value is not allowed
	 */
	<T> T convert(String property, String value, Function<String, T> conversion) {
		try {
			return conversion.apply(value);
		}
		catch (IllegalArgumentException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw new InvalidConfigurationPropertyValueException(property, value,
					reason.matches("(?s).*[.?]") ? reason : reason + ".");
		}
	}

}
