package io.github.qos4j.boot.autoconfigure;

import java.time.Duration;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosException;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.boot.DocumentedError;
import io.github.qos4j.boot.FakeBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link QosUnavailableFailureAnalyzer}.
 */
@ExtendWith(OutputCaptureExtension.class)
class QosUnavailableFailureAnalyzerTests {

	private final QosUnavailableFailureAnalyzer analyzer = new QosUnavailableFailureAnalyzer();

	@ParameterizedTest
	@EnumSource
	void explainsDocumentedError(DocumentedError error) {
		FailureAnalysis analysis = analyze(failFast(new QosException(error.error())));
		assertThat(analysis.getDescription()).contains("QoS handle 'qosHandle' is not open")
			.contains("Operation: QOSCreateHandle")
			.contains("Error: " + error.name() + " (" + error.error().code() + ")")
			.contains("Waited: 12 ms, at most 10000 ms");
		assertThat(analysis.getAction()).startsWith(error.error().remedy())
			.contains("qos.fail-fast=false", "qos.open-timeout", "qos.backend=none");
	}

	@Test
	void keepsNumberOfUnknownError() {
		NativeError error = new NativeError("QOSCreateHandle", 4711, null, ErrorCase.UNKNOWN, null);
		FailureAnalysis analysis = analyze(failFast(new QosException(error)));
		assertThat(analysis.getDescription()).contains("Error: unknown error (4711)");
		assertThat(analysis.getAction()).startsWith("The properties that decide about this:");
	}

	@Test
	void explainsFailureWithoutNativeCall() {
		QosException timeout = new QosException(ErrorCase.TIMEOUT, "it has not opened within 10000 ms", null, null);
		FailureAnalysis analysis = analyze(failFast(timeout));
		assertThat(analysis.getDescription()).contains("it has not opened within 10000 ms")
			.doesNotContain("Operation", "Error:");
	}

	@Test
	void whatMayPassIsTriedAgainWithoutFailFast() {
		QosException failure = new QosException(DocumentedError.ERROR_SERVICE_NOT_ACTIVE.error());
		assertThat(analyze(failFast(failure)).getAction()).contains(
				"qos.fail-fast=false: start without QoS; opening is tried again", "qos.open-timeout",
				"qos.backend=none");
	}

	@Test
	void whatIsMissingHereWillNotComeLater() {
		QosException failure = new QosException(ErrorCase.LIBRARY, "No QoS backend can be used", "Install it", null);
		assertThat(analyze(failFast(failure)).getAction()).startsWith("Install it.")
			.contains("qos.fail-fast=false: start all the same; nothing is marked", "qos.backend=none")
			.doesNotContain("again", "later", "qos.open-timeout");
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void backendOfAnotherSystemStopsStartAndPromisesNothing(CapturedOutput output) {
		assertThatExceptionOfType(BeanCreationException.class)
			.isThrownBy(() -> new SpringApplicationBuilder(Plain.class).web(WebApplicationType.NONE)
				.registerShutdownHook(false)
				.run("--qos.fail-fast=true", "--qos.backend=qwave"));
		// The handle's own thread logs that while this one reports the failed start.
		await().untilAsserted(() -> assertThat(output)
			.contains("QoS handle 'qosHandle' cannot be opened: No QoS backend can be used (qwave: "));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Choose the backend 'auto', and run on Windows, Linux or macOS.")
			.doesNotContain("the application goes on", "by itself", "is tried again", "opens later");
	}

	@Test
	void keepsSilentAboutHandleOfUser() {
		QosException error = new QosException(DocumentedError.ERROR_GEN_FAILURE.error());
		assertThat(analyze(new QosUnavailableException("own handle", error))).isNull();
	}

	@Test
	void keepsSilentAboutOtherFailureOfQos() {
		assertThat(analyze(new QosException(DocumentedError.ERROR_GEN_FAILURE.error()))).isNull();
	}

	@Test
	void keepsSilentAboutOtherFailure() {
		assertThat(analyze(new IllegalStateException("something else"))).isNull();
	}

	@Test
	void applicationSaysWhyItDoesNotStart(CapturedOutput output) {
		assertThatExceptionOfType(BeanCreationException.class)
			.isThrownBy(() -> new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
				.registerShutdownHook(false)
				.run("--qos.fail-fast=true"))
			.withStackTraceContaining("ERROR_RESOURCE_DISABLED (4309)");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("QoS handle 'qosHandle' (backend fake) is not open: "
					+ "QOSCreateHandle failed: ERROR_RESOURCE_DISABLED (4309)")
			.contains("Enable the firewall exception for qWAVE")
			.contains("qos.fail-fast=false");
	}

	private FailureAnalysis analyze(RuntimeException failure) {
		return this.analyzer.analyze(new BeanCreationException("qosHandle", "failed", failure));
	}

	private static QosFailFastException failFast(QosException cause) {
		QosUnavailableException unavailable = new QosUnavailableException(
				"QoS handle 'qosHandle' is not open: " + cause.getMessage(), cause);
		return new QosFailFastException(unavailable, Duration.ofMillis(12), Duration.ofSeconds(10));
	}

	@EnableAutoConfiguration
	static class Plain {

	}

	@EnableAutoConfiguration
	static class Application {

		@Bean
		QosHandleBuilderCustomizer failing() {
			return (QosHandle.Builder builder) -> FakeBackend.failing(DocumentedError.ERROR_RESOURCE_DISABLED.error())
				.applyTo(builder);
		}

	}

}
