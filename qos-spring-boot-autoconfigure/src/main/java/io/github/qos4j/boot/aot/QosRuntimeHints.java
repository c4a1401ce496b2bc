package io.github.qos4j.boot.aot;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * {@link RuntimeHintsRegistrar} for what is found by its name: by the core, whose own
 * list this reads, by servers and by drivers.
 */
class QosRuntimeHints implements RuntimeHintsRegistrar {

	private static final String CORE = "META-INF/native-image/io.github.qos4j/qos-core/reachability-metadata.json";

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		ReachabilityMetadata.read(CORE, QosRuntimeHints.class.getClassLoader()).registerTo(hints);
		registerServers(hints.reflection(), classLoader);
		registerDrivers(hints.reflection(), classLoader);
	}

	private static void registerServers(ReflectionHints hints, @Nullable ClassLoader classLoader) {
		hints.registerTypeIfPresent(classLoader, "io.github.qos4j.boot.server.tomcat.QosHttp11NioProtocol",
				MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
		// Where Tomcat has another protocol, its listener is asked for through these.
		registerMethod(hints, classLoader, "org.apache.coyote.AbstractProtocol", "getEndpoint");
		registerMethod(hints, classLoader, "org.apache.tomcat.util.net.NioEndpoint", "getServerSocket");
	}

	private static void registerMethod(ReflectionHints hints, @Nullable ClassLoader classLoader, String type,
			String name) {
		hints.registerTypeIfPresent(classLoader, type,
				(hint) -> hint.withMethod(name, List.of(), ExecutableMode.INVOKE));
	}

	private static void registerDrivers(ReflectionHints hints, @Nullable ClassLoader classLoader) {
		hints.registerTypeIfPresent(classLoader, "io.github.qos4j.boot.client.mysql.QosMysqlSocketFactory",
				MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
	}

}
