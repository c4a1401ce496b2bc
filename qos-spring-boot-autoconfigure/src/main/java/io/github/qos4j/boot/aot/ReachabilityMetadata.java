package io.github.qos4j.boot.aot;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.JdkProxyHint;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.TypeReference;
import org.springframework.boot.json.BasicJsonParser;

/**
 * A file in which a library tells GraalVM what it looks up by name. GraalVM finds that by
 * itself; this makes hints of the same, so that there is one list.
 */
final class ReachabilityMetadata {

	/** GraalVM means public ones as well by declared ones, and Spring does not. */
	private static final Map<String, MemberCategory[]> CATEGORIES = Map.of("allDeclaredConstructors",
			new MemberCategory[] { MemberCategory.INVOKE_DECLARED_CONSTRUCTORS,
					MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS },
			"allDeclaredFields",
			new MemberCategory[] { MemberCategory.ACCESS_DECLARED_FIELDS, MemberCategory.ACCESS_PUBLIC_FIELDS },
			"allDeclaredMethods",
			new MemberCategory[] { MemberCategory.INVOKE_DECLARED_METHODS, MemberCategory.INVOKE_PUBLIC_METHODS },
			"allPublicFields", new MemberCategory[] { MemberCategory.ACCESS_PUBLIC_FIELDS }, "allPublicMethods",
			new MemberCategory[] { MemberCategory.INVOKE_PUBLIC_METHODS });

	private final Map<String, Object> content;

	private ReachabilityMetadata(Map<String, Object> content) {
		this.content = content;
	}

	/**
	 * Read a file.
	 * @throws IllegalStateException if there is none
	 */
	static ReachabilityMetadata read(String path, @Nullable ClassLoader classLoader) {
		try (InputStream stream = (classLoader != null) ? classLoader.getResourceAsStream(path)
				: ClassLoader.getSystemResourceAsStream(path)) {
			if (stream == null) {
				throw new IllegalStateException(path + " is not on the class path");
			}
			String text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			// This parser takes whatever follows a space in a list for text. No name has
			// a space.
			return new ReachabilityMetadata(new BasicJsonParser().parseMap(text.replaceAll("\\s", "")));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void registerTo(RuntimeHints hints) {
		for (Map<String, Object> entry : entries(this.content, "reflection")) {
			if (entry.get("type") instanceof Map<?, ?> type) {
				hints.proxies().registerJdkProxy((proxy) -> registerProxy(proxy, type));
				continue;
			}
			register(hints.reflection(), entry);
			if (isTrue(entry.get("jniAccessible"))) {
				register(hints.jni(), entry);
			}
		}
		for (Map<String, Object> entry : entries(this.content, "resources")) {
			hints.resources().registerPattern(text(entry, "glob"));
		}
	}

	private static void registerProxy(JdkProxyHint.Builder proxy, Map<?, ?> type) {
		if (!(type.get("proxy") instanceof List<?> interfaces)) {
			throw new IllegalStateException("Not understood: " + type);
		}
		interfaces.forEach((name) -> proxy.proxiedInterfaces(TypeReference.of((String) name)));
	}

	private static void register(ReflectionHints hints, Map<String, Object> entry) {
		hints.registerType(TypeReference.of(text(entry, "type")), (type) -> {
			entry.forEach((key, value) -> registerAll(type, key, value));
			entries(entry, "fields").forEach((field) -> type.withField(text(field, "name")));
			entries(entry, "methods").forEach((method) -> registerMethod(type, method));
		});
	}

	private static void registerAll(TypeHint.Builder type, String key, Object value) {
		MemberCategory[] categories = CATEGORIES.get(key);
		if (categories != null && isTrue(value)) {
			type.withMembers(categories);
		}
		else if (!List.of("type", "jniAccessible", "fields", "methods").contains(key)) {
			throw new IllegalStateException("Not understood: " + key);
		}
	}

	private static void registerMethod(TypeHint.Builder type, Map<String, Object> method) {
		String name = text(method, "name");
		List<TypeReference> parameters = list(method, "parameterTypes").stream()
			.map((parameter) -> TypeReference.of((String) parameter))
			.toList();
		if ("<init>".equals(name)) {
			type.withConstructor(parameters, ExecutableMode.INVOKE);
		}
		else {
			type.withMethod(name, parameters, ExecutableMode.INVOKE);
		}
	}

	/**
	 * Return whether a value is true, of which this parser makes a text.
	 */
	private static boolean isTrue(@Nullable Object value) {
		return "true".equals(String.valueOf(value));
	}

	private static String text(Map<String, Object> entry, String key) {
		if (entry.get(key) instanceof String text) {
			return text;
		}
		throw new IllegalStateException("No " + key + " in " + entry);
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> entries(Map<String, Object> entry, String key) {
		return (List<Map<String, Object>>) list(entry, key);
	}

	private static List<?> list(Map<String, Object> entry, String key) {
		return (entry.get(key) instanceof List<?> list) ? list : List.of();
	}

}
