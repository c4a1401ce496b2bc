package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.HandleState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.boot.DocumentedError;
import io.github.qos4j.boot.FakeBackend;
import io.github.qos4j.boot.StubHandle;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link FailFast} and {@code qos.fail-fast}.
 */
@Timeout(60)
class FailFastTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class));

	@Test
	void startsWithOpenHandle() {
		FakeBackend backend = FakeBackend.opening();
		runner(backend).withPropertyValues("qos.fail-fast=true")
			.run((context) -> assertThat(context.getBean(QosHandle.class).state()).isEqualTo(HandleState.OPEN));
		assertThat(backend.closed()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void documentedErrorStopsStart(DocumentedError error) {
		runner(FakeBackend.failing(error.error())).withPropertyValues("qos.fail-fast=true").run((context) -> {
			QosUnavailableException failure = failureOf(context);
			assertThat(failure).hasMessageContaining(error.error().toString());
			assertThat(failure.operation()).isEqualTo("QOSCreateHandle");
			assertThat(failure.code()).hasValue(error.error().code());
			assertThat(failure.symbol()).isEqualTo(error.name());
			assertThat(failure.remedy()).isEqualTo(error.error().remedy());
		});
	}

	@ParameterizedTest
	@EnumSource
	void withoutFailFastDocumentedErrorIsSurvived(DocumentedError error) {
		runner(FakeBackend.failing(error.error())).run((context) -> {
			assertThat(context).hasNotFailed();
			QosHandle handle = context.getBean(QosHandle.class);
			Awaitility.await().until(() -> handle.state() == HandleState.UNAVAILABLE);
			assertThat(handle.status().reason()).isEqualTo(error.error().toString());
		});
	}

	@Test
	void failedHandleIsNotTriedAgain() {
		FakeBackend backend = FakeBackend.failing(DocumentedError.ERROR_GEN_FAILURE.error());
		runner(backend)
			.withPropertyValues("qos.fail-fast=true", "qos.recovery.initial-backoff=1ms",
					"qos.recovery.max-backoff=1ms")
			.run((context) -> {
				failureOf(context);
				int calls = backend.openCalls();
				Awaitility.await()
					.during(Duration.ofMillis(200))
					.untilAsserted(() -> assertThat(backend.openCalls()).isEqualTo(calls));
			});
	}

	@Test
	void openingThatHangsStopsStartAndIsClosedOnceItReturns() {
		FakeBackend backend = FakeBackend.hanging();
		try {
			runner(backend).withPropertyValues("qos.fail-fast=true", "qos.open-timeout=150ms", "qos.close-timeout=50ms")
				.run((context) -> {
					QosFailFastException failure = failureOf(context);
					assertThat(failure.errorCase()).isEqualTo(ErrorCase.TIMEOUT);
					assertThat(failure).hasMessageContaining("within 150 ms");
					assertThat(failure.openTimeout()).isEqualTo(Duration.ofMillis(150));
					assertThat(failure.waited()).isBetween(Duration.ofMillis(149), Duration.ofSeconds(30));
				});
			assertThat(backend.opened()).isZero();
		}
		finally {
			backend.release();
		}
		Awaitility.await().untilAsserted(() -> assertThat(backend.closed()).isEqualTo(1));
		assertThat(backend.opened()).isEqualTo(1);
	}

	@Test
	void handleOfUserStopsStartToo() {
		FakeBackend backend = FakeBackend.failing(DocumentedError.ERROR_SERVICE_DISABLED.error());
		runner(backend).withPropertyValues("qos.fail-fast=true")
			.withUserConfiguration(OwnHandle.class)
			.run((context) -> assertThat(failureOf(context)).hasMessageContaining("QoS handle 'own'"));
		assertThat(backend.opened()).isEqualTo(backend.closed());
	}

	@Test
	void noneByNameIsNoFailure() {
		this.contextRunner.withPropertyValues("qos.fail-fast=true", "qos.backend=none")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void fallingBackToNoneIsFailure() {
		QosException refusal = new QosUnavailableException(ErrorCase.LIBRARY, "No QoS backend can be used", "Add JNA",
				null);
		StubHandle handle = new StubHandle().backend("none").failure(refusal.getMessage(), refusal, null);
		assertThatExceptionOfType(QosFailFastException.class)
			.isThrownBy(() -> FailFast.check(handle, Duration.ofSeconds(1)))
			.withMessage("QoS handle 'stub' would mark nothing: No QoS backend can be used")
			.satisfies((failure) -> assertThat(failure.remedy()).isEqualTo("Add JNA"));
		assertThat(handle.isClosed()).isTrue();
	}

	@Test
	void openHandleIsLeftOpen() {
		StubHandle handle = new StubHandle();
		FailFast.check(handle, Duration.ofSeconds(1));
		assertThat(handle.isClosed()).isFalse();
	}

	private static QosFailFastException failureOf(AssertableApplicationContext context) {
		Throwable failure = context.getStartupFailure();
		while (failure != null && !(failure instanceof QosFailFastException)) {
			failure = failure.getCause();
		}
		assertThat(failure).isNotNull();
		return (QosFailFastException) failure;
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnHandle {

		@Bean
		QosHandle own(QosHandle.Builder builder) {
			return builder.name("own").build();
		}

	}

	private ApplicationContextRunner runner(FakeBackend backend) {
		return this.contextRunner.withBean(QosHandleBuilderCustomizer.class,
				() -> (builder) -> backend.applyTo(builder));
	}

}
