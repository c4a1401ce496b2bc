package io.github.qos4j.boot.server;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import org.apache.catalina.connector.Connector;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ResponseBody;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the connections of real servers.
 */
@ExtendWith(OutputCaptureExtension.class)
class MarkedServersTests {

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource
	void marksNothingUnlessConfigured(WebServers server) {
		recording(server).run((context) -> {
			hello(context);
			assertThat(flows(context)).isEmpty();
			assertThat(context).doesNotHaveBean("qosTomcatMarkingCustomizer")
				.doesNotHaveBean("qosJettyMarkingCustomizer")
				.doesNotHaveBean("qosRequestFilter");
		});
	}

	@ParameterizedTest
	@EnumSource
	void marksListenerAlone(WebServers server) {
		recording(server).withPropertyValues("qos.server.policy=voice").run((context) -> {
			hello(context);
			assertThat(flows(context)).singleElement().satisfies((flow) -> {
				assertThat(flow.socket().listener()).isTrue();
				assertThat(flow.trafficType()).isEqualTo(TrafficType.VOICE);
			});
		});
	}

	@ParameterizedTest
	@EnumSource
	void marksEachConnection(WebServers server) {
		recording(server).withPropertyValues("qos.server.policy=voice", "qos.server.each-connection=true")
			.run((context) -> {
				int client = hello(context);
				assertThat(flows(context)).hasSize(2)
					.allSatisfy((flow) -> assertThat(flow.trafficType()).isEqualTo(TrafficType.VOICE));
				assertThat(flows(context).get(1).socket().remoteAddress()).isInstanceOfSatisfying(
						InetSocketAddress.class, (address) -> assertThat(address.getPort()).isEqualTo(client));
			});
	}

	@ParameterizedTest
	@EnumSource
	void marksConnectionsThatPolicyMatches(WebServers server) {
		recording(server)
			.withPropertyValues("qos.policies.local.traffic-type=control",
					"qos.policies.local.remote-address=127.0.0.1", "qos.policies.other.traffic-type=voice",
					"qos.policies.other.remote-address=203.0.113.0/24")
			.run((context) -> {
				hello(context);
				assertThat(flows(context)).singleElement()
					.satisfies((flow) -> assertThat(flow.trafficType()).isEqualTo(TrafficType.CONTROL));
			});
	}

	@ParameterizedTest
	@EnumSource
	@EnabledOnOs(OS.LINUX)
	void marksAreApplied(WebServers server) {
		server.runner()
			.withUserConfiguration(Hello.class)
			.withPropertyValues("qos.server.policy=voice", "qos.server.each-connection=true")
			.run((context) -> {
				try (HttpConnection connection = HttpConnection.to(port(context))) {
					connection.get("/hello");
					assertThat(context.getBean(QosHandle.class).flows()).hasSize(2).allSatisfy(this::isMarked);
				}
			});
	}

	@ParameterizedTest
	@EnumSource
	@EnabledOnOs(OS.LINUX)
	void marksConnectionsOverIpv6AndTls(WebServers server) throws Exception {
		server.runner()
			.withUserConfiguration(Hello.class)
			.withPropertyValues(tls())
			.withPropertyValues("qos.server.policy=voice", "qos.server.each-connection=true")
			.run((context) -> {
				try (HttpConnection connection = HttpConnection.overTls(port(context));
						HttpConnection second = HttpConnection.to("::1", port(context))) {
					assertThat(connection.get("/hello")).isEqualTo("hello");
					assertThat(second.port()).isPositive();
					Awaitility.await()
						.untilAsserted(() -> assertThat(context.getBean(QosHandle.class).flows()).hasSize(3)
							.allSatisfy(this::isMarked));
				}
			});
	}

	@ParameterizedTest
	@EnumSource
	void marksRestartedServer(WebServers server) {
		recording(server).withPropertyValues("qos.server.policy=voice").run((context) -> {
			AnnotationConfigServletWebServerApplicationContext source = (AnnotationConfigServletWebServerApplicationContext) context
				.getSourceApplicationContext();
			source.stop();
			source.start();
			hello(context);
			assertThat(flows(context)).hasSize(2).allSatisfy((flow) -> assertThat(flow.socket().listener()).isTrue());
		});
	}

	@ParameterizedTest
	@EnumSource
	@EnabledForJreRange(min = JRE.JAVA_21)
	void marksConnectionsOfVirtualThreads(WebServers server) {
		recording(server)
			.withPropertyValues("qos.server.policy=voice", "qos.server.each-connection=true",
					"spring.threads.virtual.enabled=true")
			.run((context) -> {
				hello(context);
				assertThat(flows(context)).hasSize(2);
			});
	}

	@Test
	void keepsProtocolOfApplication(CapturedOutput output) {
		recording(WebServers.TOMCAT).withBean(OtherProtocol.class)
			.withPropertyValues("qos.server.policy=voice")
			.run((context) -> {
				hello(context);
				assertThat(flows(context)).singleElement()
					.satisfies((flow) -> assertThat(flow.socket().listener()).isTrue());
				Connector connector = ((TomcatWebServer) ((AnnotationConfigServletWebServerApplicationContext) context
					.getSourceApplicationContext()).getWebServer()).getTomcat().getConnector();
				assertThat(connector.getProtocolHandlerClassName()).endsWith("Http11Nio2Protocol");
				assertThat(output).contains("have the mark of its listener alone");
			});
	}

	@Test
	void marksAdditionalConnectors() {
		recording(WebServers.TOMCAT).withBean(AdditionalConnectors.class)
			.withPropertyValues("qos.server.policy=voice", "qos.server.each-connection=true")
			.run((context) -> {
				assertThat(flows(context)).hasSize(3)
					.allSatisfy((flow) -> assertThat(flow.socket().listener()).isTrue());
				hello(context);
				assertThat(flows(context)).hasSize(4);
			});
	}

	private void isMarked(QosFlow flow) {
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(flow.marking().applied()).isEqualTo(Dscp.of(56));
	}

	private String[] tls() throws Exception {
		return new String[] { "server.ssl.key-store=" + HttpConnection.keyStoreIn(this.directory),
				"server.ssl.key-store-password=changeit" };
	}

	private static WebApplicationContextRunner recording(WebServers server) {
		return server.runner().withUserConfiguration(Hello.class).withPropertyValues("qos.backend=recording");
	}

	/**
	 * Make a request, and return the port that it came from.
	 */
	private static int hello(AssertableWebApplicationContext context) throws Exception {
		try (HttpConnection connection = HttpConnection.to(port(context))) {
			assertThat(connection.get("/hello")).isEqualTo("hello");
			return connection.port();
		}
	}

	private static int port(AssertableWebApplicationContext context) {
		return ((AnnotationConfigServletWebServerApplicationContext) context.getSourceApplicationContext())
			.getWebServer()
			.getPort();
	}

	private static List<RecordedFlow> flows(AssertableWebApplicationContext context) {
		return context.getBean(RecordingBackend.class).flows();
	}

	@Controller
	static class Hello {

		@GetMapping("/hello")
		@ResponseBody
		String hello() {
			return "hello";
		}

	}

	static class OtherProtocol implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

		@Override
		public void customize(TomcatServletWebServerFactory factory) {
			factory.setProtocol("org.apache.coyote.http11.Http11Nio2Protocol");
		}

	}

	static class AdditionalConnectors implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

		@Override
		public void customize(TomcatServletWebServerFactory factory) {
			Connector usual = new Connector();
			usual.setPort(0);
			Connector ours = new Connector("io.github.qos4j.boot.server.tomcat.QosHttp11NioProtocol");
			ours.setPort(0);
			factory.addAdditionalConnectors(usual, ours);
		}

	}

}
