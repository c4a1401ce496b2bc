package io.github.qos4j.boot.autoconfigure.server.management;

import java.net.InetSocketAddress;
import java.util.List;

import io.github.qos4j.boot.server.WebServers;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jetty.autoconfigure.actuate.web.server.JettyServletManagementContextAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.actuate.web.server.TomcatServletManagementContextAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link QosManagementServerAutoConfiguration} and for the configurations of
 * the management server's context.
 */
@ExtendWith(OutputCaptureExtension.class)
class QosManagementServerAutoConfigurationTests {

	@ParameterizedTest
	@EnumSource
	void marksManagementServerAlone(WebServers server, CapturedOutput output) {
		runner(server).withPropertyValues("management.server.port=0", "qos.management.server.policy=background")
			.run((context) -> {
				assertThat(flows(context)).hasSize(1);
				assertThat(portOf(flows(context).get(0))).isPositive().isNotEqualTo(port(context));
				assertThat(output).doesNotContain("marks nothing");
			});
	}

	@ParameterizedTest
	@EnumSource
	void policyOfServerIsNotThatOfManagementServer(WebServers server) {
		runner(server).withPropertyValues("management.server.port=0", "qos.server.policy=voice").run((context) -> {
			assertThat(flows(context)).hasSize(1);
			assertThat(portOf(flows(context).get(0))).isEqualTo(port(context));
		});
	}

	@ParameterizedTest
	@EnumSource
	void warnsWithoutPortOfItsOwn(WebServers server, CapturedOutput output) {
		runner(server).withPropertyValues("qos.management.server.policy=background").run((context) -> {
			assertThat(flows(context)).isEmpty();
			assertThat(output.toString().split("'qos.management.server.policy' marks nothing")).hasSize(2);
		});
	}

	@ParameterizedTest
	@EnumSource
	void warnsWithoutActuator(WebServers server, CapturedOutput output) {
		server.runner()
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.withPropertyValues("qos.backend=recording", "qos.management.server.policy=background")
			.run((context) -> assertThat(output.toString().split("'qos.management.server.policy' marks nothing"))
				.hasSize(2));
	}

	private static WebApplicationContextRunner runner(WebServers server) {
		return server.runner()
			.withConfiguration(AutoConfigurations.of(ManagementContextAutoConfiguration.class,
					ServletManagementContextAutoConfiguration.class, EndpointAutoConfiguration.class,
					WebEndpointAutoConfiguration.class,
					(server == WebServers.TOMCAT) ? TomcatServletManagementContextAutoConfiguration.class
							: JettyServletManagementContextAutoConfiguration.class))
			.withPropertyValues("qos.backend=recording");
	}

	private static int portOf(RecordedFlow flow) {
		return ((InetSocketAddress) flow.socket().localAddress()).getPort();
	}

	private static int port(AssertableWebApplicationContext context) {
		return ((AnnotationConfigServletWebServerApplicationContext) context.getSourceApplicationContext())
			.getWebServer()
			.getPort();
	}

	private static List<RecordedFlow> flows(AssertableWebApplicationContext context) {
		return context.getBean(RecordingBackend.class).flows();
	}

}
