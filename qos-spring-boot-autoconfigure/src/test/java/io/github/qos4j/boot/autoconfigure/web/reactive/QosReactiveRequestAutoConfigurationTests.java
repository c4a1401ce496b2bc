package io.github.qos4j.boot.autoconfigure.web.reactive;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;

import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.web.ObservedRequests;
import io.github.qos4j.boot.web.QosTraffic;
import io.github.qos4j.boot.web.reactive.QosRequestWebFilter;
import io.github.qos4j.boot.web.reactive.QosTrafficHandlerAdapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link QosReactiveRequestAutoConfiguration} with a server that runs. Each
 * answer tells the traffic types of the flows that there were when it was written.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class QosReactiveRequestAutoConfigurationTests {

	/** Other servers that the class path of these tests has. */
	private static final String OTHER_SERVERS = String.join(",",
			"org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyReactiveManagementContextAutoConfiguration",
			"org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration",
			"org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration",
			"org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration");

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@Test
	void requestsAreMarkedByTheirHandlers() throws Exception {
		try (ConfigurableApplicationContext context = run(Annotated.class)) {
			assertThat(get(context, "/plain")).isEqualTo("[]");
			assertThat(get(context, "/voice")).isEqualTo("[VOICE]");
			assertThat(get(context, "/control")).isEqualTo("[CONTROL]");
			// It has come on the same connection, which had no mark of its own.
			assertThat(get(context, "/plain")).isEqualTo("[]");
		}
	}

	@Test
	void connectionGetsItsOwnMarkBack() throws Exception {
		try (ConfigurableApplicationContext context = run(Annotated.class, "qos.server.policy=background",
				"qos.server.each-connection=true")) {
			assertThat(get(context, "/plain")).isEqualTo("[BACKGROUND, BACKGROUND]");
			assertThat(get(context, "/voice")).isEqualTo("[BACKGROUND, VOICE]");
			assertThat(get(context, "/plain")).isEqualTo("[BACKGROUND, BACKGROUND]");
		}
	}

	@Test
	void policyOfPathComesBeforeAnnotation() throws Exception {
		try (ConfigurableApplicationContext context = run(Annotated.class,
				"qos.policies.operator.traffic-type=audio-video", "qos.policies.operator.path=/voice")) {
			assertThat(get(context, "/voice")).isEqualTo("[AUDIO_VIDEO]");
			assertThat(get(context, "/control")).isEqualTo("[CONTROL]");
		}
	}

	@Test
	void requestsAreMarkedByTheirPaths() throws Exception {
		try (ConfigurableApplicationContext context = run(Plain.class, "qos.policies.all.traffic-type=control",
				"qos.policies.all.path=/pl*", "spring.webflux.base-path=/app")) {
			assertThat(context.getBeansOfType(QosTrafficHandlerAdapter.class)).isEmpty();
			assertThat(get(context, "/app/plain")).isEqualTo("[CONTROL]");
			assertThat(get(context, "/app/other")).isEqualTo("[]");
		}
	}

	@Test
	void requestsOverHttp2AreNotMarkedAndOneWarningSaysWhy(CapturedOutput output) throws Exception {
		try (ConfigurableApplicationContext context = run(Annotated.class, "server.http2.enabled=true")) {
			HttpClient http2 = HttpClient.newHttpClient();
			for (int i = 0; i < 2; i++) {
				HttpResponse<String> response = http2.send(request(context, "/voice"),
						HttpResponse.BodyHandlers.ofString());
				assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
				assertThat(response.body()).isEqualTo("[]");
			}
			assertThat(output).containsOnlyOnce("Requests over HTTP/2 are not marked");
		}
	}

	@Test
	void observationsSayWhatRequestsWereMarkedWith() throws Exception {
		try (ConfigurableApplicationContext context = run(Observed.class, "qos.policies.operator.dscp=AF41",
				"qos.policies.operator.path=/control")) {
			get(context, "/plain");
			get(context, "/voice");
			get(context, "/control");
			get(context, "/plain");
			context.getBean(ObservedRequests.class)
				.expect("/plain none none", "/voice voice voice", "/control operator audio-video", "/plain none none");
		}
	}

	@Test
	void unknownPolicyOfAnnotationFailsTheStart() {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> run(Wrong.class))
			.withMessageContaining("nobody()")
			.withMessageContaining("nobody");
	}

	@Test
	void withoutPoliciesAndAnnotationsNothingIsThere() {
		try (ConfigurableApplicationContext context = run(Plain.class)) {
			assertThat(context.getBeansOfType(QosRequestWebFilter.class)).isEmpty();
			assertThat(context.getBeansOfType(QosTrafficHandlerAdapter.class)).isEmpty();
		}
	}

	private String get(ConfigurableApplicationContext context, String path) throws Exception {
		HttpResponse<String> response = this.client.send(request(context, path), HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(200);
		return response.body();
	}

	private static HttpRequest request(ConfigurableApplicationContext context, String path) {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();
		return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
	}

	private static ConfigurableApplicationContext run(Class<?> controller, String... properties) {
		String[] arguments = Arrays.stream(properties).map((property) -> "--" + property).toArray(String[]::new);
		return new SpringApplicationBuilder(Application.class, controller).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "qos.backend=recording", "spring.main.banner-mode=off",
					"spring.autoconfigure.exclude=" + OTHER_SERVERS)
			.run(arguments);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	static class Flows {

		private final ObjectProvider<QosHandle> handle;

		Flows(ObjectProvider<QosHandle> handle) {
			this.handle = handle;
		}

		String describe() {
			List<TrafficType> types = this.handle.getObject()
				.flows()
				.stream()
				.map(QosFlow::options)
				.map((options) -> options.trafficType())
				.toList();
			return types.toString();
		}

	}

	@RestController
	@Import(Flows.class)
	static class Plain {

		private final Flows flows;

		Plain(Flows flows) {
			this.flows = flows;
		}

		@GetMapping({ "/plain", "/other" })
		String plain() {
			return this.flows.describe();
		}

	}

	@RestController
	@Import(Flows.class)
	static class Annotated {

		private final Flows flows;

		Annotated(Flows flows) {
			this.flows = flows;
		}

		@GetMapping("/plain")
		String plain() {
			return this.flows.describe();
		}

		@GetMapping("/voice")
		@QosTraffic(TrafficType.VOICE)
		String voice() {
			return this.flows.describe();
		}

		@GetMapping("/control")
		@QosTraffic(policy = "control")
		String control() {
			return this.flows.describe();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import({ Annotated.class, ObservedRequests.class })
	static class Observed {

	}

	@RestController
	static class Wrong {

		@GetMapping("/nobody")
		@QosTraffic(policy = "nobody")
		String nobody() {
			return "";
		}

	}

}
