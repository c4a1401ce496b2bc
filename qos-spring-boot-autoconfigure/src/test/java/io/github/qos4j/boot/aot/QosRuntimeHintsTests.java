package io.github.qos4j.boot.aot;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.github.qos4j.policy.QosSSLSocketFactory;
import io.github.qos4j.policy.QosSocketFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeHint;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link QosRuntimeHints}: what is looked up by name, found by walking through
 * the classes, has a hint.
 */
class QosRuntimeHintsTests {

	private static final RuntimeHints hints = new RuntimeHints();

	private static List<Class<?>> core;

	@BeforeAll
	static void registerHints() {
		SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)
			.stream()
			.filter((registrar) -> registrar.getClass().getName().startsWith("io.github.qos4j."))
			.forEach((registrar) -> registrar.registerHints(hints, QosRuntimeHintsTests.class.getClassLoader()));
		// The core's tests are a jar here, or a folder.
		core = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
			.withImportOption((location) -> !location.contains("-tests.jar"))
			.importPackages("io.github.qos4j.internal")
			.stream()
			.map(JavaClass::reflect)
			.<Class<?>>map((type) -> type)
			.toList();
	}

	@Test
	void librariesAreProxiesWhoseMethodsAreFound() {
		assertThat(interfaces("com.sun.jna.Library")).hasSizeGreaterThan(5).allSatisfy((library) -> {
			assertRegistered(RuntimeHintsPredicates.proxies().forInterfaces(library), library);
			for (Method method : library.getDeclaredMethods()) {
				assertRegistered(RuntimeHintsPredicates.reflection().onMethodInvocation(method), method);
			}
			for (Field field : library.getDeclaredFields()) {
				assertRegistered(RuntimeHintsPredicates.reflection().onFieldAccess(field), field);
			}
		});
	}

	@Test
	void structuresHaveFieldsAndConstructors() {
		assertThat(subtypes("com.sun.jna.Structure")).hasSizeGreaterThan(5).allSatisfy((structure) -> {
			for (Field field : structure.getDeclaredFields()) {
				assertRegistered(RuntimeHintsPredicates.reflection().onFieldAccess(field), field);
			}
			for (Constructor<?> constructor : structure.getDeclaredConstructors()) {
				assertRegistered(RuntimeHintsPredicates.reflection().onConstructorInvocation(constructor), constructor);
			}
		});
	}

	@Test
	void callbacksHaveTheirMethod() {
		assertThat(interfaces("com.sun.jna.Callback")).isNotEmpty().allSatisfy((callback) -> {
			for (Method method : callback.getDeclaredMethods()) {
				assertRegistered(RuntimeHintsPredicates.reflection().onMethodInvocation(method), method);
			}
		});
	}

	@Test
	void typesThatConvertThemselvesCanBeCreated() {
		Stream<Class<?>> passed = interfaces("com.sun.jna.Library").stream()
			.flatMap((library) -> Arrays.stream(library.getDeclaredMethods()))
			.flatMap((method) -> Stream.concat(Arrays.stream(method.getParameterTypes()),
					Stream.of(method.getReturnType())));
		Stream<Class<?>> stored = subtypes("com.sun.jna.Structure").stream()
			.flatMap((structure) -> Arrays.stream(structure.getDeclaredFields()))
			.map(Field::getType);
		assertThat(Stream.concat(passed, stored).filter(jna("com.sun.jna.NativeMapped")::isAssignableFrom).distinct())
			.hasSizeGreaterThan(2)
			.allSatisfy((type) -> {
				Constructor<?> constructor = type.getDeclaredConstructor();
				assertRegistered(RuntimeHintsPredicates.reflection().onConstructorInvocation(constructor), constructor);
			});
	}

	@Test
	void nativeMethodsCanBeRegisteredByJni() {
		List<Class<?>> mapped = core.stream()
			.filter((type) -> Arrays.stream(type.getDeclaredMethods())
				.anyMatch((method) -> Modifier.isNative(method.getModifiers())))
			.toList();
		assertThat(mapped).isNotEmpty().allSatisfy((type) -> {
			assertThat(hints.jni().getTypeHint(type)).isNotNull();
			for (Method method : type.getDeclaredMethods()) {
				assertRegistered(RuntimeHintsPredicates.reflection().onMethodInvocation(method), method);
			}
		});
	}

	@Test
	void whatIsLookedUpInTheJdkIsFound() {
		List<JdkLookups> lookups = core.stream()
			.filter((type) -> type.getPackageName().equals("io.github.qos4j.internal.jdk"))
			.map(JdkLookups::of)
			.toList();
		assertThat(lookups).flatExtracting(JdkLookups::types)
			.hasSizeGreaterThan(9)
			.allSatisfy((type) -> assertRegistered(
					RuntimeHintsPredicates.reflection().onType(TypeReference.of((String) type)), type));
		assertThat(lookups).flatExtracting(JdkLookups::members).hasSizeGreaterThan(22).allSatisfy((found) -> {
			JdkLookups.Member member = (JdkLookups.Member) found;
			TypeHint hint = hints.reflection().getTypeHint(member.owner());
			assertThat(hint).as("hint for %s", member.owner()).isNotNull();
			assertThat(names(hint)).as("hint for %s", member.owner()).contains(member.name());
		});
	}

	@Test
	void noOtherPackageLooksAnythingUp() {
		assertThat(core).filteredOn((type) -> !type.getPackageName().equals("io.github.qos4j.internal.jdk"))
			.hasSizeGreaterThan(50)
			.allSatisfy((type) -> {
				JdkLookups lookups = JdkLookups.of(type);
				assertThat(lookups.types()).as("types looked up by %s", type).isEmpty();
				assertThat(lookups.members()).as("members looked up by %s", type).isEmpty();
			});
	}

	@Test
	void theTrustedLookupIsFoundByJni() {
		TypeHint lookup = hints.jni().getTypeHint(TypeReference.of("java.lang.invoke.MethodHandles$Lookup"));
		assertThat(lookup).isNotNull();
		assertThat(names(lookup)).containsExactly("IMPL_LOOKUP");
	}

	@Test
	void whatIsFoundByJniExists() throws ReflectiveOperationException {
		for (TypeHint hint : hints.jni().typeHints().toList()) {
			assertExists(hint);
		}
	}

	@Test
	void whatIsFoundByReflectionExists() throws ReflectiveOperationException {
		for (TypeHint hint : hints.reflection().typeHints().toList()) {
			assertExists(hint);
		}
	}

	@Test
	void nativeLibrariesOfJnaAreInTheImage() {
		for (String library : List.of("linux-x86-64/libjnidispatch.so", "linux-aarch64/libjnidispatch.so",
				"win32-x86-64/jnidispatch.dll", "win32-aarch64/jnidispatch.dll", "darwin-x86-64/libjnidispatch.jnilib",
				"darwin-aarch64/libjnidispatch.jnilib")) {
			String path = "com/sun/jna/" + library;
			assertThat(jna("com.sun.jna.Native").getClassLoader().getResource(path)).as(path).isNotNull();
			assertRegistered(RuntimeHintsPredicates.resource().forResource(path), path);
		}
	}

	@Test
	void socketFactoriesCanBeCreatedByTheirName() throws ReflectiveOperationException {
		for (Class<?> factory : List.of(QosSocketFactory.class, QosSSLSocketFactory.class)) {
			for (Constructor<?> constructor : List.of(factory.getConstructor(), factory.getConstructor(String.class))) {
				assertRegistered(RuntimeHintsPredicates.reflection().onConstructorInvocation(constructor), constructor);
			}
			assertRegistered(
					RuntimeHintsPredicates.reflection().onMethodInvocation(factory.getDeclaredMethod("getDefault")),
					factory);
		}
		Constructor<?> mysql = Class.forName("io.github.qos4j.boot.client.mysql.QosMysqlSocketFactory")
			.getConstructor();
		assertRegistered(RuntimeHintsPredicates.reflection().onConstructorInvocation(mysql), mysql);
	}

	@Test
	void protocolOfTomcatCanBeCreatedByItsName() throws ReflectiveOperationException {
		Constructor<?> protocol = Class.forName("io.github.qos4j.boot.server.tomcat.QosHttp11NioProtocol")
			.getConstructor();
		assertRegistered(RuntimeHintsPredicates.reflection().onConstructorInvocation(protocol), protocol);
	}

	@Test
	void listenerOfAnotherProtocolIsFound() throws ReflectiveOperationException {
		assertRegistered(RuntimeHintsPredicates.reflection()
			.onMethodInvocation("org.apache.coyote.AbstractProtocol", "getEndpoint"), "getEndpoint");
		assertRegistered(
				RuntimeHintsPredicates.reflection()
					.onMethodInvocation("org.apache.tomcat.util.net.NioEndpoint", "getServerSocket"),
				"getServerSocket");
	}

	@Test
	void metadataThatIsMissingIsTold() {
		assertThatIllegalStateException()
			.isThrownBy(() -> ReachabilityMetadata.read("none.json", getClass().getClassLoader()))
			.withMessageContaining("none.json");
	}

	private static void assertRegistered(Predicate<RuntimeHints> predicate, Object what) {
		assertThat(predicate.test(hints)).as("hint for %s", what).isTrue();
	}

	private static void assertExists(TypeHint hint) throws ReflectiveOperationException {
		Class<?> type = ClassUtils.forName(hint.getType().getName(), null);
		hint.fields()
			.forEach((field) -> assertThat(Arrays.stream(type.getDeclaredFields()).map(Field::getName))
				.as("fields of %s", type)
				.contains(field.getName()));
		hint.constructors()
			.forEach((constructor) -> assertThat(type.getDeclaredConstructors())
				.as("%s%s", type, constructor.getParameterTypes())
				.anyMatch((existing) -> names(existing.getParameterTypes())
					.equals(references(constructor.getParameterTypes()))));
		hint.methods()
			.forEach((method) -> assertThat(type.getDeclaredMethods())
				.as("%s.%s%s", type, method.getName(), method.getParameterTypes())
				.anyMatch((existing) -> existing.getName().equals(method.getName())
						&& names(existing.getParameterTypes()).equals(references(method.getParameterTypes()))));
	}

	private static List<String> names(Class<?>[] types) {
		return Arrays.stream(types).map(Class::getTypeName).toList();
	}

	private static List<String> references(List<TypeReference> types) {
		return types.stream().map(TypeReference::getName).toList();
	}

	private static List<String> names(TypeHint hint) {
		return Stream
			.concat(Objects.requireNonNull(hint).fields().map((field) -> field.getName()),
					hint.methods().map((method) -> method.getName()))
			.toList();
	}

	private static List<Class<?>> subtypes(String name) {
		return core.stream().filter(jna(name)::isAssignableFrom).toList();
	}

	private static List<Class<?>> interfaces(String name) {
		return subtypes(name).stream().filter(Class::isInterface).toList();
	}

	private static Class<?> jna(String name) {
		return ClassUtils.resolveClassName(name, QosRuntimeHintsTests.class.getClassLoader());
	}

}
