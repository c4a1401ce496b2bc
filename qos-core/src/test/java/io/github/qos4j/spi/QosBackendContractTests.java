package io.github.qos4j.spi;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowCounts;
import io.github.qos4j.FlowState;
import io.github.qos4j.FakeNativeSocket;
import io.github.qos4j.HandleState;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * What every backend promises through a handle.
 */
public abstract class QosBackendContractTests {

	protected static final Duration SOON = Duration.ofSeconds(20);

	private final List<AutoCloseable> resources = new ArrayList<>();

	protected QosHandle handle;

	private ServerSocket server;

	/**
	 * Return the backend under test.
	 */
	protected abstract QosBackend backend();

	/**
	 * Return what is in force for a socket as far as can be seen from outside the
	 * backend, or {@code null} where nothing can.
	 */
	protected Dscp inForce(Object socket) throws IOException {
		return null;
	}

	/**
	 * Return whether flows of sockets without a peer become active.
	 */
	protected boolean marksUnconnected() {
		return true;
	}

	/**
	 * Return a socket that is no Java socket, and that the calling thread does not own.
	 */
	protected NativeSocket nativeSocket() throws IOException {
		return new FakeNativeSocket(NativeSocket.Kind.DATAGRAM);
	}

	/**
	 * Return whether flows of such sockets become active.
	 */
	protected boolean marksNativeSockets() {
		return true;
	}

	@BeforeEach
	void open() throws IOException {
		this.handle = keep(backend().applyTo(QosHandle.builder()).name("contract").build());
		this.server = keep(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
	}

	@Test
	void handleOpensAndCloses() {
		this.handle.awaitOpen(SOON);
		assertThat(this.handle.status().backend()).isEqualTo(backend().name());
		this.handle.close();
		this.handle.close();
		assertThat(this.handle.state()).isEqualTo(HandleState.CLOSED);
		assertThatIllegalStateException().isThrownBy(() -> this.handle.addFlow(udp(), TrafficType.VOICE));
	}

	@ParameterizedTest
	@EnumSource(TrafficType.class)
	void flowIsActiveUntilClosed(TrafficType type) throws IOException {
		DatagramChannel socket = udp();
		Dscp before = inForce(socket);
		QosFlow flow = this.handle.addFlow(socket, type);
		flow.awaitActive(SOON);
		assertThat(flow.marking().requested()).isEqualTo(type.dscp());
		assertThat(inForce(socket)).isIn(null, type.dscp());
		flow.close();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		assertThat(inForce(socket)).isEqualTo(before);
		assertThat(this.handle.status().flows()).isEqualTo(new FlowCounts(0, 0, 0));
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void everyKindOfSocketIsTaken() throws IOException {
		Socket socket = tcp();
		SocketChannel channel = keep(SocketChannel.open(this.server.getLocalSocketAddress()));
		DatagramSocket datagramSocket = keep(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
		datagramSocket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		DatagramChannel datagramChannel = udp();
		Map<Object, QosFlow> flows = Map.of(socket, this.handle.addFlow(socket, TrafficType.VOICE), channel,
				this.handle.addFlow(channel, TrafficType.VOICE), datagramSocket,
				this.handle.addFlow(datagramSocket, TrafficType.VOICE), datagramChannel,
				this.handle.addFlow(datagramChannel, TrafficType.VOICE));
		for (Map.Entry<Object, QosFlow> entry : flows.entrySet()) {
			entry.getValue().awaitActive(SOON);
			assertThat(inForce(entry.getKey())).isIn(null, Dscp.of(56));
		}
		assertThat(this.handle.status().flows()).isEqualTo(new FlowCounts(4, 0, 0));
		this.handle.close();
		for (Object key : flows.keySet()) {
			assertThat(inForce(key)).isIn(null, Dscp.DF);
		}
	}

	@Test
	void socketsThatAreNoJavaSocketsAreTakenOrRefusedForAReason() throws IOException {
		NativeSocket socket = nativeSocket();
		QosFlow flow = this.handle.addFlow(QosSocket.of(socket), TrafficType.VOICE);
		if (marksNativeSockets()) {
			flow.awaitActive(SOON);
			assertThat(flow.marking().requested()).isEqualTo(Dscp.of(56));
		}
		else {
			await().untilAsserted(() -> assertThat(flow.state()).isEqualTo(FlowState.FAILED));
			assertThat(flow.status().reason()).contains("ava socket");
		}
		flow.close();
		assertThat(this.handle.status().flows()).isEqualTo(new FlowCounts(0, 0, 0));
	}

	@Test
	void adaptorsOfChannelsAreTaken() throws IOException {
		SocketChannel channel = keep(SocketChannel.open(this.server.getLocalSocketAddress()));
		DatagramChannel datagramChannel = udp();
		this.handle.addFlow(channel.socket(), TrafficType.VOICE).awaitActive(SOON);
		this.handle.addFlow(datagramChannel.socket(), TrafficType.VOICE).awaitActive(SOON);
		assertThat(inForce(channel)).isIn(null, Dscp.of(56));
		assertThat(inForce(datagramChannel)).isIn(null, Dscp.of(56));
	}

	@Test
	void socketMarkedBeforeConnectIsMarkedAfterwards() throws IOException {
		Socket socket = keep(new Socket());
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		if (marksUnconnected()) {
			flow.awaitActive(SOON);
		}
		socket.connect(this.server.getLocalSocketAddress());
		flow.awaitActive(SOON);
		assertThat(inForce(socket)).isIn(null, Dscp.of(56));
	}

	@Test
	void flowOutlivesItsSocketWithoutHarm() throws IOException {
		DatagramChannel socket = udp();
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		flow.awaitActive(SOON);
		socket.close();
		flow.marking();
		flow.close();
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		this.handle.addFlow(udp(), TrafficType.VOICE).awaitActive(SOON);
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void pauseTakesMarksAwayUntilItIsOver() throws IOException {
		DatagramChannel socket = udp();
		Dscp before = inForce(socket);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		flow.awaitActive(SOON);
		this.handle.pauseMarking();
		assertThat(flow.state()).isEqualTo(FlowState.PENDING);
		assertThat(flow.status().reason()).isEqualTo("marking is paused");
		await().untilAsserted(() -> assertThat(inForce(socket)).isEqualTo(before));
		QosFlow late = this.handle.addFlow(udp(), TrafficType.VOICE);
		assertThat(this.handle.status().flows()).isEqualTo(new FlowCounts(0, 2, 0));
		this.handle.resumeMarking();
		flow.awaitActive(SOON);
		late.awaitActive(SOON);
		assertThat(inForce(socket)).isIn(null, Dscp.of(56));
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void reopenedHandleHasAllFlowsAgain() throws Exception {
		DatagramChannel socket = udp();
		Dscp before = inForce(socket);
		QosFlow flow = this.handle.addFlow(socket, TrafficType.VOICE);
		flow.awaitActive(SOON);
		this.handle.reopen();
		assertThat(this.handle.whenOpen().toCompletableFuture()).succeedsWithin(SOON);
		flow.awaitActive(SOON);
		assertThat(inForce(socket)).isIn(null, Dscp.of(56));
		flow.close();
		// The session before may be closed by a thread of its own.
		await().untilAsserted(() -> assertThat(inForce(socket)).isEqualTo(before));
		assertThat(this.handle.status().error()).isNull();
	}

	@Test
	void flowsHaveIdsAndSockets() throws IOException {
		QosSocket socket = QosSocket.of(udp());
		QosFlow flow = this.handle.addFlow(socket, QosFlowOptions.of(TrafficType.VOICE));
		QosFlow other = this.handle.addFlow(udp(), TrafficType.VOICE);
		assertThat(flow.socket()).isEqualTo(socket);
		assertThat(flow.id()).isPositive();
		assertThat(other.id()).isGreaterThan(flow.id());
		flow.close();
		assertThat(flow.socket()).isEqualTo(socket);
	}

	@Test
	void mistakesOfTheCallerAreThrownAndChangeNothing() throws IOException {
		DatagramChannel closed = udp();
		closed.close();
		assertThatIllegalArgumentException().isThrownBy(() -> this.handle.addFlow(closed, TrafficType.VOICE))
			.withMessage("'channel' must be open");
		assertThat(this.handle.flows()).isEmpty();
	}

	@Test
	void unixDomainListenersAreRefused() throws IOException {
		keep(unixDomainSocket());
		ServerSocketChannel unix = keep(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
		assertThatIllegalArgumentException().isThrownBy(() -> this.handle.addFlow(unix, TrafficType.VOICE))
			.withMessage("'channel' must be an internet socket but was a Unix domain socket");
		assertThat(this.handle.flows()).isEmpty();
	}

	@Test
	void unixDomainSocketsAreRefused() throws IOException {
		SocketChannel unix = keep(unixDomainSocket());
		assertThatIllegalArgumentException().isThrownBy(() -> this.handle.addFlow(unix, TrafficType.VOICE))
			.withMessage("'channel' must be an internet socket but was a Unix domain socket");
		assertThat(this.handle.flows()).isEmpty();
	}

	@Test
	void manyThreadsAddAndCloseFlows() throws Exception {
		CountDownLatch start = new CountDownLatch(1);
		List<DatagramChannel> sockets = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			sockets.add(udp());
		}
		List<CompletableFuture<Void>> workers = IntStream.range(0, 4).mapToObj((worker) -> {
			CompletableFuture<Void> done = new CompletableFuture<>();
			Thread thread = new Thread(() -> {
				try {
					start.await();
					for (int i = 0; i < 250; i++) {
						this.handle.addFlow(sockets.get((worker + i) % 4), TrafficType.VOICE).close();
					}
					done.complete(null);
				}
				catch (Throwable ex) {
					done.completeExceptionally(ex);
				}
			});
			thread.start();
			return done;
		}).toList();
		start.countDown();
		assertThat(workers).allSatisfy((worker) -> assertThat(worker).succeedsWithin(SOON));
		QosFlow last = this.handle.addFlow(sockets.get(0), TrafficType.VOICE);
		last.awaitActive(SOON);
		last.close();
		assertThat(this.handle.status()).satisfies((status) -> {
			assertThat(status.flows()).isEqualTo(new FlowCounts(0, 0, 0));
			assertThat(status.error()).isNull();
		});
		for (DatagramChannel socket : sockets) {
			assertThat(inForce(socket)).isIn(null, Dscp.DF);
		}
	}

	private static SocketChannel unixDomainSocket() throws IOException {
		try {
			return SocketChannel.open(StandardProtocolFamily.UNIX);
		}
		catch (UnsupportedOperationException ex) {
			return abort("This system has no Unix domain sockets");
		}
	}

	protected final Socket tcp() throws IOException {
		return keep(new Socket(this.server.getInetAddress(), this.server.getLocalPort()));
	}

	protected final DatagramChannel udp() throws IOException {
		DatagramChannel channel = keep(DatagramChannel.open());
		return channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
	}

	protected final <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(0, resource);
		return resource;
	}

}
