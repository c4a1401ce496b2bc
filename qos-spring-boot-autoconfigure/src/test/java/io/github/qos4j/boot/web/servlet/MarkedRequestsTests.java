package io.github.qos4j.boot.web.servlet;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.server.HttpConnection;
import io.github.qos4j.boot.server.WebServers;
import io.github.qos4j.boot.web.ObservedRequests;
import io.github.qos4j.boot.web.QosTraffic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.WebMvcObservationAutoConfiguration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for requests of real servers.
 */
@ExtendWith(OutputCaptureExtension.class)
@EnabledOnOs(OS.LINUX)
class MarkedRequestsTests {

	private static final Dscp VOICE = Dscp.of(56);

	private static final Dscp BACKGROUND = Dscp.of(8);

	private static final Dscp EXCELLENT = Dscp.of(40);

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource
	void requestsOfOneConnectionHaveMarksOfTheirOwn(WebServers server) {
		calls(server).run((context) -> {
			try (HttpConnection connection = HttpConnection.to(port(context))) {
				getMarked(context, connection, "/calls/voice", VOICE);
				getMarked(context, connection, "/calls/meta", BACKGROUND);
				getMarked(context, connection, "/calls/usual", EXCELLENT);
				getMarked(context, connection, "/plain");
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void requestsOfConnectionWithOwnMarkReturnToIt(WebServers server) {
		calls(server).withPropertyValues("qos.server.policy=excellent-effort", "qos.server.each-connection=true")
			.run((context) -> {
				try (HttpConnection connection = HttpConnection.to(port(context))) {
					getMarked(context, connection, "/calls/voice", VOICE);
					getMarked(context, connection, "/plain", EXCELLENT);
				}
			});
	}

	@ParameterizedTest
	@EnumSource
	void markIsLeftWhenRequestEnds(WebServers server) {
		calls(server).run((context) -> {
			try (HttpConnection connection = HttpConnection.to(port(context));
					HttpConnection other = HttpConnection.to(port(context))) {
				connection.get("/calls/voice");
				other.get("/plain");
				assertThat(marks(context, connection)).containsExactly(VOICE);
				assertThat(marks(context, other)).isEmpty();
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void pathComesBeforeAnnotation(WebServers server) {
		calls(server)
			.withPropertyValues("qos.policies.backups.traffic-type=background",
					"qos.policies.backups.path=/calls/voice")
			.run((context) -> {
				try (HttpConnection connection = HttpConnection.to(port(context))) {
					getMarked(context, connection, "/calls/voice?x=y", BACKGROUND);
				}
			});
	}

	@ParameterizedTest
	@EnumSource
	void asynchronousRequestKeepsMark(WebServers server) {
		calls(server).run((context) -> {
			try (HttpConnection connection = HttpConnection.to(port(context))) {
				assertThat(connection.get("/calls/async")).isEqualTo("async");
				assertThat(marks(context, connection)).containsExactly(VOICE);
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	@EnabledForJreRange(min = JRE.JAVA_21)
	void marksRequestsOfVirtualThreads(WebServers server) {
		calls(server).withPropertyValues("spring.threads.virtual.enabled=true").run((context) -> {
			try (HttpConnection connection = HttpConnection.to(port(context))) {
				getMarked(context, connection, "/calls/voice", VOICE);
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void marksRequestsOverTls(WebServers server) throws Exception {
		calls(server).withPropertyValues(tls()).run((context) -> {
			try (HttpConnection connection = HttpConnection.overTls(port(context))) {
				getMarked(context, connection, "/calls/voice", VOICE);
				getMarked(context, connection, "/calls/meta", BACKGROUND);
			}
		});
	}

	@ParameterizedTest
	@EnumSource
	void requestsOverHttp2AreNotMarked(WebServers server, CapturedOutput output) throws Exception {
		calls(server).withPropertyValues(tls())
			.withPropertyValues("server.http2.enabled=true")
			.run((context) -> assertNotMarkedOverHttp2("https", context));
		assertThat(output.toString().split("Requests over HTTP/2 are not marked")).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	void requestsUpgradedToHttp2AreNotMarked(WebServers server, CapturedOutput output) {
		calls(server).withPropertyValues("server.http2.enabled=true")
			.run((context) -> assertNotMarkedOverHttp2("http", context));
		assertThat(output.toString().split("Requests over HTTP/2 are not marked")).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	void observationsOfRequestsOverHttp2SayThatTheyAreNotMarked(WebServers server) {
		observed(server).withPropertyValues("server.http2.enabled=true").run((context) -> {
			assertNotMarkedOverHttp2("http", context);
			context.getBean(ObservedRequests.class).expect("/calls/voice none none", "/calls/voice none none");
		});
	}

	private void assertNotMarkedOverHttp2(String scheme, AssertableWebApplicationContext context) throws Exception {
		HttpClient client = HttpClient.newBuilder().sslContext(HttpConnection.trustingAll()).build();
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(scheme + "://localhost:" + port(context) + "/calls/voice"))
			.build();
		for (int i = 0; i < 2; i++) {
			assertThat(client.send(request, BodyHandlers.ofString()).version()).isEqualTo(HttpClient.Version.HTTP_2);
		}
		assertThat(context.getBean(QosHandle.class).flows()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void observationsSayWhatRequestsWereMarkedWith(WebServers server) {
		observed(server)
			.withPropertyValues("qos.policies.backups.traffic-type=background", "qos.policies.backups.path=/plain/*")
			.run((context) -> {
				try (HttpConnection connection = HttpConnection.to(port(context))) {
					connection.get("/plain");
					connection.get("/calls/voice");
					connection.get("/calls/async");
					connection.get("/plain/backup");
					connection.get("/plain");
				}
				context.getBean(ObservedRequests.class)
					.expect("/plain none none", "/calls/voice voice voice", "/calls/async voice voice",
							"/plain/backup backups background", "/plain none none");
			});
	}

	@Test
	void unknownPolicyFailsStart() {
		WebServers.TOMCAT.runner().withUserConfiguration(Mistaken.class).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure())
				.hasStackTraceContaining(
						"@QosTraffic on " + Mistaken.class.getName() + ".mistaken(): Policy must be one of")
				.hasStackTraceContaining("'vioce'");
		});
	}

	private static WebApplicationContextRunner calls(WebServers server) {
		return server.runner().withUserConfiguration(Calls.class, Plain.class);
	}

	private static WebApplicationContextRunner observed(WebServers server) {
		return calls(server)
			.withConfiguration(
					AutoConfigurations.of(ObservationAutoConfiguration.class, WebMvcObservationAutoConfiguration.class))
			.withBean(ObservedRequests.class);
	}

	private String[] tls() throws Exception {
		return new String[] { "server.ssl.key-store=" + HttpConnection.keyStoreIn(this.directory),
				"server.ssl.key-store-password=changeit" };
	}

	private static int port(AssertableWebApplicationContext context) {
		return ((AnnotationConfigServletWebServerApplicationContext) context.getSourceApplicationContext())
			.getWebServer()
			.getPort();
	}

	/**
	 * Send a request, whose connection then has a flow of this mark, or of none.
	 */
	private static void getMarked(AssertableWebApplicationContext context, HttpConnection connection, String path,
			Dscp... expected) throws IOException {
		connection.get(path);
		assertThat(marks(context, connection)).containsExactly(expected);
	}

	private static Dscp[] marks(AssertableWebApplicationContext context, HttpConnection connection) {
		return context.getBean(QosHandle.class)
			.flows()
			.stream()
			.filter((flow) -> flow.toString().contains("-> /127.0.0.1:" + connection.port() + " "))
			.map((flow) -> flow.marking().applied())
			.toArray(Dscp[]::new);
	}

	@Target({ ElementType.TYPE, ElementType.METHOD })
	@Retention(RetentionPolicy.RUNTIME)
	@QosTraffic(policy = "background")
	@interface Backup {

	}

	@RestController
	@QosTraffic(TrafficType.EXCELLENT_EFFORT)
	static class Calls {

		@GetMapping("/calls/voice")
		@QosTraffic(TrafficType.VOICE)
		String voice() {
			return "voice";
		}

		@GetMapping("/calls/meta")
		@Backup
		String meta() {
			return "meta";
		}

		@GetMapping("/calls/usual")
		String usual() {
			return "usual";
		}

		@GetMapping("/calls/async")
		@QosTraffic(TrafficType.VOICE)
		Callable<String> async() {
			return () -> "async";
		}

	}

	@RestController
	static class Plain {

		@GetMapping({ "/plain", "/plain/backup" })
		String plain() {
			return "plain";
		}

	}

	@RestController
	static class Mistaken {

		@GetMapping("/mistaken")
		@QosTraffic(policy = "vioce")
		String mistaken() {
			return "mistaken";
		}

	}

}
