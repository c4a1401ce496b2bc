package io.github.qos4j.boot.aot;

import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.function.Consumer;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.github.qos4j.Dscp;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.client.QosClientAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.endpoint.QosEndpointAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.process.QosProcessAutoConfiguration;
import io.github.qos4j.policy.PolicyMarker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aot.AotDetector;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.AnnotationConfigRegistry;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that an application that is processed ahead of time has the beans of one that is
 * not. That it marks like it needs a server, and is what {@code verify/aot} proves.
 */
@CompileWithForkedClassLoader
@ExtendWith(OutputCaptureExtension.class)
class AheadOfTimeTests {

	@AfterEach
	void useNothingGenerated() {
		SpringProperties.setProperty(AotDetector.AOT_ENABLED, null);
	}

	@Test
	void backendIsChosenWhenTheApplicationRuns() {
		run(List.of("qos.backend=none"), List.of("qos.backend=recording"),
				(context) -> awaitBackend(context, "recording"));
	}

	@Test
	void valueOfAPropertyIsThatOfTheRun() {
		run(List.of("qos.backend=none", "qos.policies.media.dscp=AF41"),
				List.of("qos.backend=none", "qos.policies.media.dscp=AF42"),
				(context) -> assertThat(context.getBean(PolicyMarker.class).policies().named("media"))
					.hasValueSatisfying((policy) -> assertThat(policy.options().dscp()).isEqualTo(Dscp.parse("AF42"))));
	}

	@Test
	void switchedOffSinceLoadsNothingNative() {
		run(List.of(), List.of("qos.enabled=false"), (context) -> awaitBackend(context, "none"));
	}

	@Test
	void switchedOffInAnotherWordLoadsNothingNative() {
		run(List.of(), List.of("qos.enabled=off"), (context) -> awaitBackend(context, "none"));
	}

	@Test
	void propertyThatWasNotSetThenIsTold(CapturedOutput output) {
		run(List.of("qos.backend=none"),
				List.of("qos.backend=none", "qos.client.policy=voice", "qos.process.enabled=true"), (context) -> {
				});
		assertThat(output).containsOnlyOnce("Property 'qos.client.policy' changes nothing: it was not set")
			.containsOnlyOnce("Property 'qos.process.enabled' changes nothing: it was not set");
	}

	@Test
	void propertyThatWasSetThenIsNot(CapturedOutput output) {
		List<String> properties = List.of("qos.backend=none", "qos.process.enabled=true");
		run(properties, properties, (context) -> {
		});
		assertThat(output).doesNotContain("changes nothing");
	}

	@Test
	void everythingTheEndpointAnswersCanBeWritten() {
		RuntimeHints hints = processed(new AnnotationConfigServletWebServerApplicationContext(),
				List.of("management.endpoints.web.exposure.include=qos"))
			.context()
			.getRuntimeHints();
		assertThat(
				new ClassFileImporter().importPackages("io.github.qos4j.boot.endpoint")
					.stream()
					.map(JavaClass::reflect)
					// What it takes is read by hand.
					.filter((type) -> type.isRecord() && Modifier.isPublic(type.getModifiers())
							&& !type.getName().contains("RequestCriteria")))
			.hasSizeGreaterThan(10)
			.allSatisfy((type) -> {
				for (RecordComponent component : type.getRecordComponents()) {
					assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(component.getAccessor()))
						.as("hint for %s", component.getAccessor())
						.accepts(hints);
				}
			});
	}

	private static Processed processed(GenericApplicationContext context, List<String> properties) {
		TestGenerationContext generation = new TestGenerationContext(AheadOfTimeTests.class);
		((AnnotationConfigRegistry) context).register(Application.class);
		TestPropertyValues.of(properties).applyTo(context);
		String initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation).toString();
		generation.writeGeneratedContent();
		return new Processed(generation, initializer);
	}

	private static void run(List<String> processedWith, List<String> runWith,
			Consumer<GenericApplicationContext> test) {
		Processed processed = processed(new AnnotationConfigApplicationContext(), processedWith);
		TestCompiler.forSystem().with(processed.context()).compile((compiled) -> {
			SpringProperties.setFlag(AotDetector.AOT_ENABLED);
			try (GenericApplicationContext context = new GenericApplicationContext()) {
				TestPropertyValues.of(runWith).applyTo(context);
				initialize(context, compiled.getInstance(ApplicationContextInitializer.class, processed.initializer()));
				context.refresh();
				test.accept(context);
			}
		});
	}

	@SuppressWarnings("unchecked")
	private static void initialize(GenericApplicationContext context, ApplicationContextInitializer<?> initializer) {
		((ApplicationContextInitializer<ConfigurableApplicationContext>) initializer).initialize(context);
	}

	private static void awaitBackend(GenericApplicationContext context, String name) {
		QosHandle handle = context.getBean(QosHandle.class);
		await().untilAsserted(() -> assertThat(handle.status()).returns(HandleState.OPEN, HandleStatus::state)
			.returns(name, HandleStatus::backend));
	}

	private record Processed(TestGenerationContext context, String initializer) {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class,
			QosAutoConfiguration.class, QosPolicyAutoConfiguration.class, QosClientAutoConfiguration.class,
			QosProcessAutoConfiguration.class, QosEndpointAutoConfiguration.class })
	static class Application {

	}

}
