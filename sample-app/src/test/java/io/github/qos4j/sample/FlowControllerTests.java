package io.github.qos4j.sample;

import java.nio.channels.NetworkChannel;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.FlowStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * How an application's test takes the handle's place, here to see what a refused flow
 * looks like.
 */
@WebMvcTest(FlowController.class)
@Import(FlowService.class)
class FlowControllerTests {

	@Autowired
	private MockMvcTester mvc;

	@MockitoBean
	private QosHandle qos;

	@Test
	void refusedFlowIsShownWithItsReason() {
		QosFlow flow = mock();
		given(flow.options()).willReturn(QosFlowOptions.of(TrafficType.CONTROL));
		given(flow.status()).willReturn(new FlowStatus(FlowState.FAILED, "the system refused it", null));
		given(flow.marking()).willReturn(new Marking(Dscp.EF, null, "nothing is applied"));
		given(this.qos.addFlow(any(NetworkChannel.class), eq(TrafficType.CONTROL))).willReturn(flow);
		assertThat(this.mvc.post().uri("/api/flows").contentType(MediaType.APPLICATION_JSON).content("""
				{"protocol": "udp", "host": "127.0.0.1", "port": 5004, "trafficType": "control"}"""))
			.hasStatus(HttpStatus.CREATED)
			.bodyJson()
			.isLenientlyEqualTo("""
					{"state": "FAILED", "reason": "the system refused it", "requestedDscp": 46, "dscp": null,
					"note": "nothing is applied", "sending": true}""");
	}

}
