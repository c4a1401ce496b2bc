package io.github.qos4j.boot.autoconfigure.health;

import java.time.Duration;

import io.github.qos4j.HandleState;
import io.github.qos4j.QosHandle;
import io.github.qos4j.boot.FakeBackend;
import io.github.qos4j.boot.StubHandle;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.QosHandleBuilderCustomizer;
import io.github.qos4j.boot.health.QosHealthIndicator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosHealthContributorAutoConfiguration}.
 */
@Timeout(60)
class QosHealthContributorAutoConfigurationTests {

	private static final AutoConfigurations AUTO_CONFIGURATIONS = AutoConfigurations.of(QosAutoConfiguration.class,
			QosHealthContributorAutoConfiguration.class, HealthContributorAutoConfiguration.class);

	private final ApplicationContextRunner contextRunner = runner(FakeBackend.opening());

	@Test
	void contributesHealthOfHandle() {
		this.contextRunner.run((context) -> {
			context.getBean(QosHandle.class).awaitOpen(Duration.ofSeconds(30));
			assertThat(context).hasBean("qosHealthContributor").hasSingleBean(QosHealthIndicator.class);
			Health health = context.getBean(QosHealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("backend", "fake");
		});
	}

	@Test
	void contributesInServletApplication() {
		new WebApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues("qos.backend=none")
			.run((context) -> assertThat(context).hasSingleBean(QosHealthIndicator.class));
	}

	@Test
	void contributesInReactiveApplication() {
		new ReactiveWebApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withPropertyValues("qos.backend=none")
			.run((context) -> assertThat(context).hasSingleBean(QosHealthIndicator.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.health.qos.enabled=false", "management.health.defaults.enabled=false",
			"qos.enabled=false" })
	void whenDisabledContributesNothing(String property) {
		this.contextRunner.withPropertyValues(property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("qosHealthContributor")
				.doesNotHaveBean(QosHealthProperties.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "qosHealthIndicator", "qosHealthContributor" })
	void backsOffForContributorOfUser(String name) {
		HealthIndicator own = () -> Health.up().build();
		this.contextRunner.withBean(name, HealthIndicator.class, () -> own).run((context) -> {
			assertThat(context).doesNotHaveBean(QosHealthIndicator.class);
			assertThat(context.getBean(name)).isSameAs(own);
		});
	}

	@Test
	void isFoundByApplication() {
		new ApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues("qos.backend=none")
			.run((context) -> assertThat(context).hasSingleBean(QosHealthIndicator.class));
	}

	@Test
	void contributesHealthOfUsersHandle() {
		this.contextRunner.withBean("ownHandle", QosHandle.class, () -> new StubHandle().backend("own"))
			.run((context) -> assertThat(context.getBean(QosHealthIndicator.class).health().getDetails())
				.containsEntry("backend", "own"));
	}

	@Test
	void contributesCompositeForSeveralHandles() {
		this.contextRunner.withBean("first", QosHandle.class, () -> new StubHandle().state(HandleState.OPEN))
			.withBean("second", QosHandle.class, () -> new StubHandle().state(HandleState.UNAVAILABLE))
			.run((context) -> {
				HealthContributor contributor = context.getBean("qosHealthContributor", HealthContributor.class);
				assertThat(contributor).isInstanceOfSatisfying(CompositeHealthContributor.class, (composite) -> {
					assertThat(composite.stream()).extracting(HealthContributors.Entry::name)
						.containsExactly("first", "second");
					assertThat(status(composite, "first")).isEqualTo(Status.UP);
					assertThat(status(composite, "second")).isEqualTo(Status.DOWN);
				});
			});
	}

	@Test
	void whenOpeningHangsHealthIsUnknown() {
		FakeBackend hanging = FakeBackend.hanging();
		try {
			runner(hanging).withPropertyValues("qos.close-timeout=100ms").run((context) -> {
				long start = System.nanoTime();
				Health health = context.getBean(QosHealthIndicator.class).health();
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
				assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
				assertThat(health.getDetails()).containsEntry("handle", "OPENING");
			});
		}
		finally {
			hanging.release();
		}
	}

	@Test
	void appliesTimeoutAndGrace() {
		this.contextRunner.withPropertyValues("management.health.qos.timeout=250ms", "management.health.qos.grace=2m")
			.run((context) -> {
				QosHealthProperties properties = context.getBean(QosHealthProperties.class);
				assertThat(properties.timeout()).isEqualTo(Duration.ofMillis(250));
				assertThat(properties.grace()).isEqualTo(Duration.ofMinutes(2));
			});
	}

	@Test
	void hasDefaults() {
		this.contextRunner.run((context) -> assertThat(context.getBean(QosHealthProperties.class))
			.isEqualTo(new QosHealthProperties(Duration.ofSeconds(1), Duration.ofSeconds(30))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "timeout=0", "timeout=-1s", "grace=-1s" })
	void refusesDuration(String property) {
		this.contextRunner.withPropertyValues("management.health.qos." + property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
						(failure) -> assertThat("management.health.qos." + property).startsWith(failure.getName())));
	}

	@Test
	void graceMayBeZero() {
		this.contextRunner.withPropertyValues("management.health.qos.grace=0")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private static Status status(CompositeHealthContributor composite, String name) {
		return ((HealthIndicator) composite.getContributor(name)).health().getStatus();
	}

	private static ApplicationContextRunner runner(FakeBackend backend) {
		return new ApplicationContextRunner().withConfiguration(AUTO_CONFIGURATIONS)
			.withBean(QosHandleBuilderCustomizer.class, () -> (builder) -> backend.applyTo(builder));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
