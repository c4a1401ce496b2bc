package io.github.qos4j.boot;

import java.net.DatagramSocket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.event.QosEvent;
import io.github.qos4j.boot.metrics.QosMeters;
import io.github.qos4j.recording.RecordingBackend;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that meters and events are neither doubled nor lost where an application has
 * several contexts.
 */
@Timeout(120)
class ContextHierarchyTests {

	private static final String[] PROPERTIES = { "qos.backend=recording", "qos.events.enabled=true",
			"spring.main.banner-mode=off", "server.port=0" };

	@Test
	void handleOfTheParentIsMeasuredAndToldOfOnce() {
		run(AutoConfigured.class, AutoConfigured.class, (child) -> {
			ConfigurableApplicationContext parent = (ConfigurableApplicationContext) child.getParent();
			QosHandle handle = child.getBean(QosHandle.class);
			assertThat(parent.getBean(QosHandle.class)).isSameAs(handle);
			useFlow(handle);
			assertMeasuredOnce(child, "qosHandle");
			assertToldOfFlowOnce(parent, handle);
			assertToldOfFlowOnce(child, handle);
		});
	}

	@Test
	void eachChildIsToldUntilItIsClosed() {
		SpringApplicationBuilder parent = builder(AutoConfigured.class);
		try (ConfigurableApplicationContext root = parent.run()) {
			ConfigurableApplicationContext first = parent.child(AutoConfigured.class).run();
			ConfigurableApplicationContext second = parent.child(AutoConfigured.class).run();
			QosHandle handle = root.getBean(QosHandle.class);
			useFlow(handle);
			assertToldOfFlowOnce(first, handle);
			assertToldOfFlowOnce(second, handle);
			Told told = local(first);
			first.close();
			told.events.clear();
			local(root).events.clear();
			local(second).events.clear();
			useFlow(handle);
			assertToldOfFlowOnce(root, handle);
			assertToldOfFlowOnce(second, handle);
			assertThat(told.events).isEmpty();
			second.close();
		}
	}

	@Test
	void handleOfTheChildIsMeasuredAndToldOfOnce() {
		run(AutoConfigured.class, OwnHandle.class, (child) -> {
			QosHandle handle = child.getBean("own", QosHandle.class);
			useFlow(handle);
			assertMeasuredOnce(child, "own");
			assertToldOfFlowOnce(child.getParent(), handle);
			assertToldOfFlowOnce(child, handle);
		});
	}

	@Test
	void childThatAloneIsAutoConfiguredMeasuresTheHandleOfItsParent() {
		run(PlainHandle.class, AutoConfigured.class, (child) -> {
			assertThat(child.getBean(QosHandle.class)).isSameAs(child.getParent().getBean("plain"));
			assertThat(child.getBean(MeterRegistry.class).find("qos.handle.paused").gauges())
				.extracting((gauge) -> gauge.getId().getTag("handle"))
				.containsExactly("plain");
		});
	}

	@Test
	void managementServerOfItsOwnDoublesNothing() {
		try (ConfigurableApplicationContext context = builder(AutoConfigured.class).web(WebApplicationType.SERVLET)
			.properties("management.server.port=0",
					// Of the servers that are on the class path.
					"spring.autoconfigure.exclude=org.springframework.boot.jetty.autoconfigure.actuate.web.server."
							+ "JettyServletManagementContextAutoConfiguration")
			.run()) {
			QosHandle handle = context.getBean(QosHandle.class);
			useFlow(handle);
			assertMeasuredOnce(context, "qosHandle");
			assertToldOfFlowOnce(context, handle);
		}
	}

	private static void run(Class<?> parent, Class<?> child, Consumer<ConfigurableApplicationContext> test) {
		ConfigurableApplicationContext context = builder(parent).child(child).run();
		try (ConfigurableApplicationContext above = (ConfigurableApplicationContext) context.getParent(); context) {
			test.accept(context);
		}
	}

	private static SpringApplicationBuilder builder(Class<?> configuration) {
		return new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE).properties(PROPERTIES);
	}

	private static void useFlow(QosHandle handle) {
		try (DatagramSocket socket = new DatagramSocket(); QosFlow flow = handle.addFlow(socket, TrafficType.VOICE)) {
			await().until(() -> flow.state() == FlowState.ACTIVE);
		}
		catch (SocketException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void assertMeasuredOnce(ConfigurableApplicationContext context, String handle) {
		MeterRegistry registry = context.getBean(MeterRegistry.class);
		assertThat(context.getBeanProvider(QosMeters.class).stream()).hasSize(1);
		eventually(() -> {
			assertThat(registry.get("qos.operations").tags("handle", handle, "operation", "add-flow").timers())
				.singleElement()
				.satisfies((timer) -> assertThat(timer.count()).isOne());
			assertThat(registry.get("qos.handle.paused").tag("handle", handle).gauges()).hasSize(1);
		});
	}

	private static void assertToldOfFlowOnce(ApplicationContext context, QosHandle handle) {
		Told told = local(context);
		eventually(() -> assertThat(told.of(handle)).endsWith("Added", "Active", "Closed"));
		assertThat(told.of(handle)).containsOnlyOnce("Added").containsOnlyOnce("Active");
	}

	private static Told local(ApplicationContext context) {
		return context.getBean(Told.class);
	}

	private static void eventually(ThrowingRunnable assertions) {
		await().ignoreExceptions().untilAsserted(assertions);
	}

	static class Told {

		private final List<QosEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void tell(QosEvent event) {
			this.events.add(event);
		}

		List<String> of(QosHandle handle) {
			return this.events.stream()
				.filter((event) -> event.handle() == handle)
				.map((event) -> event.getClass().getSimpleName())
				.toList();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Told.class)
	static class AutoConfigured {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Told.class)
	static class OwnHandle {

		@Bean
		QosHandle own(QosHandle.Builder builder) {
			return builder.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PlainHandle {

		@Bean
		QosHandle plain() {
			return new RecordingBackend().applyTo(QosHandle.builder()).build();
		}

	}

}
