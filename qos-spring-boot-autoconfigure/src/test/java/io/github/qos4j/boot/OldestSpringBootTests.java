package io.github.qos4j.boot;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that all of Spring Boot that this module uses is there, for everybody to use, in
 * the oldest Spring Boot that it promises to run with. What it is compiled with is newer.
 */
class OldestSpringBootTests {

	/** Spring Boot, and HttpClient in the version that comes with it. */
	private static final List<String> PACKAGES = List.of("org.springframework.boot.", "org.apache.hc.");

	private static final Path JARS = Path.of("target/oldest-spring-boot");

	private final JavaClasses ours = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
		.importPackages("io.github.qos4j.boot");

	private URLClassLoader oldest;

	@BeforeEach
	void loadOldest() throws IOException {
		try (Stream<Path> jars = Files.list(JARS)) {
			URL[] urls = jars.map(OldestSpringBootTests::url).toArray(URL[]::new);
			assertThat(urls).hasSizeGreaterThanOrEqualTo(5);
			this.oldest = new OldestSpringBoot(urls, getClass().getClassLoader());
		}
	}

	@AfterEach
	void close() throws IOException {
		this.oldest.close();
	}

	@Test
	void hasEveryClassThatIsUsed() {
		Set<String> used = new TreeSet<>();
		for (JavaClass our : this.ours) {
			our.getDirectDependenciesFromSelf()
				.stream()
				.map((dependency) -> dependency.getTargetClass().getBaseComponentType().getName())
				.filter(OldestSpringBootTests::isOld)
				.forEach(used::add);
		}
		assertThat(used).hasSizeGreaterThan(10)
			.allSatisfy((name) -> assertThat(Modifier.isPublic(load(name).getModifiers())).isTrue());
	}

	@Test
	void hasEveryMemberThatIsUsed() {
		Set<String> used = new TreeSet<>();
		Set<String> missing = new TreeSet<>();
		for (JavaClass our : this.ours) {
			our.getAccessesFromSelf()
				.stream()
				.filter((access) -> isOld(access.getTargetOwner().getName()))
				.forEach((access) -> {
					used.add(access.getTarget().getFullName());
					if (!isUsable(access.getTarget())) {
						missing.add(access.getDescription());
					}
				});
		}
		assertThat(used).hasSizeGreaterThan(10);
		assertThat(missing).isEmpty();
	}

	private static boolean isOld(String name) {
		return PACKAGES.stream().anyMatch(name::startsWith);
	}

	private boolean isUsable(AccessTarget target) {
		Member member = find(load(target.getOwner().getName()), target);
		return member != null && (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0;
	}

	private static @Nullable Member find(Class<?> type, AccessTarget target) {
		if (target instanceof AccessTarget.FieldAccessTarget) {
			return Arrays.stream(type.getFields())
				.filter((field) -> field.getName().equals(target.getName()))
				.findFirst()
				.orElse(null);
		}
		List<String> parameters = ((AccessTarget.CodeUnitAccessTarget) target).getRawParameterTypes()
			.stream()
			.map(JavaClass::getName)
			.toList();
		boolean constructor = target instanceof AccessTarget.ConstructorCallTarget;
		return (constructor ? Arrays.stream(type.getDeclaredConstructors()) : methods(type))
			.filter((member) -> constructor || member.getName().equals(target.getName()))
			.filter((member) -> Arrays.stream(member.getParameterTypes())
				.map(Class::getName)
				.toList()
				.equals(parameters))
			.findFirst()
			.orElse(null);
	}

	private static Stream<Executable> methods(@Nullable Class<?> type) {
		return (type == null) ? Stream.empty() : Stream.concat(Arrays.stream(type.getDeclaredMethods()), Stream
			.concat(methods(type.getSuperclass()), Arrays.stream(type.getInterfaces()).flatMap((i) -> methods(i))));
	}

	private Class<?> load(String name) {
		try {
			return Class.forName(name, false, this.oldest);
		}
		catch (ClassNotFoundException ex) {
			throw new AssertionError(ex);
		}
	}

	private static URL url(Path jar) {
		try {
			return jar.toUri().toURL();
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * Has what comes in these jars from them alone, and everything else from its parent.
	 */
	private static final class OldestSpringBoot extends URLClassLoader {

		OldestSpringBoot(URL[] jars, ClassLoader parent) {
			super(jars, parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!isOld(name)) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : findClass(name);
			}
		}

	}

}
