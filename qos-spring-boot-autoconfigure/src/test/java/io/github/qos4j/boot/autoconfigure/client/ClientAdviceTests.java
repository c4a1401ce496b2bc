package io.github.qos4j.boot.autoconfigure.client;

import java.util.List;

import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.autoconfigure.QosAutoConfiguration;
import io.github.qos4j.boot.autoconfigure.policy.QosPolicyAutoConfiguration;
import io.github.qos4j.boot.client.ClientMarker;
import io.github.qos4j.boot.client.TestPolicies;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.recording.RecordingBackend;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ClientAdvice}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClientAdviceTests {

	private static final QosPolicy MEDIA = TestPolicies.remote("media", TrafficType.VOICE, "10.0.0.0/8");

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	@Test
	void tellsOfClientsOfTheJdk() {
		this.beans.registerSingleton("blocking", ClientHttpRequestFactoryBuilder.jdk());
		this.beans.registerSingleton("reactive", ClientHttpConnectorBuilder.jdk());
		assertThat(warnings("Linux", false, null, MEDIA)).satisfiesExactly(
				(first) -> assertThat(first).startsWith("RestClient and RestTemplate use the HTTP client of the JDK")
					.contains("org.apache.httpcomponents.client5:httpclient5")
					.endsWith(", or set qos.process.enabled=true"),
				(second) -> assertThat(second).startsWith("WebClient uses the HTTP client of the JDK"));
	}

	@Test
	void tellsOfHttpUrlConnection() {
		this.beans.registerSingleton("client", ClientHttpRequestFactoryBuilder.simple());
		assertThat(warnings("Linux", false, null, MEDIA)).singleElement().asString().contains("HttpURLConnection");
	}

	@Test
	void tellsNothingOfClientsThatAreMarked() {
		this.beans.registerSingleton("blocking", ClientHttpRequestFactoryBuilder.httpComponents());
		this.beans.registerSingleton("reactive", ClientHttpConnectorBuilder.jetty());
		this.beans.registerSingleton("other", "text");
		assertThat(warnings("Linux", false, null, MEDIA)).isEmpty();
	}

	@Test
	void tellsNothingWhereProcessIsLookedThrough() {
		this.beans.registerSingleton("client", ClientHttpRequestFactoryBuilder.jdk());
		assertThat(warnings("Linux", true, null, MEDIA)).isEmpty();
		assertThat(warnings("Windows 11", true, null, MEDIA)).isNotEmpty();
	}

	@Test
	void tellsNothingWithoutPolicyOfClients() {
		this.beans.registerSingleton("client", ClientHttpRequestFactoryBuilder.jdk());
		QosFlowOptions voice = QosFlowOptions.of(TrafficType.VOICE);
		PolicyMatch server = new PolicyMatch(List.of(), List.of(), List.of(new PortRange(443, 443)), null);
		assertThat(warnings("Linux", false, null)).isEmpty();
		assertThat(warnings("Linux", false, null, new QosPolicy("named", voice, null))).isEmpty();
		assertThat(warnings("Linux", false, null, new QosPolicy("server", voice, server))).isEmpty();
		assertThat(warnings("Linux", false, "voice")).hasSize(1);
	}

	@Test
	void tellsCommandsOfWindowsOnce() {
		this.beans.registerSingleton("blocking", ClientHttpRequestFactoryBuilder.jdk());
		this.beans.registerSingleton("reactive", ClientHttpConnectorBuilder.jdk());
		List<String> warnings = warnings("Windows Server 2022", false, "background", MEDIA,
				TestPolicies.remote("host", TrafficType.VOICE, "media.example.org"));
		assertThat(warnings).hasSize(3);
		assertThat(warnings.get(0)).endsWith(", or add the rules below");
		assertThat(warnings.get(2).lines().skip(1)).satisfiesExactly(
				(media) -> assertThat(media).startsWith("New-NetQosPolicy -Name 'qos4j media'"),
				(host) -> assertThat(host).startsWith("New-NetQosPolicy -Name 'qos4j host'"),
				(other) -> assertThat(other).startsWith("New-NetQosPolicy -Name 'qos4j background'"));
	}

	@Test
	void offersOtherClientAloneElsewhere() {
		this.beans.registerSingleton("client", ClientHttpRequestFactoryBuilder.jdk());
		assertThat(warnings("Mac OS X", false, null, MEDIA)).singleElement()
			.asString()
			.endsWith("(io.projectreactor.netty:reactor-netty-http)");
	}

	@Test
	void logsOnceAtTheStart(CapturedOutput output) {
		context("jdk").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output.toString().split("use the HTTP client of the JDK", -1)).hasSize(2);
	}

	@Test
	void logsNothingWithClientThatIsMarked(CapturedOutput output) {
		context("jetty").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain("shows nobody its sockets");
	}

	private ApplicationContextRunner context(String client) {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(QosAutoConfiguration.class, QosPolicyAutoConfiguration.class,
					QosClientAutoConfiguration.class, HttpClientAutoConfiguration.class,
					ImperativeHttpClientAutoConfiguration.class))
			.withPropertyValues("qos.client.policy=voice", "spring.http.clients.imperative.factory=" + client);
	}

	private List<String> warnings(String system, boolean process, @Nullable String policy, QosPolicy... policies) {
		try (var handle = new RecordingBackend().applyTo(io.github.qos4j.QosHandle.builder()).build();
				PolicyMarker marker = new PolicyMarker(handle, QosPolicies.of(List.of(policies)))) {
			return new ClientAdvice(this.beans, new ClientMarker(marker, policy), () -> MarkingProfile.QWAVE, process,
					system)
				.warnings();
		}
	}

}
