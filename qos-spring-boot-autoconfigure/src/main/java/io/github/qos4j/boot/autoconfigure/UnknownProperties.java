package io.github.qos4j.boot.autoconfigure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.qos4j.TrafficType;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Knows the properties {@code qos.*}, and finds those that nothing reads. Of environment
 * variables only those that look like a mistyped one of ours are told, because other
 * programs have variables {@code QOS_*} too.
 */
final class UnknownProperties {

	/** The properties there are, each traffic type's apart. */
	static final List<String> KNOWN = List.of("qos.backend", "qos.close-timeout", "qos.enabled", "qos.fail-fast",
			"qos.marking.profile", PropertiesQosHandleBuilderCustomizer.TYPES, "qos.open-timeout",
			"qos.recovery.check-interval", "qos.recovery.initial-backoff", "qos.recovery.max-backoff", "qos.version");

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("qos");

	private static final ConfigurationPropertyName TYPES = ConfigurationPropertyName
		.of(PropertiesQosHandleBuilderCustomizer.TYPES);

	/** How many letters may differ in what is taken for a mistyped property. */
	private static final int NEAR = 2;

	private UnknownProperties() {
	}

	/**
	 * Return a sentence about each property that nothing reads.
	 */
	static List<String> describe(ConfigurableEnvironment environment) {
		Map<ConfigurationPropertyName, String> sentences = new LinkedHashMap<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.from(environment.getPropertySources())) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				boolean variables = source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource;
				iterable.stream()
					.filter(ROOT::isAncestorOf)
					.filter((name) -> !isKnown(name) && (!variables || isMistypedVariable(name)))
					.forEach((name) -> sentences.putIfAbsent(name, sentence(name, source)));
			}
		}
		return List.copyOf(sentences.values());
	}

	private static boolean isKnown(ConfigurationPropertyName name) {
		// An empty map in YAML is a property of its own.
		return TYPES.isAncestorOf(name) || KNOWN.stream()
			.map(ConfigurationPropertyName::of)
			.anyMatch((known) -> known.equals(name) || name.isAncestorOf(known));
	}

	/**
	 * Return whether the name of a variable is nearly, but not quite, that of a property.
	 * The variable of {@code qos.fail-fast} may be written {@code QOS_FAIL_FAST}.
	 */
	private static boolean isMistypedVariable(ConfigurationPropertyName name) {
		return mistyped(name.toString()).filter((known) -> distance(known, name.toString()) > 0).isPresent();
	}

	private static String sentence(ConfigurationPropertyName name, ConfigurationPropertySource source) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		Object origin = (property != null && property.getOrigin() != null) ? property.getOrigin()
				: source.getUnderlyingSource();
		String advice = mistyped(name.toString()).or(() -> misplaced(name))
			.map((known) -> "Did you mean '" + known + "'?")
			.orElseGet(() -> "Known are " + String.join(", ", KNOWN));
		return "Property '" + name + "' (originating from '" + origin + "') is not known and changes nothing. "
				+ advice;
	}

	/**
	 * Return the property that a name differs from by a few letters at most.
	 */
	private static Optional<String> mistyped(String name) {
		return candidates().filter((known) -> distance(known, name) <= NEAR)
			.min(Comparator.comparingInt((known) -> distance(known, name)));
	}

	/**
	 * Return the property that has the same last part.
	 */
	private static Optional<String> misplaced(ConfigurationPropertyName name) {
		String last = letters(name.getLastElement(Form.UNIFORM));
		return candidates().filter((known) -> letters(known.substring(known.lastIndexOf('.'))).equals(last))
			.findFirst();
	}

	private static Stream<String> candidates() {
		return Stream.concat(KNOWN.stream(), Arrays.stream(TrafficType.values())
			.map((type) -> TYPES + "." + PropertiesQosHandleBuilderCustomizer.nameOf(type)));
	}

	/**
	 * Return how many letters have to be changed, added or taken away (Levenshtein), dots
	 * and dashes apart.
	 */
	private static int distance(String first, String second) {
		String from = letters(first);
		String to = letters(second);
		int[] row = IntStream.rangeClosed(0, to.length()).toArray();
		for (int i = 1; i <= from.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j <= to.length(); j++) {
				int changed = diagonal + ((from.charAt(i - 1) == to.charAt(j - 1)) ? 0 : 1);
				diagonal = row[j];
				row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
			}
		}
		return row[to.length()];
	}

	private static String letters(String name) {
		return PropertiesQosHandleBuilderCustomizer.letters(name);
	}

}
