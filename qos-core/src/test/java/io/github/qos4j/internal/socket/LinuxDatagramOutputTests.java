package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;

import io.github.qos4j.spi.DatagramOutput;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.spi.ProbeSocket;
import io.github.qos4j.spi.ProbeSocket.Arrival;
import io.github.qos4j.QosException;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link LinuxDatagramOutput} with packets that tell their marks, and with a
 * system that refuses.
 */
@EnabledOnOs(OS.LINUX)
class LinuxDatagramOutputTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	private static final String IPV4 = "127.0.0.1";

	private static final String IPV6 = "::1";

	private static final LinuxSocketOptions options = new LinuxSocketOptions();

	private final List<AutoCloseable> resources = new ArrayList<>();

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { IPV4, IPV6 })
	void eachDatagramHasItsOwnMarkAndTheSocketKeepsNone(String address) throws IOException {
		ProbeSocket peer = peer(address);
		DatagramChannel socket = keep(DatagramChannel.open());
		DatagramOutput output = output(socket);
		for (int value = 0; value < 64; value++) {
			assertThat(output.send(ByteBuffer.wrap(new byte[] { (byte) value }), peer.localAddress(), TrafficType.VOICE,
					Dscp.of(value)))
				.isTrue();
			assertArrives(peer, value << 2, (byte) value);
			assertThat(SocketBackendTests.marks(socket)).isEqualTo(new SocketMarks(0, 0, 0));
		}
		socket.send(ByteBuffer.wrap(new byte[] { 1 }), peer.localAddress());
		assertArrives(peer, 0, (byte) 1);
	}

	@ParameterizedTest
	@ValueSource(strings = { IPV4, IPV6 })
	void connectedSocketSendsToItsPeer(String address) throws IOException {
		ProbeSocket peer = peer(address);
		DatagramChannel socket = keep(DatagramChannel.open());
		socket.connect(peer.localAddress());
		output(socket).send(ByteBuffer.wrap(new byte[] { 1 }), peer.localAddress(), TrafficType.VOICE, Dscp.EF);
		assertArrives(peer, 184, (byte) 1);
	}

	@Test
	void socketForIpv4AloneSendsToIpv4Alone() throws IOException {
		ProbeSocket peer = peer(IPV4);
		DatagramOutput output = output(keep(DatagramChannel.open(StandardProtocolFamily.INET)));
		output.send(ByteBuffer.wrap(new byte[] { 1 }), peer.localAddress(), TrafficType.VOICE, Dscp.EF);
		assertArrives(peer, 184, (byte) 1);
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> output.send(ByteBuffer.allocate(1), peer(IPV6).localAddress(), TrafficType.VOICE, Dscp.EF))
			.withMessageStartingWith("'destination' must be an IPv4 address, as the socket is for IPv4 alone");
	}

	@Test
	void oneSocketHasManyPeersOfDifferentClasses() throws IOException {
		List<ProbeSocket> peers = List.of(peer(IPV4), peer(IPV6), peer(IPV4));
		DatagramOutput output = output(keep(new DatagramSocket()));
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < peers.size(); i++) {
				output.send(ByteBuffer.wrap(new byte[] { (byte) i }), peers.get(i).localAddress(), TrafficType.VOICE,
						Dscp.of(8 * (i + 1)));
			}
		}
		for (int round = 0; round < 3; round++) {
			for (int i = 0; i < peers.size(); i++) {
				assertArrives(peers.get(i), 32 * (i + 1), (byte) i);
			}
		}
	}

	@Test
	void datagramIsSentWhole() throws IOException {
		ProbeSocket peer = peer(IPV4);
		DatagramOutput output = output(keep(DatagramChannel.open()));
		ByteBuffer direct = ByteBuffer.allocateDirect(10).put(new byte[] { 9, 9, 1, 2, 3, 9 }).position(2).limit(5);
		assertThat(output.send(direct, peer.localAddress(), TrafficType.VOICE, Dscp.EF)).isTrue();
		assertThat(direct.position()).isEqualTo(5);
		assertArrives(peer, 184, (byte) 1, (byte) 2, (byte) 3);
		ByteBuffer readOnly = ByteBuffer.wrap(new byte[] { 4 }).asReadOnlyBuffer();
		assertThat(output.send(readOnly, peer.localAddress(), TrafficType.VOICE, Dscp.EF)).isTrue();
		assertArrives(peer, 184, (byte) 4);
		assertThat(output.send(ByteBuffer.allocate(0), peer.localAddress(), TrafficType.VOICE, Dscp.EF)).isTrue();
		assertArrives(peer, 184);
		// Longer than what room is made for at first, and short again.
		byte[] longest = new byte[65_507];
		longest[65_506] = 7;
		DatagramChannel receiver = keep(DatagramChannel.open()).bind(new InetSocketAddress(IPV4, 0));
		assertThat(output.send(ByteBuffer.wrap(longest), (InetSocketAddress) receiver.getLocalAddress(),
				TrafficType.VOICE, Dscp.EF))
			.isTrue();
		ByteBuffer received = ByteBuffer.allocate(70_000);
		receiver.receive(received);
		assertThat(received.flip()).isEqualTo(ByteBuffer.wrap(longest));
		output.send(ByteBuffer.wrap(new byte[] { 5 }), peer.localAddress(), TrafficType.VOICE, Dscp.EF);
		assertArrives(peer, 184, (byte) 5);
	}

	@Test
	void congestionNotificationBitsOfTheSocketAreKept() throws IOException {
		ProbeSocket ipv4 = peer(IPV4);
		ProbeSocket ipv6 = peer(IPV6);
		DatagramChannel socket = keep(DatagramChannel.open());
		SocketBackendTests.lend(socket, (descriptor) -> options.set(descriptor, Option.IP_TOS, 41));
		SocketBackendTests.lend(socket, (descriptor) -> options.set(descriptor, Option.IPV6_TCLASS, 42));
		DatagramOutput output = output(socket);
		output.send(ByteBuffer.allocate(1), ipv4.localAddress(), TrafficType.VOICE, Dscp.EF);
		output.send(ByteBuffer.allocate(1), ipv6.localAddress(), TrafficType.VOICE, Dscp.EF);
		assertArrives(ipv4, 185, (byte) 0);
		assertArrives(ipv6, 186, (byte) 0);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void unboundSocketIsBoundSoThatJavaKnows(boolean channel) throws IOException {
		ProbeSocket peer = peer(IPV4);
		if (channel) {
			DatagramChannel socket = keep(DatagramChannel.open());
			output(socket).send(ByteBuffer.allocate(1), peer.localAddress(), TrafficType.VOICE, Dscp.EF);
			Arrival arrival = peer.receive(ByteBuffer.allocate(1), SOON);
			assertThat(arrival.source().getPort()).isEqualTo(socket.socket().getLocalPort());
		}
		else {
			DatagramSocket socket = keep(new DatagramSocket(null));
			output(socket).send(ByteBuffer.allocate(1), peer.localAddress(), TrafficType.VOICE, Dscp.EF);
			Arrival arrival = peer.receive(ByteBuffer.allocate(1), SOON);
			assertThat(arrival.source().getPort()).isEqualTo(socket.getLocalPort());
		}
	}

	@Test
	void datagramThatIsTooLongIsToldAndTheNextIsSent() throws IOException {
		ProbeSocket peer = peer(IPV4);
		DatagramOutput output = output(keep(DatagramChannel.open()));
		for (int length : List.of(65_508, 65_536, 1_000_000)) {
			ByteBuffer datagram = ByteBuffer.allocate(length);
			assertThatExceptionOfType(SocketException.class)
				.isThrownBy(() -> output.send(datagram, peer.localAddress(), TrafficType.VOICE, Dscp.EF))
				.withMessage(
						"A datagram of " + length + " bytes is too long for " + peer.localAddress() + " (EMSGSIZE)");
			assertThat(datagram.remaining()).isEqualTo(length);
		}
		output.send(ByteBuffer.allocate(1), peer.localAddress(), TrafficType.VOICE, Dscp.EF);
		assertArrives(peer, 184, (byte) 0);
	}

	@Test
	void closedSocketIsTold() throws IOException {
		ProbeSocket peer = peer(IPV4);
		DatagramChannel socket = keep(DatagramChannel.open());
		DatagramOutput output = output(socket);
		output.send(ByteBuffer.allocate(1), peer.localAddress(), TrafficType.VOICE, Dscp.EF);
		socket.close();
		assertThatExceptionOfType(ClosedChannelException.class)
			.isThrownBy(() -> output.send(ByteBuffer.allocate(1), peer.localAddress(), TrafficType.VOICE, Dscp.EF));
	}

	@Test
	void peerThatIsNotThereIsTold() throws IOException {
		DatagramChannel gone = DatagramChannel.open().bind(new InetSocketAddress(IPV4, 0));
		InetSocketAddress address = (InetSocketAddress) gone.getLocalAddress();
		gone.close();
		DatagramChannel socket = keep(DatagramChannel.open()).connect(address);
		DatagramOutput output = output(socket);
		await().untilAsserted(() -> assertThatExceptionOfType(PortUnreachableException.class)
			.isThrownBy(() -> output.send(ByteBuffer.allocate(1), address, TrafficType.VOICE, Dscp.EF)));
	}

	@Test
	void fullSocketIsToldAndNotWaitedFor() throws IOException {
		FakeCalls calls = new FakeCalls((message) -> 11);
		ByteBuffer datagram = ByteBuffer.allocate(3);
		assertThat(send(calls, datagram)).isFalse();
		assertThat(datagram.remaining()).isEqualTo(3);
		assertThat(calls.flags).containsExactly(0x40);
		assertThat(send(new FakeCalls((message) -> 105), datagram)).isFalse();
	}

	@Test
	void priorityIsLeftOutWhereTheKernelDoesNotKnowIt() throws IOException {
		FakeCalls calls = new FakeCalls((message) -> (message.getLong(40) == 72) ? 22 : 0);
		DatagramOutput output = new LinuxDatagramOutput(calls, options, QosSocket.of(keep(DatagramChannel.open())));
		InetSocketAddress destination = new InetSocketAddress(IPV4, 9);
		try {
			assertThat(output.send(ByteBuffer.allocate(1), destination, TrafficType.VOICE, Dscp.EF)).isTrue();
			assertThat(output.send(ByteBuffer.allocate(1), destination, TrafficType.VOICE, Dscp.EF)).isTrue();
			// With, then without; from then on without at once.
			assertThat(calls.controlLengths).containsExactly(72L, 48L, 48L);
		}
		finally {
			LinuxDatagramOutput.priorityTaken = true;
		}
	}

	@Test
	void whatIsInvalidAnywayDoesNotCostThePriority() {
		FakeCalls calls = new FakeCalls((message) -> 22);
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> send(calls, ByteBuffer.allocate(1)));
		assertThat(LinuxDatagramOutput.priorityTaken).isTrue();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 13, 22, 38, 95 })
	void refusalThatMayBeThatOfTheMarkIsNoFailureToSend(int errno) {
		assertThatExceptionOfType(QosException.class)
			.isThrownBy(() -> send(new FakeCalls((message) -> errno), ByteBuffer.allocate(1)))
			.satisfies((ex) -> assertThat(ex.errorCase()).isIn(ErrorCase.ADMINISTRATOR, ErrorCase.INVALID,
					ErrorCase.NOT_SUPPORTED));
	}

	@Test
	void missingRouteIsTold() {
		assertThatExceptionOfType(SocketException.class)
			.isThrownBy(() -> send(new FakeCalls((message) -> 101), ByteBuffer.allocate(1)))
			.withMessage("sendmsg failed: ENETUNREACH (101) for /127.0.0.1:9")
			.withCauseInstanceOf(QosException.class);
	}

	private boolean send(SocketCalls calls, ByteBuffer datagram) throws IOException {
		return new LinuxDatagramOutput(calls, options, QosSocket.of(keep(DatagramChannel.open()))).send(datagram,
				new InetSocketAddress(IPV4, 9), TrafficType.VOICE, Dscp.EF);
	}

	private static void assertArrives(ProbeSocket peer, int tos, byte... data) throws IOException {
		ByteBuffer datagram = ByteBuffer.allocate(100);
		Arrival arrival = peer.receive(datagram, SOON);
		assertThat(arrival).isNotNull();
		assertThat(arrival.tos()).isEqualTo(tos);
		assertThat(datagram.flip()).isEqualTo(ByteBuffer.wrap(data));
	}

	private ProbeSocket peer(String address) throws IOException {
		return keep(new SocketBackend().probeSocket(new InetSocketAddress(address, 0)));
	}

	private static DatagramOutput output(DatagramChannel socket) {
		return new SocketBackend().datagramOutput(QosSocket.of(socket));
	}

	private static DatagramOutput output(DatagramSocket socket) {
		return new SocketBackend().datagramOutput(QosSocket.of(socket));
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(0, resource);
		return resource;
	}

	/**
	 * A system that sends as a test tells it.
	 */
	private static final class FakeCalls extends UnexpectedCalls {

		final List<Integer> flags = new ArrayList<>();

		final List<Long> controlLengths = new ArrayList<>();

		private final ToIntFunction<Pointer> sending;

		/**
		 * Create a system.
		 * @param sending gives the error number for a message, or 0
		 */
		FakeCalls(ToIntFunction<Pointer> sending) {
			this.sending = sending;
		}

		@Override
		public long sendmsg(int socket, long address, int messageFlags) {
			Pointer message = new Pointer(address);
			this.flags.add(messageFlags);
			this.controlLengths.add(message.getLong(40));
			int errno = this.sending.applyAsInt(message);
			if (errno != 0) {
				throw new LastErrorException(errno);
			}
			return 1;
		}

		@Override
		public int getsockopt(int socket, int level, int option, byte[] value, int[] length) {
			return 0;
		}

	}

}
