package io.github.qos4j.boot.autoconfigure;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.FakeBackend;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what contexts leave behind in their virtual machine.
 */
@Timeout(300)
class ManyContextsTests {

	private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

	@Test
	void leaveNoSessionThreadOrDescriptor() throws Exception {
		FakeBackend backend = FakeBackend.opening();
		// Loads every class and settles what is opened once.
		runContexts(backend, 20);
		awaitNoThread();
		long descriptors = countDescriptors();
		runContexts(backend, 980);
		awaitNoThread();
		Awaitility.await().untilAsserted(() -> assertThat(backend.closed()).isEqualTo(backend.opened()));
		// Half of the contexts wait until the handle is open; others can be closed
		// sooner.
		assertThat(backend.opened()).isBetween(500, 1000);
		// A few may be open just now, for logs or classes.
		assertThat(countDescriptors()).isLessThan(descriptors + 20);
	}

	private static void runContexts(FakeBackend backend, int number) {
		for (int i = 0; i < number; i += 4) {
			try (AnnotationConfigApplicationContext context = context(backend)) {
				context.refresh();
			}
			try (AnnotationConfigApplicationContext context = context(backend)) {
				context.refresh();
				context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			}
			refreshFails(backend, Failing.class);
			refreshFails(backend, FailingWhenOpen.class);
		}
	}

	private static void refreshFails(FakeBackend backend, Class<?> configuration) {
		try (AnnotationConfigApplicationContext context = context(backend)) {
			context.register(configuration);
			assertThatExceptionOfType(BeanCreationException.class).isThrownBy(context::refresh)
				.withRootCauseInstanceOf(IllegalStateException.class);
		}
	}

	private static AnnotationConfigApplicationContext context(FakeBackend backend) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(QosAutoConfiguration.class);
		context.registerBean(QosHandleBuilderCustomizer.class, () -> (builder) -> backend.applyTo(builder));
		return context;
	}

	private static void awaitNoThread() {
		Awaitility.await().untilAsserted(() -> assertThat(threads()).isEmpty());
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("qos-"))
			.toList();
	}

	private static long countDescriptors() throws Exception {
		if (!Files.isDirectory(DESCRIPTORS)) {
			return 0;
		}
		try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
			return descriptors.count();
		}
	}

	@Test
	void leaveClassLoaderOfApplication() {
		WeakReference<ClassLoader> application = new WeakReference<>(runApplicationInItsOwnClassLoader());
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
			System.gc();
			return application.get() == null;
		});
	}

	/**
	 * As development tools do, which throw the class loader away at each restart.
	 */
	private static ClassLoader runApplicationInItsOwnClassLoader() {
		URL classes = Own.class.getProtectionDomain().getCodeSource().getLocation();
		Thread thread = Thread.currentThread();
		ClassLoader before = thread.getContextClassLoader();
		try (ApplicationClassLoader loader = new ApplicationClassLoader(classes, before)) {
			thread.setContextClassLoader(loader);
			runApplication(loader);
			return loader;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			thread.setContextClassLoader(before);
		}
	}

	private static void runApplication(ClassLoader loader) throws Exception {
		Class<?> own = loader.loadClass(Own.class.getName());
		assertThat(own).isNotSameAs(Own.class);
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.setClassLoader(loader);
			context.register(own, QosAutoConfiguration.class);
			context.refresh();
			context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			assertThat(context.getBean(QosHandle.class).name()).isEqualTo("own");
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Failing {

		@Bean
		Object failing(QosHandle handle) {
			throw new IllegalStateException("while the handle is opening");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FailingWhenOpen {

		@Bean
		Object failing(QosHandle handle) {
			handle.awaitOpen(Duration.ofSeconds(30));
			throw new IllegalStateException("while the handle is open");
		}

	}

	/**
	 * The one class of an application.
	 */
	@Configuration(proxyBeanMethods = false)
	public static class Own {

		@Bean
		public QosHandleBuilderCustomizer customizer() {
			return (builder) -> builder.name("own").backend("recording");
		}

	}

	/**
	 * Loads the application's class by itself, and everything else from its parent.
	 */
	private static final class ApplicationClassLoader extends URLClassLoader {

		ApplicationClassLoader(URL classes, ClassLoader parent) {
			super(new URL[] { classes }, parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.equals(Own.class.getName())) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : findClass(name);
			}
		}

	}

}
