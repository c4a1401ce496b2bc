package io.github.qos4j.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.json.JsonParserFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertiesPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that an application starts with the properties that the documentation shows, and
 * that each of them exists, ours and those of Spring Boot.
 */
class DocumentedPropertiesTests {

	private static final List<String> ROOTS = List.of("qos", "management", "spring", "server", "logging");

	/** Variables of the environment, which are written like properties. */
	private static final Pattern VARIABLES = Pattern.compile("([A-Z_]+=.*\\R)+");

	/** The types of all properties that metadata on the class path has. */
	private static final Map<String, String> known = new LinkedHashMap<>();

	@BeforeAll
	static void readMetadata() throws IOException {
		for (URL url : Collections.list(DocumentedPropertiesTests.class.getClassLoader()
			.getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream stream = url.openStream()) {
				Map<String, Object> metadata = JsonParserFactory.getJsonParser()
					.parseMap(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
				for (Object property : (List<?>) metadata.get("properties")) {
					Map<?, ?> map = (Map<?, ?>) property;
					known.put((String) map.get("name"), String.valueOf(map.get("type")));
				}
			}
		}
	}

	static List<DocumentedBlock> properties() throws IOException {
		return DocumentedBlock.in("properties", "yaml", "yml")
			.stream()
			.filter((block) -> block.language().equals("properties") ? !VARIABLES.matcher(block.text()).matches()
					: ROOTS.stream().anyMatch((root) -> block.text().startsWith(root + ":")))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("properties")
	void applicationStartsWithThem(DocumentedBlock block) throws IOException {
		StandardEnvironment environment = environment(load(block));
		assertThat(UnknownProperties.describe(environment)).isEmpty();
		try (ConfigurableApplicationContext context = start(environment)) {
			assertThat(context.isRunning()).isTrue();
		}
	}

	@ParameterizedTest
	@MethodSource("properties")
	void allOfThemExist(DocumentedBlock block) throws IOException {
		assertThat(load(block).getPropertyNames()).isNotEmpty();
		assertThat(unknown(load(block))).isEmpty();
	}

	@Test
	void propertyThatDoesNotExistIsFound() throws IOException {
		DocumentedBlock wrong = new DocumentedBlock(Path.of("x.md"), 1, "properties",
				"qos.sever.policy=voice\nmanagement.endpoint.health.show-detail=always\n");
		assertThat(unknown(load(wrong))).containsExactlyInAnyOrder("qos.sever.policy",
				"management.endpoint.health.show-detail");
		assertThat(UnknownProperties.describe(environment(load(wrong)))).hasSize(1);
	}

	private static EnumerablePropertySource<?> load(DocumentedBlock block) throws IOException {
		ByteArrayResource resource = new ByteArrayResource(block.text().getBytes(StandardCharsets.UTF_8), "" + block);
		if (block.language().equals("properties")) {
			Properties properties = PropertiesLoaderUtils.loadProperties(resource);
			return new PropertiesPropertySource(block.toString(), properties);
		}
		return (EnumerablePropertySource<?>) new YamlPropertySourceLoader().load(block.toString(), resource).get(0);
	}

	private static StandardEnvironment environment(EnumerablePropertySource<?> properties) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(properties);
		// Variables of this machine are none of the configuration.
		environment.getPropertySources()
			.replace(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, new SystemEnvironmentPropertySource(
					StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, Map.of()));
		return environment;
	}

	private static ConfigurableApplicationContext start(StandardEnvironment environment) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.environment(environment)
			.registerShutdownHook(false)
			.run();
	}

	/**
	 * Return the properties that no metadata on the class path has.
	 */
	private static List<String> unknown(EnumerablePropertySource<?> properties) {
		List<String> unknown = new ArrayList<>();
		for (String name : properties.getPropertyNames()) {
			String plain = name.replaceAll("\\[\\d+]", "");
			if (!known.containsKey(plain) && known.entrySet()
				.stream()
				.noneMatch((entry) -> entry.getValue().startsWith("java.util.Map<")
						&& plain.startsWith(entry.getKey() + "."))) {
				unknown.add(name);
			}
		}
		return unknown;
	}

	@EnableAutoConfiguration
	static class Application {

	}

}
