package io.github.qos4j.boot.autoconfigure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.properties.Names;

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

	/** The properties there are, each traffic type's and those of policies apart. */
	static final List<String> KNOWN = List.of("qos.backend", "qos.client.policy", "qos.close-timeout", "qos.enabled",
			"qos.events.congestion", "qos.events.enabled", "qos.fail-fast", "qos.management.server.policy",
			"qos.marking.profile", PropertiesQosHandleBuilderCustomizer.TYPES, "qos.metrics.sample-interval",
			"qos.metrics.sample-size", "qos.open-timeout", "qos.policies", "qos.process.enabled",
			"qos.process.interval", "qos.recovery.check-interval", "qos.recovery.initial-backoff",
			"qos.recovery.max-backoff", "qos.server.each-connection", "qos.server.policy", "qos.version");

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("qos");

	private static final ConfigurationPropertyName TYPES = ConfigurationPropertyName
		.of(PropertiesQosHandleBuilderCustomizer.TYPES);

	private static final ConfigurationPropertyName POLICIES = ConfigurationPropertyName.of("qos.policies");

	/** The properties of a policy. */
	static final List<String> OF_POLICY = List.of("base", "dscp", "local-port", "path", "protocol", "rate",
			"remote-address", "remote-port", "traffic-type");

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
		if (POLICIES.isAncestorOf(name)) {
			String setting = letters(settingOf(name));
			return setting.isEmpty() || OF_POLICY.stream().map(Names::letters).anyMatch(setting::equals);
		}
		// An empty map in YAML is a property of its own.
		return TYPES.isAncestorOf(name) || KNOWN.stream()
			.map(ConfigurationPropertyName::of)
			.anyMatch((known) -> known.equals(name) || name.isAncestorOf(known));
	}

	/**
	 * Return what follows the name of the policy, without the index of a list. A variable
	 * gives {@code remote.port}.
	 */
	private static String settingOf(ConfigurationPropertyName name) {
		return IntStream.range(POLICIES.getNumberOfElements() + 1, name.getNumberOfElements())
			.filter((index) -> !name.isNumericIndex(index))
			.mapToObj((index) -> name.getElement(index, Form.ORIGINAL))
			.collect(Collectors.joining("."));
	}

	/**
	 * Return whether the name of a variable is nearly, but not quite, that of a property.
	 * The variable of {@code qos.fail-fast} may be written {@code QOS_FAIL_FAST}.
	 */
	private static boolean isMistypedVariable(ConfigurationPropertyName name) {
		return mistyped(name).filter((known) -> Names.distance(known, name.toString()) > 0).isPresent();
	}

	private static String sentence(ConfigurationPropertyName name, ConfigurationPropertySource source) {
		ConfigurationProperty property = source.getConfigurationProperty(name);
		Object origin = (property != null && property.getOrigin() != null) ? property.getOrigin()
				: source.getUnderlyingSource();
		String advice = mistyped(name).or(() -> misplaced(name))
			.map((known) -> "Did you mean '" + known + "'?")
			.orElseGet(() -> POLICIES.isAncestorOf(name) ? "A policy has " + String.join(", ", OF_POLICY)
					: "Known are " + String.join(", ", KNOWN));
		return "Property '" + name + "' (originating from '" + origin + "') is not known and changes nothing. "
				+ advice;
	}

	/**
	 * Return the property that a name differs from by a few letters at most.
	 */
	private static Optional<String> mistyped(ConfigurationPropertyName name) {
		return Names.nearest(withoutIndex(name).toString(), candidates(name));
	}

	/**
	 * Return the property that has the same last part, and is nearest.
	 */
	private static Optional<String> misplaced(ConfigurationPropertyName name) {
		String last = letters(withoutIndex(name).getLastElement(Form.UNIFORM));
		return candidates(name).filter((known) -> letters(known.substring(known.lastIndexOf('.'))).equals(last))
			.min(Comparator.comparingInt((known) -> Names.distance(known, name.toString())));
	}

	private static Stream<String> candidates(ConfigurationPropertyName name) {
		return Stream
			.of(KNOWN.stream(), Arrays.stream(TrafficType.values()).map((type) -> TYPES + "." + Names.of(type)),
					ofPolicy(name))
			.flatMap((candidates) -> candidates);
	}

	/**
	 * Return the properties of the policy that a name may be about.
	 */
	private static Stream<String> ofPolicy(ConfigurationPropertyName name) {
		ConfigurationPropertyName plain = withoutIndex(name);
		int size = plain.getNumberOfElements();
		if (size <= POLICIES.getNumberOfElements()) {
			return Stream.empty();
		}
		ConfigurationPropertyName policy = POLICIES.isAncestorOf(plain) ? plain.chop(POLICIES.getNumberOfElements() + 1)
				: POLICIES.append(plain.getElement(size - 2, Form.ORIGINAL));
		return OF_POLICY.stream().map((setting) -> policy + "." + setting);
	}

	private static ConfigurationPropertyName withoutIndex(ConfigurationPropertyName name) {
		return name.isLastElementIndexed() && name.isNumericIndex(name.getNumberOfElements() - 1) ? name.getParent()
				: name;
	}

	private static String letters(String name) {
		return Names.letters(name);
	}

}
