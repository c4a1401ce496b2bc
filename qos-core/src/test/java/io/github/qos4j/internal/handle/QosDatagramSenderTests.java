package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.Marking;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.spi.DatagramOutput;
import io.github.qos4j.spi.InertBackend;
import io.github.qos4j.spi.QosBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosDatagramSender} over a backend that can refuse.
 */
class QosDatagramSenderTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private final Pause pause = new Pause();

	private final List<AutoCloseable> resources = new ArrayList<>();

	private final List<String> sent = new ArrayList<>();

	private QosException refusal;

	private boolean full;

	private DatagramChannel peer;

	private InetSocketAddress destination;

	private DatagramChannel socket;

	private QosDatagramSender sender;

	@BeforeEach
	void open() throws IOException {
		this.peer = keep(DatagramChannel.open()).bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		this.destination = (InetSocketAddress) this.peer.getLocalAddress();
		this.socket = keep(DatagramChannel.open());
		this.sender = sender(new SendingBackend(), QosSocket.of(this.socket));
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
	}

	@Test
	void datagramsAreUnmarkedWhileMarkingIsPaused() throws IOException {
		this.pause.set(true);
		assertThat(this.sender.send(ByteBuffer.wrap(new byte[] { 7 }), this.destination, VOICE)).isTrue();
		assertThat(receive()).containsExactly(7);
		assertThat(this.sent).isEmpty();
		assertThat(this.sender.marking(VOICE)).isEqualTo(new Marking(Dscp.of(56), null, "marking is paused"));
		this.pause.set(false);
		assertThat(this.sender.send(ByteBuffer.wrap(new byte[] { 8 }), this.destination, VOICE)).isTrue();
		assertThat(this.sent).containsExactly("VOICE 56");
		assertThat(this.sender.marking(VOICE)).isEqualTo(new Marking(Dscp.of(56), Dscp.of(56), null));
	}

	@Test
	void eachDatagramGetsTheCodePointOfItsOptions() throws IOException {
		assertThat(this.sender.send(ByteBuffer.allocate(1), this.destination, TrafficType.VOICE)).isTrue();
		assertThat(this.sender.send(ByteBuffer.allocate(1), this.destination, VOICE.withDscp(Dscp.EF))).isTrue();
		this.full = true;
		assertThat(this.sender.send(ByteBuffer.allocate(1), this.destination, TrafficType.BACKGROUND)).isFalse();
		assertThat(this.sent).containsExactly("VOICE 56", "VOICE 46", "BACKGROUND 8");
		assertThat(this.sender.marking(VOICE)).isEqualTo(new Marking(Dscp.of(56), Dscp.of(56), null));
		assertThat(this.sender).hasToString("datagrams of " + this.socket);
	}

	@Test
	void backendThatCannotMarkStillSends() throws IOException {
		QosDatagramSender unmarked = sender(new InertBackend(), QosSocket.of(this.socket));
		assertThat(unmarked.marking(VOICE))
			.isEqualTo(new Marking(Dscp.of(56), null, "The backend 'inert' does not mark single datagrams"));
		ByteBuffer datagram = ByteBuffer.wrap(new byte[] { 0, 1, 2, 3 }).position(1);
		assertThat(unmarked.send(datagram, this.destination, VOICE)).isTrue();
		assertThat(datagram.hasRemaining()).isFalse();
		assertThat(receive()).containsExactly(1, 2, 3);
		assertThat(unmarked.send(ByteBuffer.allocate(0), this.destination, VOICE)).isTrue();
		assertThat(receive()).isEmpty();
		QosDatagramSender ofSocket = sender(new InertBackend(), QosSocket.of(keep(new DatagramSocket())));
		ByteBuffer readOnly = ByteBuffer.wrap(new byte[] { 4, 5 }).asReadOnlyBuffer().position(1);
		assertThat(ofSocket.send(readOnly, this.destination, VOICE)).isTrue();
		assertThat(readOnly.hasRemaining()).isFalse();
		assertThat(receive()).containsExactly(5);
	}

	@Test
	void refusedMarkStopsNoDatagram() throws IOException {
		this.refusal = new QosException(ErrorCase.ADMINISTRATOR, "sendmsg failed", "Allow it", null);
		assertThat(this.sender.send(ByteBuffer.wrap(new byte[] { 1 }), this.destination, VOICE)).isTrue();
		assertThat(receive()).containsExactly(1);
		assertThat(this.sender.marking(VOICE)).isEqualTo(new Marking(Dscp.of(56), null, "sendmsg failed. Allow it"));
		this.refusal = null;
		assertThat(this.sender.send(ByteBuffer.wrap(new byte[] { 1 }), this.destination, VOICE)).isTrue();
		assertThat(this.sender.marking(VOICE).isApplied()).isTrue();
	}

	@Test
	void connectedSocketSendsToItsPeerAlone() throws IOException {
		this.socket.connect(this.destination);
		assertThat(this.sender.send(ByteBuffer.allocate(1), this.destination, VOICE)).isTrue();
		InetSocketAddress other = new InetSocketAddress(this.destination.getAddress(), 9);
		assertThatIllegalArgumentException().isThrownBy(() -> this.sender.send(ByteBuffer.allocate(1), other, VOICE))
			.withMessage("'destination' must be the peer that the socket is connected to, "
					+ this.socket.getRemoteAddress() + ", but was " + other);
	}

	@Test
	void mistakesOfTheCallerAreThrownAndNothingIsSent() throws IOException {
		ByteBuffer datagram = ByteBuffer.allocate(1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.sender.send(null, this.destination, VOICE))
			.withMessage("'datagram' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.sender.send(datagram, null, VOICE))
			.withMessage("'destination' must not be null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.sender.send(datagram, this.destination, (QosFlowOptions) null))
			.withMessage("'options' must not be null");
		assertThatIllegalArgumentException().isThrownBy(() -> this.sender.marking(null))
			.withMessage("'options' must not be null");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.sender.send(datagram, InetSocketAddress.createUnresolved("host", 1), VOICE))
			.withMessageStartingWith("'destination' must be resolved but was host");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.sender.send(datagram, new InetSocketAddress("127.0.0.1", 0), VOICE))
			.withMessage("'destination' must have a port but was /127.0.0.1:0");
		Socket tcp = keep(new Socket());
		assertThatIllegalArgumentException().isThrownBy(() -> sender(new SendingBackend(), QosSocket.of(tcp)))
			.withMessageStartingWith("'socket' must be an open UDP socket but was tcp");
		assertThat(this.sent).isEmpty();
	}

	@Test
	void closedSocketIsTold() throws IOException {
		QosDatagramSender unmarked = sender(new InertBackend(), QosSocket.of(this.socket));
		this.socket.close();
		assertThatExceptionOfType(ClosedChannelException.class)
			.isThrownBy(() -> unmarked.send(ByteBuffer.allocate(1), this.destination, VOICE));
	}

	private byte[] receive() throws IOException {
		ByteBuffer datagram = ByteBuffer.allocate(100);
		this.peer.receive(datagram);
		byte[] data = new byte[datagram.flip().remaining()];
		datagram.get(data);
		return data;
	}

	private QosDatagramSender sender(QosBackend backend, QosSocket qosSocket) {
		return DefaultQosDatagramSender.open(backend, qosSocket, new CodePoints(MarkingProfile.QWAVE), this.pause);
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(0, resource);
		return resource;
	}

	/**
	 * A backend that notes what it is to send.
	 */
	private final class SendingBackend extends InertBackend {

		@Override
		public DatagramOutput datagramOutput(QosSocket qosSocket) {
			return (datagram, target, type, dscp) -> {
				if (QosDatagramSenderTests.this.refusal != null) {
					throw QosDatagramSenderTests.this.refusal;
				}
				QosDatagramSenderTests.this.sent.add(type + " " + dscp.value());
				return !QosDatagramSenderTests.this.full;
			};
		}

	}

}
