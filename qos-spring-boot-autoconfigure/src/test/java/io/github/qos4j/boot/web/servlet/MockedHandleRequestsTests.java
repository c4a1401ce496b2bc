package io.github.qos4j.boot.web.servlet;

import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.server.HttpConnection;
import io.github.qos4j.boot.server.WebServers;
import io.github.qos4j.boot.web.QosTraffic;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.BDDMockito.then;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;

/**
 * Tests for servers and requests with a handle that answers nothing.
 */
@ExtendWith(OutputCaptureExtension.class)
class MockedHandleRequestsTests {

	@ParameterizedTest
	@EnumSource
	void mockDisturbsNoRequest(WebServers server, CapturedOutput output) {
		QosHandle handle = mock();
		server.runner()
			.withBean(QosHandle.class, () -> handle)
			.withUserConfiguration(Calls.class)
			.withPropertyValues("qos.server.policy=control", "qos.server.each-connection=true",
					"qos.policies.media.dscp=EF", "qos.policies.media.path=/media", "qos.policies.media.protocol=tcp")
			.run((context) -> {
				int port = ((AnnotationConfigServletWebServerApplicationContext) context.getSourceApplicationContext())
					.getWebServer()
					.getPort();
				try (HttpConnection connection = HttpConnection.to(port)) {
					assertThat(connection.get("/calls")).isEqualTo("calls");
					assertThat(connection.get("/media")).isEqualTo("media");
				}
			});
		then(handle).should(atLeastOnce())
			.addFlow(any(QosSocket.class),
					argThat((QosFlowOptions options) -> options.trafficType() == TrafficType.VOICE));
		assertThat(output).doesNotContain("WARN").doesNotContain("Exception");
	}

	@RestController
	static class Calls {

		@GetMapping("/calls")
		@QosTraffic(TrafficType.VOICE)
		String calls() {
			return "calls";
		}

		@GetMapping("/media")
		String media() {
			return "media";
		}

	}

}
