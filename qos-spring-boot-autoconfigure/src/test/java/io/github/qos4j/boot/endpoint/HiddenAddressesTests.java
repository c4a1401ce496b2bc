package io.github.qos4j.boot.endpoint;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.TrafficType;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests that failures of a handle tell nobody an address who may not see it.
 */
@Timeout(60)
class HiddenAddressesTests {

	private static final String PEER = "127.0.0.1";

	private static final String FACTS = "The request is not valid, or not now";

	private final QosHandle handle = new RefusingBackend().applyTo(QosHandle.builder()).build();

	private final HandleReports handles = new HandleReports(Map.of("own", this.handle));

	private final FlowReports flows = new FlowReports(this.handles, new PolicyReports(null, RequestCriteria.NONE));

	private DatagramSocket socket;

	private String id;

	@BeforeEach
	void failFlow() throws Exception {
		this.socket = new DatagramSocket(0, InetAddress.getByName(PEER));
		this.socket.connect(new InetSocketAddress(PEER, 9));
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		await().until(() -> flow.state() == FlowState.FAILED);
		this.id = String.valueOf(flow.id());
	}

	@AfterEach
	void close() {
		this.handle.close();
		this.socket.close();
	}

	@Test
	void tellsThemWhereTheyAreShown() {
		Addresses shown = new Addresses(new Sanitizer(), true);
		assertThat(reason(shown)).isEqualTo("Cannot send to /127.0.0.1:9");
		assertThat(message(shown)).contains("/127.0.0.1:9");
		assertThat(refusal(shown)).contains("/127.0.0.1:9").contains("for CONTROL on udp ");
	}

	@Test
	void tellsFactsWhereTheyAreHidden() {
		assertFacts(new Addresses(new Sanitizer(), false));
	}

	@ParameterizedTest
	@ValueSource(strings = { "local", "remote" })
	void tellsFactsWhereAFunctionHidesThem(String key) {
		assertFacts(new Addresses(new Sanitizer(List.of(SanitizingFunction.sanitizeValue().ifKeyContains(key))), true));
	}

	private void assertFacts(Addresses hidden) {
		assertThat(reason(hidden)).isEqualTo(FACTS);
		assertThat(message(hidden)).isEqualTo(FACTS);
		assertThat(refusal(hidden)).isEqualTo(FACTS);
	}

	private String reason(Addresses addresses) {
		return String.valueOf(this.flows.one(this.id, addresses).reason());
	}

	private String message(Addresses addresses) {
		HandleDescriptor described = this.handles.describe(this.handles.named(null), addresses).get("own");
		assertThat(described).isNotNull();
		assertThat(described.error()).isNotNull();
		return String.valueOf(described.error().message());
	}

	private String refusal(Addresses addresses) {
		String[] message = new String[1];
		assertThatExceptionOfType(RefusedRequestException.class)
			.isThrownBy(() -> this.flows.change(this.id, "control", addresses))
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(409))
			.satisfies((ex) -> message[0] = ex.reason());
		return message[0];
	}

	/**
	 * Refuses every flow, and says for which peer.
	 */
	private static final class RefusingBackend implements QosBackend, QosSession {

		@Override
		public String name() {
			return "refusing";
		}

		@Override
		public Availability availability() {
			return Availability.yes();
		}

		@Override
		public boolean mayBlock() {
			return false;
		}

		@Override
		public QosSession open(SessionSettings settings) {
			return this;
		}

		@Override
		public ServiceStatus queryServiceStatus() {
			return new ServiceStatus("none", ServiceState.NOT_NEEDED);
		}

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			throw new QosException(ErrorCase.INVALID, "Cannot send to " + socket.remoteAddress(), null, null);
		}

		@Override
		public void remove(SessionFlow flow) {
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
		}

	}

}
