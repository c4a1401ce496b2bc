package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.qos4j.Dscp;
import io.github.qos4j.probe.ProbeReport;
import io.github.qos4j.spi.ProbeSocket;
import io.github.qos4j.spi.ProbeSocket.Arrival;
import io.github.qos4j.probe.QosProbe;
import io.github.qos4j.probe.QosResponder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link LinuxProbeSocket} and {@link MarkChanges}, and for probes with real
 * packets.
 */
@EnabledOnOs(OS.LINUX)
class ProbeTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	@Test
	void loopbackLeavesEveryCodePointAlone() {
		List<ProbeReport> reports = result(QosProbe.loopback());
		assertThat(reports).hasSize(2)
			.allSatisfy((report) -> assertThat(report.isIntact()).as(report.toString()).isTrue());
		assertThat(reports).extracting((report) -> report.destination().getAddress().getHostAddress())
			.containsExactly("127.0.0.1", "0:0:0:0:0:0:0:1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "::1" })
	void responderTellsEveryCodePoint(String address) throws IOException {
		try (QosResponder responder = QosResponder.open(new InetSocketAddress(address, 0))) {
			ProbeReport report = result(QosProbe.path(responder.localAddress()));
			assertThat(report.isIntact()).as(report.toString()).isTrue();
			assertThat(responder.answers()).isGreaterThanOrEqualTo(64);
		}
	}

	@Test
	void responderForAllAddressesAnswersBothFamilies() throws IOException {
		try (QosResponder responder = QosResponder.open(new InetSocketAddress(0))) {
			int port = responder.localAddress().getPort();
			for (String address : List.of("127.0.0.1", "::1")) {
				assertThat(result(QosProbe.path(new InetSocketAddress(address, port))).isIntact()).isTrue();
			}
		}
	}

	@Test
	void nobodyAnswersWhereThereIsNoResponder() throws IOException {
		try (DatagramChannel silent = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
			ProbeReport report = result(
					QosProbe.path((InetSocketAddress) silent.getLocalAddress(), Duration.ofMillis(40)));
			assertThat(report.isAnswered()).isFalse();
		}
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, 0", "127.0.0.1, 1", "127.0.0.1, 3", "::1, 0", "::1, 1", "::1, 3" })
	void congestionNotificationBitsAreToldAsTheyArrive(String address, int bits) throws IOException {
		try (ProbeSocket socket = open(address); DatagramChannel sender = DatagramChannel.open()) {
			for (SocketOptions.Option option : List.of(SocketOptions.Option.IP_TOS, SocketOptions.Option.IPV6_TCLASS)) {
				SocketBackendTests.lend(sender,
						(descriptor) -> new LinuxSocketOptions().set(descriptor, option, 184 | bits));
			}
			sender.send(ByteBuffer.wrap(new byte[] { 1, 2, 3 }), socket.localAddress());
			ByteBuffer datagram = ByteBuffer.allocate(10);
			Arrival arrival = socket.receive(datagram, SOON);
			assertThat(arrival.tos()).isEqualTo(184 | bits);
			assertThat(arrival.source().getPort()).isEqualTo(sender.socket().getLocalPort());
			assertThat(arrival.source().getAddress()).isEqualTo(socket.localAddress().getAddress());
			assertThat(datagram.flip()).isEqualTo(ByteBuffer.wrap(new byte[] { 1, 2, 3 }));
		}
	}

	@Test
	void datagramsLongerThanTheBufferAreCut() throws IOException {
		try (ProbeSocket socket = open("127.0.0.1")) {
			socket.send(ByteBuffer.allocate(5000), socket.localAddress(), Dscp.EF);
			ByteBuffer datagram = ByteBuffer.allocate(17);
			assertThat(socket.receive(datagram, SOON).tos()).isEqualTo(184);
			assertThat(datagram.hasRemaining()).isFalse();
		}
	}

	@Test
	void nothingIsReceivedInTime() throws IOException {
		try (ProbeSocket socket = open("127.0.0.1")) {
			assertThat(socket.receive(ByteBuffer.allocate(1), Duration.ofMillis(5))).isNull();
		}
	}

	@Test
	void interruptedThreadDoesNotWait() throws IOException {
		try (ProbeSocket socket = open("127.0.0.1")) {
			ByteBuffer datagram = ByteBuffer.allocate(1);
			Thread.currentThread().interrupt();
			try {
				assertThatExceptionOfType(InterruptedIOException.class)
					.isThrownBy(() -> socket.receive(datagram, Duration.ofMillis(50)));
			}
			finally {
				assertThat(Thread.interrupted()).isTrue();
			}
			socket.send(ByteBuffer.allocate(1), socket.localAddress(), Dscp.EF);
			assertThat(socket.receive(datagram, SOON).tos()).isEqualTo(184);
		}
	}

	@Test
	void closeEndsAWaitForDatagrams() throws Exception {
		ProbeSocket socket = open("127.0.0.1");
		AtomicReference<Throwable> end = new AtomicReference<>();
		Thread waiting = new Thread(() -> {
			try {
				socket.receive(ByteBuffer.allocate(1), SOON);
			}
			catch (Throwable ex) {
				end.set(ex);
			}
		});
		waiting.start();
		await().until(() -> List.of(waiting.getStackTrace())
			.stream()
			.anyMatch((frame) -> frame.getMethodName().equals("select")));
		socket.close();
		waiting.join(SOON.toMillis());
		assertThat(end.get()).isInstanceOf(ClosedChannelException.class);
		socket.close();
		assertThatExceptionOfType(ClosedChannelException.class)
			.isThrownBy(() -> socket.send(ByteBuffer.allocate(1), socket.localAddress(), Dscp.EF));
	}

	@Test
	void addressInUseIsTold() throws IOException {
		try (ProbeSocket socket = open("127.0.0.1")) {
			assertThatIOException().isThrownBy(() -> QosResponder.open(socket.localAddress()));
		}
	}

	@Test
	void whatElseChangesMarksIsTold(@TempDir Path proc) throws IOException {
		assertThat(MarkChanges.of(proc)).isEmpty();
		Files.createDirectories(proc.resolve("sys/net/ipv4"));
		Files.writeString(proc.resolve("sys/net/ipv4/tcp_reflect_tos"), "0\n");
		Files.writeString(proc.resolve("modules"), "xt_dscp 16384 0 - Live 0x0\nip_tables 1 0 - Live 0x0\n");
		assertThat(MarkChanges.of(proc)).isEmpty();
		Files.writeString(proc.resolve("sys/net/ipv4/tcp_reflect_tos"), "1\n");
		Files.writeString(proc.resolve("modules"), "xt_DSCP 16384 0 - Live 0x0\nact_pedit 1 0 - Live 0x0\n");
		assertThat(MarkChanges.of(proc)).satisfiesExactly(
				(change) -> assertThat(change).startsWith("net.ipv4.tcp_reflect_tos is 1: "),
				(change) -> assertThat(change).startsWith("the kernel module act_pedit is loaded: actions of tc"),
				(change) -> assertThat(change).startsWith("the kernel module xt_DSCP is loaded: rules of iptables"));
	}

	private static ProbeSocket open(String address) throws IOException {
		return new SocketBackend().probeSocket(new InetSocketAddress(address, 0));
	}

	private static <T> T result(CompletionStage<T> stage) {
		return stage.toCompletableFuture().orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join();
	}

}
