package io.github.qos4j.boot.autoconfigure.server.reactor;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.server.reactor.ReactorMarkingCustomizer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosReactorServerAutoConfiguration} with a server that runs.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class QosReactorServerAutoConfigurationTests {

	/** Other servers that the class path of these tests has. */
	private static final String OTHER_SERVERS = String.join(",",
			"org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyReactiveManagementContextAutoConfiguration",
			"org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration",
			"org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatReactiveManagementContextAutoConfiguration",
			"org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration");

	@Test
	void listenerIsMarkedAndConnectionsInherit() throws Exception {
		try (ConfigurableApplicationContext context = run("qos.server.policy=voice")) {
			QosHandle handle = context.getBean(QosHandle.class);
			assertThat(handle.flows()).singleElement().satisfies((flow) -> isMarked(flow, 56));
			assertThat(handle.flows().get(0).toString()).contains("listener");
			assertThat(get(context, HttpClient.Version.HTTP_1_1).body()).isEqualTo("hello");
			// The very first ones may be older than the listener's mark.
			Awaitility.await().until(() -> {
				int before = handle.flows().size();
				get(context, HttpClient.Version.HTTP_1_1);
				return handle.flows().size() == before;
			});
			assertThat(handle.flows()).allSatisfy((flow) -> isMarked(flow, 56));
		}
	}

	@Test
	void eachConnectionIsMarkedWhereThatIsWanted() throws Exception {
		try (ConfigurableApplicationContext context = run("qos.server.policy=voice", "qos.server.each-connection=true",
				"server.http2.enabled=true")) {
			QosHandle handle = context.getBean(QosHandle.class);
			// The streams of HTTP/2 share their connection.
			HttpClient client = HttpClient.newHttpClient();
			for (int i = 0; i < 2; i++) {
				HttpResponse<String> response = client.send(request(context), HttpResponse.BodyHandlers.ofString());
				assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
			}
			assertThat(handle.flows()).hasSize(2).allSatisfy((flow) -> isMarked(flow, 56));
		}
	}

	@Test
	void connectionsThatPolicyMatchesAreMarked() throws Exception {
		try (ConfigurableApplicationContext context = run("qos.policies.local.dscp=AF41",
				"qos.policies.local.remote-address=127.0.0.0/8")) {
			QosHandle handle = context.getBean(QosHandle.class);
			assertThat(handle.flows()).isEmpty();
			HttpClient client = HttpClient.newHttpClient();
			client.send(request(context), HttpResponse.BodyHandlers.ofString());
			assertThat(handle.flows()).singleElement().satisfies((flow) -> isMarked(flow, 34));
		}
	}

	@Test
	void managementServerHasItsOwnPolicy() {
		try (ConfigurableApplicationContext context = run("qos.server.policy=voice",
				"qos.management.server.policy=background", "management.server.port=0")) {
			assertThat(types(context)).containsExactlyInAnyOrder(TrafficType.VOICE, TrafficType.BACKGROUND);
		}
	}

	@Test
	void managementServerNeverTakesThePolicyOfTheServer() {
		try (ConfigurableApplicationContext context = run("qos.server.policy=voice", "management.server.port=0")) {
			assertThat(types(context)).containsExactly(TrafficType.VOICE);
		}
	}

	@Test
	void listenerIsUnmarkedWithTheServer() {
		QosHandle handle;
		try (ConfigurableApplicationContext context = run("qos.server.policy=voice")) {
			handle = context.getBean(QosHandle.class);
		}
		Awaitility.await().untilAsserted(() -> assertThat(handle.flows()).isEmpty());
	}

	@Test
	void withoutPolicyNothingIsThere() {
		try (ConfigurableApplicationContext context = run()) {
			assertThat(context.getBeansOfType(ReactorMarkingCustomizer.class)).isEmpty();
			assertThat(context.getBean(QosHandle.class).flows()).isEmpty();
		}
	}

	private static void isMarked(QosFlow flow, int dscp) {
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(flow.marking().applied()).isEqualTo(Dscp.of(dscp));
	}

	private static List<TrafficType> types(ConfigurableApplicationContext context) {
		return context.getBean(QosHandle.class).flows().stream().map((flow) -> flow.options().trafficType()).toList();
	}

	private static HttpResponse<String> get(ConfigurableApplicationContext context, HttpClient.Version version)
			throws Exception {
		return HttpClient.newBuilder()
			.version(version)
			.build()
			.send(request(context), HttpResponse.BodyHandlers.ofString());
	}

	private static HttpRequest request(ConfigurableApplicationContext context) {
		int port = ((WebServerApplicationContext) context).getWebServer().getPort();
		InetSocketAddress address = new InetSocketAddress("127.0.0.1", port);
		return HttpRequest.newBuilder(URI.create("http:/" + address + "/hello")).build();
	}

	private static ConfigurableApplicationContext run(String... properties) {
		String[] arguments = Arrays.stream(properties).map((property) -> "--" + property).toArray(String[]::new);
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.REACTIVE)
			.properties("server.port=0", "qos.backend=socket", "spring.main.banner-mode=off",
					"spring.autoconfigure.exclude=" + OTHER_SERVERS)
			.run(arguments);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Hello.class)
	static class Application {

	}

	@RestController
	static class Hello {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

	}

}
