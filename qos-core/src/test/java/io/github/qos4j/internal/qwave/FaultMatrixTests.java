package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.NativeError;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests that every documented error of every function ends as {@code docs/errors.md}
 * promises.
 */
class FaultMatrixTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private final FakeQwave qwave = new FakeQwave();

	private final QosHandle handle = QosHandle.builder()
		.backend(new FakeQwaveBackend(this.qwave))
		.recoveryBackoff(Duration.ofMillis(2), Duration.ofMillis(4))
		.checkInterval(Duration.ofMillis(10))
		.build();

	@AfterEach
	void close() {
		this.handle.close();
		assertThat(this.qwave.misuse).isEmpty();
		await().until(() -> this.qwave.open() == 0);
	}

	@Test
	void everyRowNamesItsErrorRight() throws IOException {
		assertThat(rows()).hasSizeGreaterThan(60).allSatisfy((row) -> {
			NativeError error = Win32Error.of(row.function(), row.code());
			assertThat(error.symbol()).isEqualTo(row.symbol());
			assertThat(error.errorCase()).hasToString(row.errorCase());
		}).doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@MethodSource("rows")
	void firstCallEndsAsPromised(Row row) throws IOException {
		if (row.function().equals("QOSCreateHandle")) {
			// This handle is open already.
			FakeQwave failing = new FakeQwave();
			failing.fail(row.function(), row.code());
			try (QosHandle other = QosHandle.builder().backend(new FakeQwaveBackend(failing)).build()) {
				assertHandle(other, row.firstCall());
			}
			return;
		}
		this.handle.awaitOpen(SOON);
		this.qwave.fail(row.function(), row.code());
		try (DatagramChannel socket = socket()) {
			assertOutcome(row, add(socket), row.firstCall(), socket);
		}
	}

	@ParameterizedTest
	@MethodSource("rows")
	void callInRecoveryEndsAsPromised(Row row) throws IOException {
		try (DatagramChannel socket = socket()) {
			QosFlow flow = add(socket);
			flow.awaitActive(SOON);
			this.qwave.fail(row.function(), row.code());
			int created = this.qwave.created();
			this.qwave.sleep();
			if (row.function().equals("QOSCreateHandle")) {
				assertHandle(this.handle, row.inRecovery());
				this.qwave.fail(row.function(), 0);
				flow.awaitActive(SOON);
				return;
			}
			// Queries that fail without telling anything hide that the handle is dead, so
			// that the next call of the application finds out.
			try (QosFlow next = add(socket)) {
				next.awaitActive(Duration.ofMillis(200));
			}
			catch (RuntimeException ex) {
				assertThat(this.handle.flows()).isNotEmpty();
			}
			if (!row.function().equals("QOSAddSocketToFlow")) {
				await().atMost(SOON).until(() -> this.qwave.created() > created);
			}
			assertOutcome(row, flow, row.inRecovery(), socket);
		}
	}

	private void assertOutcome(Row row, QosFlow flow, String outcome, DatagramChannel socket) throws IOException {
		switch (outcome) {
			case "flow CLOSED" -> {
				flow.awaitActive(SOON);
				flow.close();
				assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
				this.qwave.fail(row.function(), 0);
			}
			case "handle CLOSED" -> {
				this.handle.close();
				assertThat(this.handle.state()).isEqualTo(HandleState.CLOSED);
			}
			default -> {
				FlowState expected = FlowState.valueOf(outcome.substring("flow ".length()));
				await().atMost(SOON)
					.until(flow::status, (status) -> status.state() == expected
							&& (status.failure() != null) == (expected == FlowState.FAILED));
			}
		}
		// The connection never notices.
		assertThat(socket.isOpen() && socket.isConnected()).isTrue();
	}

	private static void assertHandle(QosHandle handle, String outcome) {
		HandleState expected = HandleState.valueOf(outcome.substring("handle ".length()));
		await().atMost(SOON).until(() -> handle.state() == expected && handle.status().nextTry() != null);
	}

	private QosFlow add(DatagramChannel socket) {
		return this.handle.addFlow(socket, QosFlowOptions.of(TrafficType.VOICE).withDscp(Dscp.EF));
	}

	private static DatagramChannel socket() throws IOException {
		return DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
	}

	static List<Row> rows() throws IOException {
		try (Stream<String> lines = Files.lines(Path.of("../docs/errors.md"))) {
			return lines.filter((line) -> line.startsWith("| QOS")).map(Row::parse).toList();
		}
	}

	private record Row(String function, int code, String symbol, String errorCase, String firstCall,
			String inRecovery) {

		private static Row parse(String line) {
			String[] cells = line.substring(2, line.length() - 2).split(" \\| ");
			return new Row(cells[0], Integer.parseInt(cells[1]), cells[2], cells[3], cells[4], cells[5]);
		}

		@Override
		public String toString() {
			return this.function + " " + this.code + ": " + this.firstCall + ", " + this.inRecovery;
		}

	}

}
