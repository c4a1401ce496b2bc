package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowState;
import io.github.qos4j.NativeError;
import io.github.qos4j.Availability;
import io.github.qos4j.QosBackend;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSession;
import io.github.qos4j.SessionSettings;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link MarkedSockets} over a system that can refuse.
 */
class MarkedSocketsTests {

	private final FakeOptions options = new FakeOptions();

	private final MarkedSockets sockets = new MarkedSockets(this.options);

	private QosHandle handle;

	private DatagramChannel socket;

	@BeforeEach
	void open() throws IOException {
		this.handle = QosHandle.builder().backend(new FakeOptionsBackend()).build();
		this.socket = DatagramChannel.open();
	}

	@AfterEach
	void close() throws IOException {
		this.handle.close();
		this.socket.close();
	}

	@Test
	void optionsAreSetInTheOrderThatKeepsThePriority() {
		this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(this.options.calls).containsExactly("IP_TOS=224", "IPV6_TCLASS=224", "SO_PRIORITY=6");
		this.options.calls.clear();
		this.handle.close();
		assertThat(this.options.calls).containsExactly("IP_TOS=0", "IPV6_TCLASS=0", "SO_PRIORITY=0");
	}

	@ParameterizedTest
	@CsvSource({ "IP_TOS, 1, ADMINISTRATOR", "IPV6_TCLASS, 1, ADMINISTRATOR", "IP_TOS, 92, NOT_SUPPORTED",
			"IPV6_TCLASS, 95, NOT_SUPPORTED", "IP_TOS, 4711, UNKNOWN" })
	void refusedMarkFailsTheFlowAndLeavesTheSocketAsItWas(SocketOptions.Option option, int errno, ErrorCase errorCase) {
		this.options.refusal = new NativeError("setsockopt(" + option + ")", errno, "E", errorCase, null);
		this.options.refused = option;
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(flow.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(FlowState.FAILED);
			assertThat(status.failure()).satisfies((failure) -> {
				assertThat(failure.errorCase()).isEqualTo(errorCase);
				assertThat(failure.code()).hasValue(errno);
			});
		});
		assertThat(this.options.values).containsEntry(SocketOptions.Option.IP_TOS, 0)
			.containsEntry(SocketOptions.Option.IPV6_TCLASS, 0);
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void refusedPriorityStillMarks() {
		this.options.refusal = new NativeError("setsockopt(SO_PRIORITY)", 1, "EPERM", ErrorCase.ADMINISTRATOR, null);
		this.options.refused = SocketOptions.Option.SO_PRIORITY;
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(flow.marking().isApplied()).isTrue();
		flow.close();
		assertThat(this.options.values).containsEntry(SocketOptions.Option.IP_TOS, 0);
	}

	@Test
	void unixSocketsAreRefusedByTheirFamily() {
		this.options.values.put(SocketOptions.Option.SO_DOMAIN, 1);
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(flow.status().reason()).isEqualTo("Unix domain sockets cannot be marked");
		assertThat(this.options.calls).isEmpty();
	}

	@Test
	void recordsOfClosedFlowsAndCollectedSocketsAreForgotten() throws Exception {
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(this.sockets.size()).isOne();
		flow.close();
		assertThat(this.sockets.size()).isZero();
		abandonSockets();
		await().untilAsserted(() -> {
			System.gc();
			this.handle.addFlow(this.socket, TrafficType.VOICE).close();
			assertThat(this.sockets.size()).isZero();
			assertThat(this.handle.flows()).isEmpty();
		});
	}

	private void abandonSockets() throws IOException {
		for (int i = 0; i < 5; i++) {
			this.handle.addFlow(new DatagramSocket(), TrafficType.VOICE);
		}
		assertThat(this.sockets.size()).isEqualTo(5);
	}

	/**
	 * The options of a single socket, whatever its number.
	 */
	private static final class FakeOptions implements SocketOptions {

		private final Map<Option, Integer> values = new EnumMap<>(
				Map.of(Option.IP_TOS, 0, Option.IPV6_TCLASS, 0, Option.SO_PRIORITY, 0, Option.SO_DOMAIN, 10));

		private final List<String> calls = new ArrayList<>();

		private Option refused;

		private NativeError refusal;

		@Override
		public void set(int descriptor, Option option, int value) {
			if (option == this.refused) {
				throw new QosException(this.refusal);
			}
			this.calls.add(option + "=" + value);
			this.values.put(option, value);
		}

		@Override
		public int get(int descriptor, Option option) {
			return this.values.get(option);
		}

		@Override
		public int localPort(int descriptor) {
			return 0;
		}

	}

	/**
	 * The socket backend over fake options.
	 */
	private final class FakeOptionsBackend implements QosBackend {

		@Override
		public String name() {
			return "socket";
		}

		@Override
		public Availability availability() {
			return Availability.yes();
		}

		@Override
		public boolean isWaiting() {
			return false;
		}

		@Override
		public QosSession open(SessionSettings settings) {
			return new SocketSession(MarkedSocketsTests.this.sockets);
		}

	}

}
