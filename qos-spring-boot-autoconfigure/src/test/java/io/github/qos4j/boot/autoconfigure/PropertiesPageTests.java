package io.github.qos4j.boot.autoconfigure;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.qos4j.boot.autoconfigure.policy.QosPolicyProperties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that {@code docs/properties.md} is what the metadata of the properties says. With
 * {@code -Dqos4j.write-docs=true} the page is written instead.
 */
class PropertiesPageTests {

	private static final Path PAGE = Path.of("../docs/properties.md");

	private static final Path POLICY = Path
		.of("src/main/java/io/github/qos4j/boot/autoconfigure/policy/QosPolicyProperties.java");

	/** Groups by what their names begin with. What comes first takes a property. */
	private static final Map<String, Group> GROUPS = groups();

	@Test
	void pageIsWhatTheMetadataSays() throws Exception {
		String page = page();
		if (Boolean.getBoolean("qos4j.write-docs")) {
			Files.writeString(PAGE, page);
		}
		assertThat(Files.readString(PAGE)).as("write it anew with -Dtest=PropertiesPageTests -Dqos4j.write-docs=true")
			.isEqualTo(page);
	}

	@Test
	void everyPropertyIsOnThePageOnce() throws Exception {
		List<String> rows = rows(Files.readString(PAGE));
		assertThat(rows).doesNotHaveDuplicates()
			.containsAll(ConfigurationMetadata.properties()
				.stream()
				.map((property) -> (String) property.get("name"))
				.filter((name) -> !name.equals("qos.policies"))
				.map((name) -> name.equals("qos.marking.types") ? name + ".<traffic type>" : name)
				.toList())
			.containsAll(UnknownProperties.OF_POLICY.stream().map((name) -> "qos.policies.<name>." + name).toList());
	}

	@Test
	void policiesAreDescribedInTheirSource() throws Exception {
		assertThat(settingsOfPolicies().keySet()).containsExactlyInAnyOrderElementsOf(UnknownProperties.OF_POLICY);
		assertThat(settingsOfPolicies().values())
			.allSatisfy((description) -> assertThat(description).endsWith(".").doesNotContain("*", "@"));
	}

	private static Map<String, Group> groups() {
		Map<String, Group> groups = new LinkedHashMap<>();
		groups.put("qos.server.", new Group("Servers", "See [Servers and requests](servers.md)."));
		groups.put("qos.management.server.", groups.get("qos.server."));
		groups.put("qos.client.", new Group("Clients", "See [Clients](clients.md)."));
		groups.put("qos.process.", groups.get("qos.client."));
		groups.put("qos.marking.", new Group("Code points", "See [Voice is CS7](marking.md#voice-is-cs7)."));
		groups.put("qos.recovery.",
				new Group("Recovery", "See [Handles](flows.md#handles), and for Windows [Errors](errors.md)."));
		groups.put("qos.metrics.", new Group("Meters", "See [Meters](meters.md)."));
		groups.put("qos.events.", new Group("Events", "See [Events](events.md)."));
		groups.put("management.", new Group("Actuator", "See [Health](health.md) and [Endpoint](endpoint.md)."));
		groups.put("qos.", new Group("Handle", "See [Flows in code](flows.md#handles)."));
		return groups;
	}

	private static String page() throws Exception {
		Map<Group, StringBuilder> sections = new LinkedHashMap<>();
		sections.put(GROUPS.get("qos."), new StringBuilder());
		sections.put(Group.POLICIES, policies());
		GROUPS.values().forEach((group) -> sections.putIfAbsent(group, new StringBuilder()));
		for (Map<String, Object> property : ConfigurationMetadata.properties()) {
			String name = (String) property.get("name");
			if (!name.equals("qos.policies")) {
				sections.get(group(name)).append(row(property));
			}
		}
		StringBuilder page = new StringBuilder(INTRODUCTION);
		sections.forEach((group, rows) -> page.append("\n## %s\n%s\n\n".formatted(group.title(), group.text()))
			.append("| property | type | default | meaning |\n|---|---|---|---|\n")
			.append(rows));
		return page.append(codePoints()).toString();
	}

	private static Group group(String name) {
		return GROUPS.entrySet()
			.stream()
			.filter((entry) -> name.startsWith(entry.getKey()))
			.map(Map.Entry::getValue)
			.findFirst()
			.orElseThrow();
	}

	private static StringBuilder policies() throws IOException {
		StringBuilder rows = new StringBuilder();
		Map<String, String> descriptions = settingsOfPolicies();
		for (RecordComponent setting : QosPolicyProperties.Policy.class.getRecordComponents()) {
			String name = ConfigurationMetadata.dashed(setting.getName());
			rows.append("| `qos.policies.<name>.%s` | %s |  | %s |\n".formatted(name,
					(setting.getType() == List.class) ? "list" : "text", descriptions.get(name)));
		}
		return rows;
	}

	/**
	 * Return the settings of a policy with their descriptions, which are in no metadata:
	 * a map has none of what its values consist of.
	 */
	private static Map<String, String> settingsOfPolicies() throws IOException {
		String source = Files.readString(POLICY);
		String comment = source.substring(source.indexOf("* A policy."), source.indexOf("public record Policy"));
		Map<String, String> settings = new LinkedHashMap<>();
		Matcher parameter = Pattern.compile("@param (\\w+) ([^@]*?)\\s*(?=\\* @|\\*/)").matcher(comment);
		while (parameter.find()) {
			settings.put(ConfigurationMetadata.dashed(parameter.group(1)),
					parameter.group(2).replaceAll("\\s+\\*\\s+", " "));
		}
		return settings;
	}

	private static String row(Map<String, Object> property) throws Exception {
		String name = (String) property.get("name");
		return "| `%s%s` | %s | %s | %s%s |\n".formatted(name,
				name.equals("qos.marking.types") ? ".<traffic type>" : "", type((String) property.get("type")),
				byDefault(property.get("defaultValue")),
				deprecation(property.get("deprecation")) + property.get("description"), allowed(name));
	}

	private static String type(@Nullable String type) {
		return switch (Objects.requireNonNull(type)) {
			case "java.lang.Boolean" -> "boolean";
			case "java.lang.Integer" -> "number";
			case "java.time.Duration" -> "duration";
			case "java.util.Set<java.lang.String>" -> "list";
			case "java.lang.String", "java.util.Map<java.lang.String,java.lang.String>" -> "text";
			default -> "one of a few";
		};
	}

	private static String byDefault(@Nullable Object value) {
		return (value != null) ? "`" + value.toString().replace('_', '-') + "`" : "";
	}

	private static String deprecation(@Nullable Object deprecation) {
		return (deprecation instanceof Map<?, ?> map) ? "**Deprecated: " + map.get("reason") + "** " : "";
	}

	private static String allowed(String name) throws Exception {
		if (name.endsWith(".policy")) {
			return " A [policy](policies.md) or a traffic type.";
		}
		if (name.equals("qos.marking.types")) {
			return " See [Names of code points](#names-of-code-points).";
		}
		if (name.equals("management.endpoint.qos.access")) {
			return " `none`, `read-only` or `unrestricted`.";
		}
		if (name.equals("management.endpoint.qos.show-values")) {
			return " `never`, `when-authorized` or `always`.";
		}
		return ConfigurationMetadata.values(name)
			.entrySet()
			.stream()
			.map((value) -> "<br>`" + value.getKey() + "`: " + value.getValue())
			.collect(Collectors.joining());
	}

	private static String codePoints() throws Exception {
		return ConfigurationMetadata.values("qos.marking.types.values")
			.entrySet()
			.stream()
			.map((value) -> "| `%s` | %s |\n".formatted(value.getKey(), value.getValue().replaceFirst(": ", " | ")))
			.collect(Collectors.joining("",
					"\n## Names of code points\nIn any case. So is a decimal number from 0 to 63.\n\n"
							+ "| name | DSCP | meaning |\n|---|---|---|\n",
					""));
	}

	private static List<String> rows(String page) {
		return Pattern.compile("^\\| `((?:qos|management)\\.[^`]+)` \\|", Pattern.MULTILINE)
			.matcher(page)
			.results()
			.map((MatchResult result) -> result.group(1))
			.toList();
	}

	/**
	 * A table of the page.
	 */
	private record Group(String title, String text) {

		static final Group POLICIES = new Group("Policies", "See [Policies](policies.md).");

	}

	private static final String INTRODUCTION = """
			# Properties

			Written from the metadata of the properties by `PropertiesPageTests`: change it there. Development tools show \
			the same.

			Names are taken in any case. A value that is wrong stops the start and is explained with its property and its \
			origin. A property below `qos` that nothing reads is warned of at the start, with the one that may have been \
			meant; environment variables `QOS_…` only if they look like a mistyped one of these, since other programs have \
			such variables too. A duration is `500ms`, `10s` or `2m`.
			""";

}
