package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.MulticastSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.List;

import javax.net.ssl.SSLSocketFactory;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosBackend;
import io.github.qos4j.QosBackendContractTests;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SocketBackend} with real sockets, whose options are read natively.
 */
@EnabledOnOs(OS.LINUX)
class SocketBackendTests extends QosBackendContractTests {

	private static final LinuxSocketOptions options = new LinuxSocketOptions();

	@Override
	protected QosBackend backend() {
		return new SocketBackend();
	}

	@Override
	protected Dscp inForce(Object socket) throws IOException {
		SocketMarks marks = marks(socket);
		assertThat(marks.dscp(true)).isEqualTo(marks.dscp(false));
		return marks.dscp(false);
	}

	@Test
	void serviceIsNotNeeded() {
		this.handle.awaitOpen(SOON);
		assertThat(this.handle.service()).isEqualTo(ServiceStatus.NOT_NEEDED);
	}

	@ParameterizedTest
	@EnumSource(TrafficType.class)
	void allThreeOptionsAreSetAndRestored(TrafficType type) throws IOException {
		DatagramChannel socket = udp();
		SocketMarks before = marks(socket);
		QosFlow flow = this.handle.addFlow(socket, type);
		int byteValue = type.dscp().value() << 2;
		int priority = switch (type) {
			case BACKGROUND -> 2;
			case BEST_EFFORT -> 0;
			case EXCELLENT_EFFORT -> 4;
			case AUDIO_VIDEO, VOICE, CONTROL -> 6;
		};
		assertThat(marks(socket)).isEqualTo(new SocketMarks(byteValue, byteValue, priority));
		assertThat(flow.marking().isApplied()).isTrue();
		flow.close();
		assertThat(marks(socket)).isEqualTo(before);
	}

	@Test
	void socketOfOneFamilyHasNoTrafficClass() throws IOException {
		DatagramChannel socket = keep(DatagramChannel.open(StandardProtocolFamily.INET));
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		assertThat(marks(socket)).isEqualTo(new SocketMarks(224, SocketMarks.NONE, 6));
		assertThat(flow.marking().isApplied()).isTrue();
		flow.close();
		assertThat(marks(socket)).isEqualTo(new SocketMarks(0, SocketMarks.NONE, 0));
	}

	@Test
	void newSocketsAreMarkedBeforeTheyAreBound() throws IOException {
		Socket tcp = keep(new Socket());
		SocketChannel channel = keep(SocketChannel.open());
		DatagramSocket udp = keep(new DatagramSocket(null));
		MulticastSocket multicast = keep(new MulticastSocket(0));
		List<QosFlow> flows = List.of(this.handle.addFlow(tcp, TrafficType.VOICE),
				this.handle.addFlow(channel, TrafficType.VOICE), this.handle.addFlow(udp, TrafficType.VOICE),
				this.handle.addFlow(multicast, TrafficType.VOICE));
		assertThat(flows).extracting(QosFlow::state).containsOnly(FlowState.ACTIVE);
		for (Object socket : List.of(tcp, channel, udp, multicast)) {
			assertThat(inForce(socket)).isEqualTo(Dscp.of(56));
		}
	}

	@Test
	void whatTheApplicationHadSetBeforeIsRestored() throws IOException {
		DatagramChannel socket = udp();
		// DSCP 10 and congestion notification bits 01, as a QUIC library would have them.
		set(socket, Option.IP_TOS, 41);
		set(socket, Option.IPV6_TCLASS, 42);
		set(socket, Option.SO_PRIORITY, 3);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		assertThat(marks(socket)).isEqualTo(new SocketMarks(225, 226, 6));
		flow.close();
		assertThat(marks(socket)).isEqualTo(new SocketMarks(41, 42, 3));
	}

	@Test
	void whatTheApplicationSetsMeanwhileStays() throws IOException {
		DatagramChannel socket = udp();
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		set(socket, Option.IP_TOS, 40);
		SocketMarks changed = marks(socket);
		assertThat(flow.marking()).satisfies((marking) -> {
			assertThat(marking.applied()).isEqualTo(Dscp.of(10));
			assertThat(marking.note()).isEqualTo("another part of the application has set the socket's own option");
		});
		flow.close();
		assertThat(marks(socket)).isEqualTo(new SocketMarks(40, 0, changed.priority()));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void newestOfTwoFlowsIsInForceAndTheLastRestores(boolean olderFirst) throws IOException {
		DatagramChannel socket = udp();
		set(socket, Option.IP_TOS, 40);
		set(socket, Option.IPV6_TCLASS, 40);
		QosFlow older = this.handle.addFlow(socket, TrafficType.VOICE);
		QosFlow newer = this.handle.addFlow(socket, TrafficType.BACKGROUND);
		assertThat(inForce(socket)).isEqualTo(Dscp.of(8));
		assertThat(older.marking().note()).isEqualTo("a newer flow on the same socket is in force");
		(olderFirst ? older : newer).close();
		assertThat(inForce(socket)).isEqualTo(olderFirst ? Dscp.of(8) : Dscp.of(56));
		assertThat((olderFirst ? newer : older).marking().isApplied()).isTrue();
		(olderFirst ? newer : older).close();
		assertThat(inForce(socket)).isEqualTo(Dscp.of(10));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void flowsOfTwoHandlesOnOneSocketRespectEachOther(boolean olderFirst) throws IOException {
		DatagramChannel socket = udp();
		QosHandle other = keep(QosHandle.builder().name("other").backend("socket").build());
		this.handle.addFlow(socket, TrafficType.VOICE);
		other.addFlow(socket, TrafficType.BACKGROUND);
		(olderFirst ? this.handle : other).close();
		assertThat(inForce(socket)).isEqualTo(olderFirst ? Dscp.of(8) : Dscp.of(56));
		(olderFirst ? other : this.handle).close();
		assertThat(inForce(socket)).isEqualTo(Dscp.DF);
	}

	@Test
	void flowInTheMiddleOfManyClosesWithoutEffect() throws IOException {
		DatagramChannel socket = udp();
		QosFlow first = this.handle.addFlow(socket, TrafficType.VOICE);
		QosFlow second = this.handle.addFlow(socket, TrafficType.BACKGROUND);
		QosFlow third = this.handle.addFlow(socket, TrafficType.AUDIO_VIDEO);
		second.close();
		assertThat(inForce(socket)).isEqualTo(Dscp.of(40));
		third.close();
		assertThat(inForce(socket)).isEqualTo(Dscp.of(56));
		first.close();
		assertThat(inForce(socket)).isEqualTo(Dscp.DF);
	}

	@Test
	void tlsSocketLayeredOverAnotherIsTheSameSocket() throws IOException {
		Socket plain = tcp();
		QosFlow plainFlow = this.handle.addFlow(plain, TrafficType.VOICE);
		SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
		Socket layered = keep(factory.createSocket(plain, "localhost", plain.getPort(), false));
		QosFlow layeredFlow = this.handle.addFlow(layered, TrafficType.BACKGROUND);
		assertThat(inForce(plain)).isEqualTo(Dscp.of(8));
		plainFlow.close();
		assertThat(inForce(plain)).isEqualTo(Dscp.of(8));
		layeredFlow.close();
		assertThat(inForce(plain)).isEqualTo(Dscp.DF);
	}

	@Test
	void everyCodePointCanBeAskedFor() throws IOException {
		DatagramChannel socket = udp();
		for (int value = 0; value < 64; value++) {
			Dscp dscp = Dscp.of(value);
			try (QosFlow flow = this.handle.addFlow(socket,
					QosFlowOptions.of(TrafficType.AUDIO_VIDEO).withDscp(dscp))) {
				assertThat(flow.marking().applied()).isEqualTo(dscp);
			}
		}
		assertThat(inForce(socket)).isEqualTo(Dscp.DF);
	}

	@Test
	void socketOfAForeignKindFailsItsFlowAlone() throws IOException {
		Socket wrapper = keep(new WrappingSocket(tcp()));
		QosFlow flow = this.handle.addFlow(wrapper, TrafficType.VOICE);
		assertThat(flow.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(FlowState.FAILED);
			assertThat(status.reason()).contains(WrappingSocket.class.getName());
		});
	}

	private static SocketMarks marks(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> SocketMarks.read(options, descriptor));
	}

	private static void set(Object socket, Option option, int value) {
		Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> {
			options.set(descriptor, option, value);
			return null;
		});
	}

	/**
	 * A socket that hands everything to another one, as some libraries have them.
	 */
	private static final class WrappingSocket extends Socket {

		private final Socket delegate;

		private WrappingSocket(Socket delegate) {
			this.delegate = delegate;
		}

		@Override
		public boolean getReuseAddress() throws SocketException {
			return this.delegate.getReuseAddress();
		}

		@Override
		public boolean isConnected() {
			return this.delegate.isConnected();
		}

		@Override
		public InetAddress getInetAddress() {
			return this.delegate.getInetAddress();
		}

		@Override
		public int getPort() {
			return this.delegate.getPort();
		}

	}

}
