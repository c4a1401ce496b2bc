package io.github.qos4j.boot.autoconfigure;

import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.springframework.boot.json.JsonParserFactory;

/**
 * Reads the metadata of the properties of this module.
 */
final class ConfigurationMetadata {

	static final String ADDITIONAL = "META-INF/additional-spring-configuration-metadata.json";

	static final String ALL = "META-INF/spring-configuration-metadata.json";

	private ConfigurationMetadata() {
	}

	static List<Map<String, Object>> properties() throws Exception {
		return read(ALL, "properties");
	}

	/**
	 * Return the values of a hint and their descriptions. Empty if there is no such hint.
	 */
	static Map<String, String> values(String hintName) throws Exception {
		Map<String, String> values = new LinkedHashMap<>();
		for (Map<String, Object> hint : read(ALL, "hints")) {
			if (hintName.equals(hint.get("name"))) {
				for (Map<String, Object> value : maps(hint.get("values"))) {
					values.put((String) value.get("value"), (String) value.get("description"));
				}
			}
		}
		return values;
	}

	/**
	 * Return the name that a property has whose field or component has this one.
	 */
	static String dashed(String name) {
		return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

	static List<Map<String, Object>> read(String resource, String key) throws Exception {
		// Others on the class path have such files too.
		String root = QosAutoConfiguration.class.getProtectionDomain().getCodeSource().getLocation().toString();
		String prefix = root.endsWith(".jar") ? "jar:" + root + "!/" : root;
		try (InputStream stream = URI.create(prefix + resource).toURL().openStream()) {
			String json = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			return maps(JsonParserFactory.getJsonParser().parseMap(json).get(key));
		}
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> maps(Object list) {
		return (List<Map<String, Object>>) list;
	}

}
