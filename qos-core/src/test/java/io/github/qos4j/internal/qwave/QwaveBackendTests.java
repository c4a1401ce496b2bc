package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.ThreadLocalRandom;

import com.sun.jna.Native;
import com.sun.jna.win32.StdCallLibrary;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosBackendContractTests;
import io.github.qos4j.QosFlow;
import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Tests for {@link QwaveBackend} with whatever {@code qwave.dll} the system has. The
 * vendor's shows nobody what it marks. A stand-in that marks through Winsock does: with
 * {@code -Dqos4j.test.stand-in=true} the marks are read back from the sockets.
 */
@EnabledOnOs(OS.WINDOWS)
class QwaveBackendTests extends QosBackendContractTests {

	private static final String STAND_IN = "qos4j.test.stand-in";

	private final QosBackend backend = new QwaveBackend();

	@BeforeAll
	static void requireQwave() {
		Availability availability = new QwaveBackend().availability();
		boolean usable = availability.usable();
		// With the stand-in there is no excuse.
		assertThat(usable || !Boolean.getBoolean(STAND_IN)).as(String.valueOf(availability)).isTrue();
		assumeTrue(usable, () -> availability.reason() + ". " + availability.remedy());
	}

	@Override
	protected boolean marksNativeSockets() {
		return false;
	}

	@Override
	protected QosBackend backend() {
		return this.backend;
	}

	@Override
	protected boolean marksUnconnected() {
		return false;
	}

	@Override
	protected Dscp inForce(Object socket) throws IOException {
		if (!Boolean.getBoolean(STAND_IN)) {
			return null;
		}
		if (this.handle.state() != HandleState.CLOSED) {
			awaitCalls();
		}
		return dscp(socket);
	}

	/**
	 * Wait until all calls of the session have been made: its thread makes them in their
	 * order.
	 */
	private void awaitCalls() throws IOException {
		if (this.handle.status().paused()) {
			// No flow becomes active then; whatever is answered, it is answered in its
			// turn.
			assertThat(this.handle.qwave().systemFlows().handle((ids, failure) -> true).toCompletableFuture())
				.succeedsWithin(SOON);
			return;
		}
		try (DatagramChannel last = connected(); QosFlow flow = this.handle.addFlow(last, TrafficType.VOICE)) {
			flow.awaitActive(SOON);
		}
	}

	@Test
	void serviceManagerAnswers() {
		ServiceStatus service = this.backend.queryServiceStatus();
		assertThat(service.name()).isEqualTo("QWAVE");
		assertThat(service.state()).isNotIn(ServiceState.NOT_NEEDED, ServiceState.UNKNOWN);
	}

	@Test
	@EnabledIfSystemProperty(named = STAND_IN, matches = "true")
	void socketThatTookTheNumberOfAClosedOneIsNeverMarked() throws IOException {
		this.handle.awaitOpen(SOON);
		int rounds = 500;
		int marked = 0;
		int reused = 0;
		int patience = 200_000;
		for (int i = 0; i < rounds; i++) {
			DatagramChannel closed = connected();
			int number = number(closed);
			QosFlow flow = this.handle.addFlow(closed, TrafficType.VOICE);
			spin(ThreadLocalRandom.current().nextInt(patience));
			closed.close();
			try (DatagramChannel next = connected()) {
				reused += (number(next) == number) ? 1 : 0;
				boolean active = isActive(flow);
				marked += active ? 1 : 0;
				// So that about half of the rounds close too early.
				patience = active ? Math.max(patience * 9 / 10, 1_000) : Math.min(patience * 10 / 9, 50_000_000);
				assertThat(dscp(next)).isEqualTo(Dscp.DF);
			}
			flow.close();
		}
		// Else there was no race.
		assertThat(marked).as("rounds that marked").isBetween(rounds / 4, rounds * 3 / 4);
		assertThat(reused).as("rounds in which the number was taken again").isGreaterThan(rounds / 20);
		System.out.println(
				"Of " + rounds + " rounds " + marked + " marked, and in " + reused + " the number was taken again");
	}

	private static boolean isActive(QosFlow flow) {
		flow.whenActive().toCompletableFuture().handle((active, failure) -> failure).join();
		return flow.state() == FlowState.ACTIVE;
	}

	private static void spin(int nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() < end) {
			Thread.onSpinWait();
		}
	}

	private static DatagramChannel connected() throws IOException {
		return DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
	}

	private static int number(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> descriptor);
	}

	private static Dscp dscp(Object socket) {
		int[] tos = new int[1];
		int result = Descriptors.lend(Descriptors.ownerOf(socket),
				(descriptor) -> Options.WINSOCK.getsockopt(new ULONG_PTR(Integer.toUnsignedLong(descriptor)),
						Options.IPPROTO_IP, Options.IP_TOS, tos, new int[] { Integer.BYTES }));
		assertThat(result).as("getsockopt").isZero();
		return Dscp.of(tos[0] >> 2);
	}

	/**
	 * Reads options of sockets.
	 */
	interface Options extends StdCallLibrary {

		Options WINSOCK = Native.load("ws2_32", Options.class);

		int IPPROTO_IP = 0;

		int IP_TOS = 3;

		int getsockopt(ULONG_PTR s, int level, int optname, int[] optval, int[] optlen);

	}

}
