package io.github.qos4j.boot.endpoint;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.qos4j.BackendRefusal;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.Marking;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.TrafficType;
import io.github.qos4j.probe.ProbeReport;
import io.github.qos4j.spi.InertBackend;
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
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests that failures of a handle tell nobody an address who may not see it.
 */
@Timeout(60)
class HiddenAddressesTests {

	private static final String PEER = "127.0.0.1";

	private static final String FACTS = "The request is not valid, or not now";

	private final QosHandle handle = new RefusingBackend().applyTo(QosHandle.builder()).build();

	private final HandleReports handles = new HandleReports(Map.of("own", this.handle));

	private final FlowReports flows = new FlowReports(this.handles, new PolicyReports(List.of(), RequestCriteria.NONE));

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

	@Test
	void remedyAndNoteTellNoAddressWhereTheyAreHidden() {
		QosFlow noted = this.handle.addFlow(QosSocket.of(this.socket), QosFlowOptions.of(TrafficType.BACKGROUND));
		await().until(() -> noted.state() == FlowState.ACTIVE);
		String id = String.valueOf(noted.id());
		Addresses shown = new Addresses(new Sanitizer(), true);
		assertThat(remedy(shown)).isEqualTo("Look whether /127.0.0.1:9 is up");
		assertThat(this.flows.one(id, shown).note()).isEqualTo("the router 192.0.2.1 says so");
		Addresses hidden = new Addresses(new Sanitizer(), false);
		assertThat(remedy(hidden)).isEqualTo("Look whether ****** is up");
		assertThat(this.flows.one(id, hidden).note()).isEqualTo("the router ****** says so");
	}

	@Test
	void refusalsOfBackendsTellNoAddressWhereTheyAreHidden() {
		HandleStatus status = HandleStatus.builder(HandleState.OPEN)
			.reason("192.0.2.1 has refused")
			.refusals(List.of(new BackendRefusal("own", "192.0.2.1 has refused", "Ask 192.0.2.2")))
			.build();
		QosHandle refused = mock(QosHandle.class);
		given(refused.name()).willReturn("refused");
		given(refused.status()).willReturn(status);
		HandleDescriptor described = HandleDescriptor.of(refused, new ServiceStatus("none", ServiceState.NOT_NEEDED),
				new Addresses(new Sanitizer(), false));
		assertThat(described.reason()).isEqualTo("****** has refused");
		assertThat(described.backend().refused())
			.containsExactly(new HandleDescriptor.Refusal("own", "****** has refused", "Ask ******"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "qos.probe.peer-address", "qos.flow.remote-address" })
	void probeTellsNoAddressWhereTheyAreHidden(String key) throws Exception {
		InetSocketAddress destination = new InetSocketAddress(
				InetAddress.getByAddress("media.example.org", new byte[] { (byte) 192, 0, 2, 1 }), 2177);
		ProbeReport report = new ProbeReport(destination, List.of(),
				List.of("refused to send to /192.0.2.1:2177", "media.example.org is down"));
		assertThat(ProbeDescriptor.Report.of(report, hiding(key)).remarks())
			.containsExactly("refused to send to ******", "****** is down");
	}

	@Test
	void failureOfAProbeTellsNoAddressWhereThoseOfProbesAreHidden() {
		QosException failure = new QosException(ErrorCase.NETWORK, "No route to 192.0.2.1", "Ping 192.0.2.1", null);
		ProbeRuns probes = new ProbeRuns((peer) -> CompletableFuture.failedFuture(failure), Duration.ofSeconds(30),
				Runnable::run);
		ProbeDescriptor probe = probes.run("192.0.2.1:2177", hiding("qos.probe.peer-address"));
		assertThat(probe.peer()).isEqualTo("******");
		assertThat(probe.error()).isNotNull();
		assertThat(probe.error().message()).isEqualTo("The peer cannot be reached, or its address is not known");
		assertThat(probe.error().remedy()).isEqualTo("Ping ******");
	}

	@Test
	void functionThatHidesSomeAddressesIsAskedForEachOfThem() {
		Addresses some = new Addresses(new Sanitizer(List
			.of((data) -> String.valueOf(data.getValue()).startsWith("192.") ? data.withSanitizedValue() : data)),
				true);
		assertThat(some.hideIn("from 192.0.2.1:9 to 198.51.100.1:9", this.handle.name()))
			.isEqualTo("from ****** to 198.51.100.1:9");
	}

	private static Addresses hiding(String key) {
		return new Addresses(new Sanitizer(List.of(SanitizingFunction.sanitizeValue().ifKeyEquals(key))), true);
	}

	private String remedy(Addresses addresses) {
		HandleDescriptor.Failure error = this.handles.describe(this.handles.named(null), addresses).get("own").error();
		assertThat(error).isNotNull();
		return String.valueOf(error.remedy());
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
	 * Refuses every flow but those in the background, and says for which peer.
	 */
	private static final class RefusingBackend extends InertBackend implements QosSession {

		@Override
		public String name() {
			return "refusing";
		}

		@Override
		public QosSession open(SessionSettings settings) {
			return this;
		}

		@Override
		public SessionFlow add(QosSocket socket, QosFlowOptions options, Dscp dscp) {
			if (options.trafficType() == TrafficType.BACKGROUND) {
				return () -> new Marking(dscp, dscp, "the router 192.0.2.1 says so");
			}
			throw new QosException(ErrorCase.INVALID, "Cannot send to " + socket.remoteAddress(),
					"Look whether " + socket.remoteAddress() + " is up", null);
		}

		@Override
		public void remove(SessionFlow flow) {
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
		}

	}

}
