package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocketFactory;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FakeNativeSocket;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowFundamentals.Measurement;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.Marking;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.spi.ProbeSocket;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosBackendContractTests;
import io.github.qos4j.QosDatagramSender;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SocketBackend} with real sockets, whose options are read natively.
 */
@EnabledOnOs(OS.LINUX)
class SocketBackendTests extends QosBackendContractTests {

	/** Enough to find a missing lock; ten times as many find it for every kind. */
	private static final int ROUNDS = Integer.getInteger("qos4j.test.race.rounds", 2_000);

	private static final LinuxSocketOptions options = new LinuxSocketOptions();

	private final QosSession session = new SocketBackend()
		.open(new SessionSettings(QosVersion.V1_0, System.getLogger("test")));

	@Override
	protected QosBackend backend() {
		return new SocketBackend();
	}

	@Override
	protected Dscp inForce(Object socket) throws IOException {
		SocketMarks marks = marks(socket);
		assertThat(marks.dscp(Family.IPV6)).isEqualTo(marks.dscp(Family.IPV4));
		return marks.dscp(Family.IPV4);
	}

	@Override
	protected NativeSocket nativeSocket() throws IOException {
		int descriptor = Descriptors.lend(Descriptors.ownerOf(QosSocket.of(udp())), options::duplicate);
		keep(() -> options.close(descriptor));
		return new FakeNativeSocket(descriptor, NativeSocket.Kind.DATAGRAM);
	}

	@Test
	void serviceIsNotNeeded() {
		this.handle.awaitOpen(SOON);
		assertThat(this.handle.queryServiceStatus()).isEqualTo(ServiceStatus.NOT_NEEDED);
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
	void pauseGivesBackWhatTheApplicationHadSet() throws IOException {
		DatagramChannel socket = udp();
		set(socket, Option.IP_TOS, 41);
		set(socket, Option.IPV6_TCLASS, 42);
		set(socket, Option.SO_PRIORITY, 3);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		this.handle.pauseMarking();
		assertThat(marks(socket)).isEqualTo(new SocketMarks(41, 42, 3));
		assertThat(flow.marking()).isEqualTo(new Marking(Dscp.of(56), null, "marking is paused"));
		set(socket, Option.IP_TOS, 80);
		set(socket, Option.IPV6_TCLASS, 80);
		this.handle.resumeMarking();
		assertThat(marks(socket)).isEqualTo(new SocketMarks(224, 224, 6));
		assertThat(flow.marking().isApplied()).isTrue();
		flow.close();
		assertThat(inForce(socket)).isEqualTo(Dscp.of(20));
	}

	@Test
	void pauseEndsTheMarksOfAcceptedConnectionsToCome() throws IOException {
		ServerSocket listener = keep(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
		this.handle.addFlow(listener, TrafficType.VOICE);
		this.handle.pauseMarking();
		keep(new Socket(listener.getInetAddress(), listener.getLocalPort()));
		assertThat(inForce(keep(listener.accept()))).isEqualTo(Dscp.DF);
		this.handle.resumeMarking();
		keep(new Socket(listener.getInetAddress(), listener.getLocalPort()));
		assertThat(inForce(keep(listener.accept()))).isEqualTo(Dscp.of(56));
	}

	@Test
	void datagramsAreUnmarkedWhileMarkingIsPaused() throws IOException {
		ProbeSocket peer = keep(backend().probeSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
		QosDatagramSender sender = this.handle.datagramSender(QosSocket.of(keep(DatagramChannel.open())));
		QosFlowOptions voice = QosFlowOptions.of(TrafficType.VOICE);
		assertThat(tosOfNext(peer, sender, voice)).isEqualTo(224);
		this.handle.pauseMarking();
		assertThat(tosOfNext(peer, sender, voice)).isZero();
		this.handle.resumeMarking();
		assertThat(tosOfNext(peer, sender, voice)).isEqualTo(224);
	}

	private static int tosOfNext(ProbeSocket peer, QosDatagramSender sender, QosFlowOptions options)
			throws IOException {
		sender.send(ByteBuffer.allocate(1), peer.localAddress(), options);
		ProbeSocket.Arrival arrival = peer.receive(ByteBuffer.allocate(1), SOON);
		assertThat(arrival).isNotNull();
		return arrival.tos();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void newestFlowIsInForceAfterAPauseToo(boolean reopened) throws IOException {
		DatagramChannel socket = udp();
		this.handle.addFlow(socket, TrafficType.VOICE);
		QosFlow newer = this.handle.addFlow(socket, TrafficType.BACKGROUND);
		if (reopened) {
			this.handle.reopen();
		}
		else {
			this.handle.pauseMarking();
			this.handle.resumeMarking();
		}
		newer.awaitActive(SOON);
		assertThat(inForce(socket)).isEqualTo(Dscp.of(8));
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
	void tlsSocketLayeredOverAChannelIsMarked() throws IOException {
		SocketChannel channel = keep(SocketChannel.open(listen().getLocalSocketAddress()));
		SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
		Socket layered = keep(factory.createSocket(channel.socket(), "localhost", 1, false));
		QosFlow flow = this.handle.addFlow(layered, TrafficType.VOICE);
		assertThat(inForce(channel)).isEqualTo(Dscp.of(56));
		flow.close();
		assertThat(inForce(channel)).isEqualTo(Dscp.DF);
	}

	@Test
	void asynchronousChannelIsMarked() throws Exception {
		AsynchronousSocketChannel channel = keep(AsynchronousSocketChannel.open());
		QosFlow flow = this.handle.addFlow(channel, TrafficType.VOICE);
		assertThat(inForce(channel)).isEqualTo(Dscp.of(56));
		channel.connect(listen().getLocalSocketAddress()).get();
		assertThat(inForce(channel)).isEqualTo(Dscp.of(56));
		flow.close();
		assertThat(inForce(channel)).isEqualTo(Dscp.DF);
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "::1" })
	void whateverAListenerAcceptsIsMarkedLikeIt(String address) throws Exception {
		InetSocketAddress any = new InetSocketAddress(address, 0);
		ServerSocket plain = keep(new ServerSocket());
		ServerSocketChannel channel = keep(ServerSocketChannel.open());
		AsynchronousServerSocketChannel asynchronous = keep(AsynchronousServerSocketChannel.open());
		ServerSocket tls = keep(SSLServerSocketFactory.getDefault().createServerSocket());
		Map<Object, QosFlow> flows = Map.of(plain, this.handle.addFlow(plain, TrafficType.VOICE), channel,
				this.handle.addFlow(channel, TrafficType.VOICE), asynchronous,
				this.handle.addFlow(asynchronous, TrafficType.VOICE), tls, this.handle.addFlow(tls, TrafficType.VOICE));
		plain.bind(any);
		channel.bind(any);
		asynchronous.bind(any);
		tls.bind(any);
		keep(new Socket(address, plain.getLocalPort()));
		keep(new Socket(address, channel.socket().getLocalPort()));
		keep(new Socket(address, ((InetSocketAddress) asynchronous.getLocalAddress()).getPort()));
		keep(new Socket(address, tls.getLocalPort()));
		for (Object accepted : List.of(keep(plain.accept()), keep(channel.accept()), keep(asynchronous.accept().get()),
				keep(tls.accept()))) {
			assertThat(inForce(accepted)).isEqualTo(Dscp.of(56));
		}
		flows.forEach((listener, flow) -> {
			assertThat(flow.marking()).isEqualTo(new Marking(Dscp.of(56), Dscp.of(56), null));
			flow.close();
			assertThat(marks(listener)).isEqualTo(new SocketMarks(0, 0, 0));
		});
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

	// Rates

	@Test
	void rateOfAConnectionIsLimitedUntilTheFlowEnds() throws IOException {
		Socket socket = tcp();
		SessionFlow flow = add(socket, FlowRate.of(1_000_000));
		assertThat(rate(socket)).isEqualTo(125_000);
		assertThat(flow.marking().note()).isNull();
		assertThat(this.session.outgoingRate(flow)).hasValue(1_000_000);
		this.session.change(flow, QosFlowOptions.of(TrafficType.VOICE).withRate(FlowRate.of(50_000_000_000L)), Dscp.EF);
		// More than four bytes can hold.
		assertThat(rate(socket)).isEqualTo(6_250_000_000L);
		assertThat(this.session.outgoingRate(flow)).hasValue(50_000_000_000L);
		this.session.remove(flow);
		assertThat(rate(socket)).isEqualTo(SocketOptions.NO_LIMIT);
	}

	@Test
	void limitOfTheApplicationIsRestored() throws IOException {
		Socket socket = tcp();
		lend(socket, (descriptor) -> options.setRate(descriptor, 77_777));
		SessionFlow flow = add(socket, FlowRate.of(1_000_000));
		assertThat(rate(socket)).isEqualTo(125_000);
		this.session.remove(flow);
		assertThat(rate(socket)).isEqualTo(77_777);
	}

	@Test
	void connectionKeepsToItsRate() throws IOException {
		Socket socket = tcp();
		SessionFlow flow = add(socket, FlowRate.of(80_000_000));
		socket.getOutputStream().write(new byte[1000]);
		assertThat(this.session.fundamentals(flow, false).pacingBitsPerSecond()).hasValue(80_000_000);
	}

	@Test
	void flowWithoutARateHasNone() throws IOException {
		SessionFlow tcp = add(tcp(), null);
		SessionFlow udp = add(udp(), null);
		assertThat(this.session.outgoingRate(tcp)).isEmpty();
		assertThat(this.session.outgoingRate(udp)).isEmpty();
	}

	@Test
	void rateOfUdpIsNotPromised() throws IOException {
		SessionFlow flow = add(udp(), FlowRate.of(1_000_000));
		assertThat(flow.marking().isApplied()).isTrue();
		assertThat(flow.marking().note()).startsWith("the rate is not enforced or unknown: ");
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.session.outgoingRate(flow))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED));
	}

	@Test
	void rateOfAListenerIsThatOfEachConnection() throws IOException {
		ServerSocket listener = listen();
		SessionFlow flow = add(listener, FlowRate.of(1_000_000));
		assertThat(flow.marking().note()).isEqualTo("the rate is that of each accepted connection");
		keep(new Socket(listener.getInetAddress(), listener.getLocalPort()));
		assertThat(rate(keep(listener.accept()))).isEqualTo(125_000);
	}

	// Questions

	@Test
	void pathOfAConnectionIsMeasured() throws IOException {
		SessionFlow flow = add(tcp(), null);
		FlowFundamentals fundamentals = this.session.fundamentals(flow, false);
		assertThat(fundamentals.measurement()).isEqualTo(Measurement.MEASURED);
		assertThat(fundamentals.roundTripMicros().orElseThrow()).isPositive();
		assertThat(fundamentals.retransmissions()).hasValue(0);
		assertThat(fundamentals.bottleneckBitsPerSecond()).isEmpty();
	}

	@Test
	void pathIsMeasuredOnceThereIsOne() throws IOException {
		Socket socket = keep(new Socket());
		SessionFlow flow = add(socket, null);
		assertThat(this.session.fundamentals(flow, false)).isEqualTo(FlowFundamentals.MEASURING);
		socket.connect(listen().getLocalSocketAddress());
		assertThat(this.session.fundamentals(flow, false).measurement()).isEqualTo(Measurement.MEASURED);
		socket.close();
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.session.fundamentals(flow, false))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
	}

	@Test
	void nothingIsMeasuredWithoutAConnection() throws IOException {
		assertThat(this.session.fundamentals(add(udp(), null), true)).isEqualTo(FlowFundamentals.NOT_AVAILABLE);
		assertThat(this.session.fundamentals(add(listen(), null), true)).isEqualTo(FlowFundamentals.NOT_AVAILABLE);
		assertThat(this.session.fundamentals(add(keep(new ServerSocket()), null), true))
			.isEqualTo(FlowFundamentals.NOT_AVAILABLE);
	}

	@Test
	void marksOfPacketsAreThoseOfTheSocket() throws IOException {
		DatagramChannel socket = udp();
		SessionFlow flow = add(socket, null);
		assertThat(this.session.packetPriority(flow)).isEqualTo(new PacketPriority(Dscp.EF, Dscp.EF, 0, 0));
		set(socket, Option.IPV6_TCLASS, 40);
		assertThat(this.session.packetPriority(flow).conformantDscp()).isEqualTo(Dscp.of(10));
	}

	// Races

	/**
	 * While a socket is marked, it is closed and another one gets its number.
	 */
	@ParameterizedTest
	@EnumSource
	void socketThatGetsTheNumberOfAClosedOneIsNeverMarked(Kind kind) throws Exception {
		CyclicBarrier start = new CyclicBarrier(2);
		CyclicBarrier end = new CyclicBarrier(2);
		AtomicReference<QosSocket> target = new AtomicReference<>();
		AtomicBoolean stopped = new AtomicBoolean();
		Thread marker = new Thread(() -> {
			try {
				while (true) {
					start.await();
					if (stopped.get()) {
						return;
					}
					try {
						this.session.add(target.get(), QosFlowOptions.of(TrafficType.VOICE), Dscp.EF);
					}
					catch (QosException ex) {
						// Closed before it could be marked.
					}
					end.await();
				}
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
		marker.setDaemon(true);
		marker.start();
		int reused = 0;
		for (int round = 0; round < ROUNDS; round++) {
			AutoCloseable closed = kind.open();
			int number = number(closed);
			target.set(Kind.asQosSocketOf(closed));
			start.await();
			closed.close();
			try (AutoCloseable other = kind.open()) {
				reused += (number(other) == number) ? 1 : 0;
				end.await();
				assertThat(marks(other)).isEqualTo(new SocketMarks(0, 0, 0));
			}
		}
		stopped.set(true);
		start.await();
		marker.join();
		assertThat(reused).isPositive();
	}

	private SessionFlow add(Object socket, FlowRate rate) {
		return this.session.add(Kind.asQosSocketOf(socket), QosFlowOptions.of(TrafficType.VOICE).withRate(rate),
				Dscp.EF);
	}

	private ServerSocket listen() throws IOException {
		return keep(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()));
	}

	private static long rate(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), options::getRate);
	}

	private static int number(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> descriptor);
	}

	static SocketMarks marks(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> SocketMarks.read(options, descriptor));
	}

	private static void set(Object socket, Option option, int value) {
		lend(socket, (descriptor) -> options.set(descriptor, option, value));
	}

	static void lend(Object socket, IntConsumer action) {
		Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> {
			action.accept(descriptor);
			return null;
		});
	}

	/**
	 * A kind of socket.
	 */
	enum Kind {

		SOCKET(Socket::new),

		SOCKET_CHANNEL(SocketChannel::open),

		ASYNCHRONOUS_SOCKET_CHANNEL(AsynchronousSocketChannel::open),

		DATAGRAM_SOCKET(DatagramSocket::new),

		DATAGRAM_CHANNEL(DatagramChannel::open),

		SERVER_SOCKET(ServerSocket::new),

		SERVER_SOCKET_CHANNEL(ServerSocketChannel::open),

		ASYNCHRONOUS_SERVER_SOCKET_CHANNEL(AsynchronousServerSocketChannel::open);

		private final Callable<AutoCloseable> opener;

		Kind(Callable<AutoCloseable> opener) {
			this.opener = opener;
		}

		AutoCloseable open() throws Exception {
			return this.opener.call();
		}

		static QosSocket asQosSocketOf(Object socket) {
			return (socket instanceof NetworkChannel channel) ? QosSocket.of(channel)
					: (socket instanceof Socket tcp) ? QosSocket.of(tcp) : (socket instanceof ServerSocket server)
							? QosSocket.of(server) : QosSocket.of((DatagramSocket) socket);
		}

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
