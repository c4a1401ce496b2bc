package io.github.qos4j.recording;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.qos4j.Dscp;
import io.github.qos4j.FlowRate;
import io.github.qos4j.HandleState;
import io.github.qos4j.HandleStatus;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosVersion;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordedFlow.RecordedMark;
import io.github.qos4j.recording.RecordedFlow.RecordedSocket;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosBackendContractTests;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.spi.SystemListener;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link RecordingBackend}.
 */
class RecordingBackendTests extends QosBackendContractTests {

	@Override
	protected QosBackend backend() {
		return new RecordingBackend();
	}

	@Test
	void flowsTellWhatWasAskedFor() throws IOException {
		DatagramChannel socket = udp();
		try (QosHandle named = QosHandle.builder().backend("recording").build()) {
			QosFlow flow = named.addFlow(socket, TrafficType.VOICE);
			named.addFlow(socket, TrafficType.CONTROL);
			assertThat(named.flows()).extracting((recorded) -> recorded.options().trafficType())
				.containsExactly(TrafficType.VOICE, TrafficType.CONTROL);
			assertThat(flow.marking().isApplied()).isTrue();
		}
	}

	// What was asked for, also of flows that are closed

	@Test
	void flowThatIsClosedAgainLeavesSomethingToLookAt() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		try (QosHandle qos = recording.applyTo(QosHandle.builder()).build()) {
			call(qos, new InetSocketAddress("127.0.0.1", 4711), ByteBuffer.allocate(1));
			assertThat(qos.flows()).isEmpty();
			assertThat(recording.flows()).singleElement().satisfies((flow) -> {
				assertThat(flow.trafficType()).isEqualTo(TrafficType.VOICE);
				assertThat(flow.dscp()).isEqualTo(Dscp.of(56));
				assertThat(flow.open()).isFalse();
				assertThat(flow.socket().stream()).isFalse();
				assertThat(flow.socket().remoteAddress()).isEqualTo(new InetSocketAddress("127.0.0.1", 4711));
				assertThat(flow.socket().localAddress()).isNotNull();
			});
		}
	}

	/**
	 * The example of {@code docs/flows.md}.
	 */
	private static void call(QosHandle qos, SocketAddress peer, ByteBuffer packet) throws IOException {
		try (DatagramChannel channel = DatagramChannel.open(); QosFlow flow = qos.addFlow(channel, TrafficType.VOICE)) {
			channel.connect(peer);
			channel.write(packet);
		}
	}

	@Test
	void changesAndFurtherSocketsAreRecorded() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		ServerSocketChannel listener = keep(ServerSocketChannel.open());
		DatagramChannel unconnected = keep(DatagramChannel.open());
		InetSocketAddress peer = new InetSocketAddress("127.0.0.1", 4711);
		QosFlow flow = qos.addFlow(listener, TrafficType.VOICE);
		assertThat(flow.add(QosSocket.of(unconnected).to(peer)).toCompletableFuture()).succeedsWithin(SOON);
		assertThat(flow.add(QosSocket.of(unconnected).to(peer)).toCompletableFuture()).succeedsWithin(SOON);
		QosFlowOptions changed = QosFlowOptions.of(TrafficType.CONTROL).withDscp(Dscp.EF).withRate(FlowRate.of(80_000));
		assertThat(flow.setOptions(changed).toCompletableFuture()).succeedsWithin(SOON);
		List<RecordedMark> marks = List.of(new RecordedMark(QosFlowOptions.of(TrafficType.VOICE), Dscp.of(56)),
				new RecordedMark(changed, Dscp.EF));
		RecordedFlow expected = new RecordedFlow(List.of(new RecordedSocket(true, true, null, null, marks),
				new RecordedSocket(false, false, null, peer, marks)), true);
		assertThat(recording.flows()).containsExactly(expected);
		assertThat(flow.outgoingRate().toCompletableFuture()).succeedsWithin(SOON).isEqualTo(OptionalLong.of(80_000));
		qos.close();
		assertThat(recording.flows()).containsExactly(new RecordedFlow(expected.sockets(), false));
	}

	@Test
	void socketHasTheMarksSinceItWasAdded() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		QosFlow flow = qos.addFlow(udp(), TrafficType.VOICE);
		flow.setOptions(QosFlowOptions.of(TrafficType.BACKGROUND)).toCompletableFuture().join();
		flow.add(QosSocket.of(udp())).toCompletableFuture().join();
		assertThat(recording.flows()).singleElement()
			.extracting(RecordedFlow::sockets, as(InstanceOfAssertFactories.list(RecordedSocket.class)))
			.extracting((socket) -> socket.marks().size())
			.containsExactly(2, 1);
	}

	@Test
	void peerIsKnownThoughTheSocketWasConnectedAndClosedUnseen() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		ServerSocketChannel server = keep(ServerSocketChannel.open());
		server.bind(new InetSocketAddress("127.0.0.1", 0));
		InetSocketAddress peer = (InetSocketAddress) server.getLocalAddress();
		try (Socket socket = new Socket();
				SocketChannel channel = SocketChannel.open();
				DatagramSocket datagrams = new DatagramSocket();
				DatagramChannel datagramChannel = DatagramChannel.open()) {
			qos.addFlow(socket, TrafficType.VOICE);
			qos.addFlow(channel, TrafficType.VOICE);
			qos.addFlow(datagrams, TrafficType.VOICE);
			qos.addFlow(datagramChannel, TrafficType.VOICE);
			socket.connect(peer);
			channel.connect(peer);
			datagrams.connect(peer);
			datagramChannel.connect(peer);
			socket.close();
			channel.close();
			datagrams.close();
			datagramChannel.close();
			assertThat(recording.flows()).hasSize(4).allSatisfy((flow) -> {
				assertThat(flow.socket().remoteAddress()).isEqualTo(peer);
				assertThat(flow.open()).isFalse();
			});
		}
	}

	@Test
	void whatIsOverIsForgottenAndTheRestIsKept() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		QosFlow changed = qos.addFlow(udp(), TrafficType.VOICE);
		changed.setOptions(QosFlowOptions.of(TrafficType.CONTROL)).toCompletableFuture().join();
		changed.setOptions(QosFlowOptions.of(TrafficType.VOICE)).toCompletableFuture().join();
		changed.setOptions(QosFlowOptions.of(TrafficType.CONTROL)).toCompletableFuture().join();
		DatagramChannel further = udp();
		changed.add(QosSocket.of(further)).toCompletableFuture().join();
		qos.addFlow(udp(), TrafficType.BACKGROUND).close();
		DatagramChannel closed = udp();
		qos.addFlow(closed, TrafficType.BACKGROUND);
		closed.close();
		further.close();
		recording.clearPast();
		assertThat(recording.flows()).singleElement().satisfies((flow) -> {
			assertThat(flow.sockets()).hasSize(1);
			assertThat(flow.marks()).extracting((mark) -> mark.options().trafficType())
				.containsExactly(TrafficType.CONTROL);
			assertThat(flow.open()).isTrue();
		});
		changed.setOptions(QosFlowOptions.of(TrafficType.VOICE)).toCompletableFuture().join();
		assertThat(recording.flows()).singleElement()
			.satisfies((flow) -> assertThat(flow.marks()).hasSize(2))
			.satisfies((flow) -> assertThat(flow.trafficType()).isEqualTo(TrafficType.VOICE));
	}

	@Test
	void socketThatClosesWhileThePastIsForgottenCanStillBeRead() {
		AtomicInteger asked = new AtomicInteger(Integer.MIN_VALUE);
		Socket socket = keep(new Socket() {

			@Override
			public boolean isClosed() {
				return asked.incrementAndGet() > 1;
			}

		});
		RecordingFlow flow = new RecordingFlow(QosSocket.of(socket), QosFlowOptions.of(TrafficType.VOICE), Dscp.of(56));
		asked.set(0);
		flow.forgetPast();
		assertThat(asked).hasPositiveValue();
		assertThat(flow.toRecord().trafficType()).isEqualTo(TrafficType.VOICE);
		assertThat(flow.toRecord().open()).isFalse();
	}

	@Test
	void recordingsOfDifferentHandlesAreKeptApart() throws IOException {
		RecordingBackend one = new RecordingBackend();
		RecordingBackend other = new RecordingBackend();
		keep(one.applyTo(QosHandle.builder()).name("same").build()).addFlow(udp(), TrafficType.VOICE);
		keep(other.applyTo(QosHandle.builder()).name("same").build()).addFlow(udp(), TrafficType.CONTROL);
		assertThat(one.flows()).extracting(RecordedFlow::trafficType).containsExactly(TrafficType.VOICE);
		assertThat(other.flows()).extracting(RecordedFlow::trafficType).containsExactly(TrafficType.CONTROL);
	}

	@Test
	void clearedRecordingTellsOfWhatComesNext() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		QosFlow first = qos.addFlow(udp(), TrafficType.VOICE);
		recording.clear();
		assertThat(recording.flows()).isEmpty();
		assertThat(qos.flows()).containsExactly(first);
		qos.addFlow(udp(), TrafficType.BACKGROUND);
		first.close();
		assertThat(recording.flows()).extracting(RecordedFlow::trafficType).containsExactly(TrafficType.BACKGROUND);
	}

	@Test
	void lostHandlesOpenAgainWithTheirFlows() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		QosHandle other = keep(recording.applyTo(QosHandle.builder()).build());
		QosFlow flow = qos.addFlow(udp(), TrafficType.VOICE);
		other.addFlow(udp(), TrafficType.CONTROL);
		qos.addFlow(udp(), TrafficType.BACKGROUND).close();
		recording.lose();
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(recording.flows()).filteredOn(RecordedFlow::open)
				.extracting(RecordedFlow::trafficType)
				.containsExactlyInAnyOrder(TrafficType.VOICE, TrafficType.CONTROL));
		flow.awaitActive(SOON);
		assertThat(recording.flows()).hasSize(5).extracting(RecordedFlow::open).startsWith(false, false, false);
		recording.lose();
		await().atMost(SOON).until(() -> recording.flows().size() == 7);
		flow.awaitActive(SOON);
		flow.close();
		assertThat(recording.flows()).filteredOn(RecordedFlow::open)
			.extracting(RecordedFlow::trafficType)
			.containsExactly(TrafficType.CONTROL);
	}

	@Test
	void lossIsTold() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		List<HandleState> states = new CopyOnWriteArrayList<>();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).listener(new QosHandle.Listener() {

			@Override
			public void handleChanged(QosHandle changed, HandleStatus status) {
				states.add(status.state());
			}

		}).build());
		qos.awaitOpen(SOON);
		recording.lose();
		await().atMost(SOON)
			.untilAsserted(() -> assertThat(states).containsExactly(HandleState.OPEN, HandleState.RECOVERING,
					HandleState.OPEN));
	}

	@Test
	void whatIsLostAlreadyIsNotLostAgain() {
		RecordingBackend recording = new RecordingBackend();
		AtomicInteger losses = new AtomicInteger();
		recording.watch(listener(losses::incrementAndGet));
		open(recording);
		recording.lose();
		recording.lose();
		assertThat(losses).hasValue(1);
		open(recording);
		recording.lose();
		assertThat(losses).hasValue(2);
	}

	@Test
	void lossesOfTwoThreadsAtOnceAreOne() throws Exception {
		RecordingBackend recording = new RecordingBackend();
		AtomicInteger losses = new AtomicInteger();
		recording.watch(listener(losses::incrementAndGet));
		for (int round = 1; round <= 200; round++) {
			open(recording);
			CyclicBarrier start = new CyclicBarrier(2);
			CompletableFuture<Void> other = CompletableFuture.runAsync(() -> lose(recording, start));
			lose(recording, start);
			other.get(SOON.toSeconds(), TimeUnit.SECONDS);
			assertThat(losses).hasValue(round);
		}
	}

	@Test
	void lossThatIsAskedForDuringALossIsTheSame() {
		RecordingBackend recording = new RecordingBackend();
		AtomicInteger losses = new AtomicInteger();
		recording.watch(listener(() -> {
			if (losses.incrementAndGet() < 10) {
				recording.lose();
			}
		}));
		open(recording);
		recording.lose();
		assertThat(losses).hasValue(1);
	}

	private static void lose(RecordingBackend recording, CyclicBarrier start) {
		try {
			start.await();
		}
		catch (InterruptedException | BrokenBarrierException ex) {
			throw new IllegalStateException(ex);
		}
		recording.lose();
	}

	private static void open(RecordingBackend recording) {
		recording.open(new SessionSettings(QosVersion.V1_0, System.getLogger("recording")));
	}

	private static SystemListener listener(Runnable resumed) {
		return new SystemListener() {

			@Override
			public void resumed() {
				resumed.run();
			}

			@Override
			public void networkChanged() {
			}

		};
	}

	@Test
	void lossOfNothingIsNone() {
		RecordingBackend recording = new RecordingBackend();
		recording.lose();
		QosHandle qos = recording.applyTo(QosHandle.builder()).build();
		qos.awaitOpen(SOON);
		qos.close();
		recording.lose();
		assertThat(qos.state()).isEqualTo(HandleState.CLOSED);
	}

	@Test
	void latestFlowsAreKept() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		DatagramChannel socket = udp();
		qos.addFlow(socket, TrafficType.CONTROL).close();
		for (int i = 0; i < 10_000; i++) {
			qos.addFlow(socket, TrafficType.VOICE).close();
		}
		assertThat(recording.flows()).hasSize(10_000)
			.allSatisfy((flow) -> assertThat(flow.trafficType()).isEqualTo(TrafficType.VOICE));
	}

	@Test
	@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Wine cannot connect a dual-stack socket anew")
	void addressesAreThoseOfTheTimeOfTheFlow() throws IOException {
		RecordingBackend recording = new RecordingBackend();
		QosHandle qos = keep(recording.applyTo(QosHandle.builder()).build());
		DatagramChannel socket = udp();
		SocketAddress peer = socket.getRemoteAddress();
		QosFlow flow = qos.addFlow(socket, TrafficType.VOICE);
		flow.close();
		socket.disconnect().connect(new InetSocketAddress("127.0.0.1", 4711));
		assertThat(recording.flows().get(0).socket().remoteAddress()).isEqualTo(peer);
	}

}
