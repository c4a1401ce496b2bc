package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.Marking;
import io.github.qos4j.spi.InertBackend;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link MarkedSockets} over a system that can refuse.
 */
class MarkedSocketsTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final QosFlowOptions BACKGROUND = QosFlowOptions.of(TrafficType.BACKGROUND);

	private static final Dscp CS7 = Dscp.of(56);

	private static final Dscp CS1 = Dscp.of(8);

	private final FakeSocketOptions options = new FakeSocketOptions();

	private final MarkedSockets sockets = new MarkedSockets(this.options);

	private final QosSession session = new SocketSession(this.sockets, new Sampler(Sampler.INTERVAL),
			System.getLogger(MarkedSocketsTests.class.getName()));

	private final List<AutoCloseable> resources = new ArrayList<>();

	private QosHandle handle;

	private DatagramChannel socket;

	@BeforeEach
	void open() throws IOException {
		this.handle = keep(new FakeOptionsBackend().applyTo(QosHandle.builder()).build());
		this.socket = keep(DatagramChannel.open());
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
	}

	@Test
	void optionsAreSetInTheOrderThatKeepsThePriority() {
		this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(calls()).containsExactly("IP_TOS=224", "IPV6_TCLASS=224", "SO_PRIORITY=6");
		this.handle.close();
		assertThat(calls()).containsExactly("IP_TOS=0", "IPV6_TCLASS=0", "SO_PRIORITY=0");
	}

	@ParameterizedTest
	@CsvSource({ "IP_TOS, 1, ADMINISTRATOR", "IPV6_TCLASS, 1, ADMINISTRATOR", "IP_TOS, 92, NOT_SUPPORTED",
			"IPV6_TCLASS, 95, NOT_SUPPORTED", "IP_TOS, 4711, UNKNOWN" })
	void refusedMarkFailsTheFlowAndLeavesTheSocketAsItWas(Option option, int errno, ErrorCase errorCase) {
		this.options.refuse(option, errno, errorCase);
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(flow.status()).satisfies((status) -> {
			assertThat(status.state()).isEqualTo(FlowState.FAILED);
			assertThat(status.failure()).satisfies((failure) -> {
				assertThat(failure.errorCase()).isEqualTo(errorCase);
				assertThat(failure.code()).hasValue(errno);
			});
		});
		assertThat(values(this.socket)).containsEntry(Option.IP_TOS, 0).containsEntry(Option.IPV6_TCLASS, 0);
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void refusedPriorityStillMarks() {
		this.options.refuse(Option.SO_PRIORITY, 1, ErrorCase.ADMINISTRATOR);
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(flow.marking().isApplied()).isTrue();
		flow.close();
		assertThat(values(this.socket)).containsEntry(Option.IP_TOS, 0);
	}

	@Test
	void unixSocketsAreRefusedByTheirFamily() {
		this.options.family = Family.OTHER;
		QosFlow flow = this.handle.addFlow(this.socket, TrafficType.VOICE);
		assertThat(flow.status().reason()).isEqualTo("Unix domain sockets cannot be marked");
		assertThat(calls()).isEmpty();
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

	// Several sockets

	@Test
	void allSocketsOfAFlowAreMarkedUntilItEnds() throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		DatagramChannel third = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.session.join(flow, QosSocket.of(second));
		this.session.join(flow, QosSocket.of(third));
		assertThat(List.of(this.socket, second, third)).allSatisfy((each) -> assertThat(dscp(each)).isEqualTo(56));
		assertThat(flow.marking()).isEqualTo(new Marking(CS7, CS7, null));
		this.session.remove(flow);
		assertThat(List.of(this.socket, second, third)).allSatisfy((each) -> assertThat(dscp(each)).isZero());
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void socketThatTheFlowHasAlreadyMakesNoDifference() throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.session.join(flow, QosSocket.of(second));
		calls();
		this.session.join(flow, QosSocket.of(this.socket));
		this.session.join(flow, QosSocket.of(second.socket()));
		assertThat(calls()).isEmpty();
		this.session.remove(flow);
		assertThat(dscp(this.socket)).isZero();
		assertThat(dscp(second)).isZero();
	}

	@Test
	void refusedSocketLeavesTheFlowAsItWas() throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.options.refuse(Option.IPV6_TCLASS, 1, ErrorCase.ADMINISTRATOR);
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.join(flow, QosSocket.of(second)));
		assertThat(dscp(second)).isZero();
		assertThat(flow.marking().isApplied()).isTrue();
		assertThat(this.sockets.size()).isOne();
	}

	@Test
	void socketsThatComeAndGoDoNotPileUp() throws IOException {
		SessionFlow flow = add(this.socket, VOICE, CS7);
		for (int i = 0; i < 100; i++) {
			try (DatagramChannel passing = DatagramChannel.open()) {
				this.session.join(flow, QosSocket.of(passing));
			}
		}
		assertThat(((SocketFlow) flow).claims()).hasSizeLessThan(4);
		assertThat(this.sockets.size()).isLessThan(4);
	}

	@Test
	void flowWithSeveralSocketsSaysWhatIsWrongWithAnyOfThem() throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.session.join(flow, QosSocket.of(second));
		values(second).put(Option.IP_TOS, 40);
		assertThat(flow.marking()).isEqualTo(
				new Marking(CS7, Dscp.of(10), "another part of the application has set the socket's own option"));
		second.close();
		assertThat(flow.marking()).isEqualTo(new Marking(CS7, CS7, null));
		this.socket.close();
		assertThat(flow.marking()).isEqualTo(new Marking(CS7, null, "the sockets are closed"));
	}

	@Test
	void socketThatJoinsTakesNoNoteAway() throws IOException {
		SessionFlow flow = add(keep(SocketChannel.open()), VOICE.withRate(FlowRate.of(80_000)), CS7);
		this.session.join(flow, QosSocket.of(this.socket));
		assertThat(flow.marking()).isEqualTo(new Marking(CS7, CS7,
				"the rate is that of each socket; the rate is not enforced or unknown: for UDP only the queueing "
						+ "discipline fq keeps to it"));
	}

	@Test
	void flowThatWasTakenTakesNoMore() throws IOException {
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.session.remove(flow);
		DatagramChannel second = keep(DatagramChannel.open());
		assertRefused(ErrorCase.CANCELLED, () -> this.session.join(flow, QosSocket.of(second)));
		assertRefused(ErrorCase.CANCELLED, () -> this.session.change(flow, BACKGROUND, CS1));
		assertThat(this.options.values).doesNotContainKey(number(second));
		assertThat(dscp(this.socket)).isZero();
	}

	// Changes

	@Test
	void changeReachesAllSockets() throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.session.join(flow, QosSocket.of(second));
		this.session.change(flow, BACKGROUND.withRate(FlowRate.of(80_000)), CS1);
		for (DatagramChannel each : List.of(this.socket, second)) {
			assertThat(dscp(each)).isEqualTo(8);
			assertThat(values(each)).containsEntry(Option.SO_PRIORITY, 2);
			assertThat(rate(each)).isEqualTo(10_000);
		}
		assertThat(flow.marking().requested()).isEqualTo(CS1);
		this.session.remove(flow);
		for (DatagramChannel each : List.of(this.socket, second)) {
			assertThat(dscp(each)).isZero();
			assertThat(rate(each)).isEqualTo(SocketOptions.NO_LIMIT);
		}
	}

	@ParameterizedTest
	@CsvSource({ "IP_TOS", "IPV6_TCLASS", "rate" })
	void refusedChangeLeavesAllSocketsAsTheyWere(String refused) throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE.withRate(FlowRate.of(8_000)), CS7);
		this.session.join(flow, QosSocket.of(second));
		this.options.refuse(refused.equals("rate") ? refused : Option.valueOf(refused), 1, ErrorCase.ADMINISTRATOR);
		int last = number(second);
		this.options.refusedOn = (descriptor) -> descriptor == last;
		assertRefused(ErrorCase.ADMINISTRATOR,
				() -> this.session.change(flow, BACKGROUND.withRate(FlowRate.of(80_000)), CS1));
		this.options.refused = null;
		for (DatagramChannel each : List.of(this.socket, second)) {
			assertThat(values(each))
				.isEqualTo(Map.of(Option.IP_TOS, 224, Option.IPV6_TCLASS, 224, Option.SO_PRIORITY, 6));
			assertThat(rate(each)).isEqualTo(1_000);
		}
		assertThat(flow.marking().requested()).isEqualTo(CS7);
		assertThat(flow.marking().isApplied()).isTrue();
		this.session.remove(flow);
		assertThat(dscp(this.socket)).isZero();
		assertThat(dscp(second)).isZero();
	}

	@Test
	void changeOfAnOlderFlowWaitsForItsTurn() {
		SessionFlow older = add(this.socket, VOICE, CS7);
		SessionFlow newer = add(this.socket, VOICE, Dscp.EF);
		calls();
		this.session.change(older, BACKGROUND, CS1);
		assertThat(calls()).isEmpty();
		this.session.remove(newer);
		assertThat(dscp(this.socket)).isEqualTo(8);
		this.session.remove(older);
		assertThat(dscp(this.socket)).isZero();
	}

	@Test
	void changeLeavesOutSocketsThatHaveBeenClosed() throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.session.join(flow, QosSocket.of(second));
		this.socket.close();
		this.session.change(flow, BACKGROUND, CS1);
		assertThat(dscp(second)).isEqualTo(8);
		second.close();
		assertRefused(ErrorCase.SOCKET_CLOSED, () -> this.session.change(flow, VOICE, CS7));
	}

	// Restoring that fails

	@ParameterizedTest
	@CsvSource({ "IP_TOS", "IPV6_TCLASS", "rate" })
	void whatIsLeftOfARemovalIsTriedAgain(String refused) {
		this.options.rates.put(number(this.socket), 5_000L);
		SessionFlow flow = add(this.socket, VOICE.withRate(FlowRate.of(8_000)), CS7);
		this.options.refuse(refused.equals("rate") ? refused : Option.valueOf(refused), 1, ErrorCase.ADMINISTRATOR);
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.remove(flow));
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.remove(flow));
		assertThat(this.sockets.size()).isOne();
		this.options.refused = null;
		this.session.remove(flow);
		assertUnmarked();
		assertThat(rate(this.socket)).isEqualTo(5_000);
		assertThat(this.sockets.size()).isZero();
		calls();
		this.session.remove(flow);
		assertThat(calls()).isEmpty();
	}

	@Test
	void removalThatFailsOnOneSocketIsTriedAgainOnThatOneOnly() throws IOException {
		DatagramChannel second = keep(DatagramChannel.open());
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.session.join(flow, QosSocket.of(second));
		int first = number(this.socket);
		this.options.refuse(Option.IPV6_TCLASS, 1, ErrorCase.ADMINISTRATOR);
		this.options.refusedOn = (descriptor) -> descriptor == first;
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.remove(flow));
		assertThat(dscp(second)).isZero();
		this.options.refused = null;
		values(second).put(Option.IP_TOS, 40);
		this.session.remove(flow);
		assertUnmarked();
		assertThat(values(second)).containsEntry(Option.IP_TOS, 40);
	}

	@Test
	void closedSocketIsNotRestoredAgain() throws IOException {
		SessionFlow flow = add(this.socket, VOICE, CS7);
		this.options.refuse(Option.IPV6_TCLASS, 1, ErrorCase.ADMINISTRATOR);
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.remove(flow));
		this.socket.close();
		this.session.remove(flow);
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void olderFlowRestoresWhatTheNewerOneCouldNot() {
		SessionFlow older = add(this.socket, BACKGROUND, CS1);
		SessionFlow newer = add(this.socket, VOICE, CS7);
		this.options.refuse(Option.IPV6_TCLASS, 1, ErrorCase.ADMINISTRATOR);
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.remove(newer));
		this.options.refused = null;
		this.session.remove(older);
		assertUnmarked();
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void flowAddedAfterARemovalThatFailedRestoresWhatWasThereBeforeBoth() {
		SessionFlow first = add(this.socket, VOICE, CS7);
		this.options.refuse(Option.IPV6_TCLASS, 1, ErrorCase.ADMINISTRATOR);
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.remove(first));
		this.options.refused = null;
		SessionFlow second = add(this.socket, BACKGROUND, CS1);
		this.session.remove(first);
		assertThat(dscp(this.socket)).isEqualTo(8);
		this.session.remove(second);
		assertUnmarked();
	}

	@Test
	void whatTheApplicationHasSetMeanwhileStaysAlsoAtTheNextTry() {
		SessionFlow flow = add(this.socket, VOICE, CS7);
		values(this.socket).put(Option.IP_TOS, 40);
		this.options.refuse(Option.IPV6_TCLASS, 1, ErrorCase.ADMINISTRATOR);
		assertRefused(ErrorCase.ADMINISTRATOR, () -> this.session.remove(flow));
		this.options.refused = null;
		this.session.remove(flow);
		assertThat(values(this.socket))
			.isEqualTo(Map.of(Option.IP_TOS, 40, Option.IPV6_TCLASS, 0, Option.SO_PRIORITY, 0));
	}

	private void assertUnmarked() {
		assertThat(values(this.socket))
			.isEqualTo(Map.of(Option.IP_TOS, 0, Option.IPV6_TCLASS, 0, Option.SO_PRIORITY, 0));
	}

	// Rates

	@Test
	void limitThatWasThereBeforeIsRestored() {
		this.options.rates.put(number(this.socket), 5_000L);
		SessionFlow older = add(this.socket, VOICE.withRate(FlowRate.of(80_000)), CS7);
		assertThat(calls()).endsWith("SO_PRIORITY=6", "rate=10000");
		SessionFlow newer = add(this.socket, VOICE.withRate(FlowRate.of(800_000)), CS7);
		assertThat(rate(this.socket)).isEqualTo(100_000);
		this.session.remove(newer);
		assertThat(rate(this.socket)).isEqualTo(10_000);
		this.session.remove(older);
		assertThat(rate(this.socket)).isEqualTo(5_000);
	}

	@Test
	void newerFlowWithoutARateLiftsTheLimitOfTheOlder() {
		SessionFlow older = add(this.socket, VOICE.withRate(FlowRate.of(80_000)), CS7);
		SessionFlow newer = add(this.socket, VOICE, CS7);
		assertThat(rate(this.socket)).isEqualTo(SocketOptions.NO_LIMIT);
		assertThat(older.marking().note()).isEqualTo("a newer flow on the same socket is in force");
		this.session.remove(newer);
		assertThat(rate(this.socket)).isEqualTo(10_000);
	}

	@Test
	void limitThatTheApplicationSetsMeanwhileStays() throws IOException {
		SocketChannel tcp = keep(SocketChannel.open());
		SessionFlow flow = add(tcp, VOICE.withRate(FlowRate.of(80_000)), CS7);
		assertThat(flow.marking().note()).isNull();
		this.options.rates.put(number(tcp), 4_711L);
		assertThat(flow.marking().note()).isEqualTo("another part of the application has set the socket's own rate");
		this.session.remove(flow);
		assertThat(rate(tcp)).isEqualTo(4_711);
	}

	@Test
	void refusedRateIsARefusedFlow() {
		this.options.refuse("rate", 1, ErrorCase.ADMINISTRATOR);
		assertRefused(ErrorCase.ADMINISTRATOR, () -> add(this.socket, VOICE.withRate(FlowRate.of(80_000)), CS7));
		assertThat(dscp(this.socket)).isZero();
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void systemThatKnowsNoRateStillMarks() throws IOException {
		this.options.refuse("rate", 92, ErrorCase.NOT_SUPPORTED);
		SocketChannel tcp = keep(SocketChannel.open());
		SessionFlow flow = add(tcp, VOICE.withRate(FlowRate.of(80_000)), CS7);
		assertThat(flow.marking())
			.isEqualTo(new Marking(CS7, CS7, "the rate is not enforced: this system does not limit sockets"));
		this.session.remove(flow);
		assertThat(dscp(tcp)).isZero();
	}

	// Systems that give connections the marks of their peers

	@Test
	void listenerWhoseConnectionsTakeOtherMarksSaysSo() throws IOException {
		SessionFlow listener = add(keep(ServerSocketChannel.open()), VOICE, CS7);
		SessionFlow connection = add(keep(SocketChannel.open()), VOICE, CS7);
		assertThat(listener.marking()).isEqualTo(new Marking(CS7, CS7, null));
		this.options.reflecting = true;
		assertThat(listener.marking()).isEqualTo(new Marking(CS7, null, MarkChanges.REFLECTING));
		assertThat(connection.marking()).isEqualTo(new Marking(CS7, CS7, null));
	}

	// Systems on which sockets for both families have no TOS

	@Test
	void socketWithoutTosIsMarkedForOneFamilyAndSaysSo() throws IOException {
		this.options.tos = false;
		SessionFlow flow = add(this.socket, VOICE, CS7);
		assertThat(calls()).containsExactly("IPV6_TCLASS=224", "SO_PRIORITY=6");
		assertThat(flow.marking().isApplied()).isTrue();
		assertThat(flow.marking().note()).contains("IPv4 packets", "StandardProtocolFamily.INET");
		this.options.peerFamily = Family.IPV4;
		assertThat(flow.marking().applied()).isNull();
		assertThat(flow.marking().note()).contains("IPv4 packets");
		assertRefused(ErrorCase.NOT_SUPPORTED, () -> this.session.packetPriority(flow));
		this.options.peerFamily = Family.IPV6;
		assertThat(flow.marking()).isEqualTo(new Marking(CS7, CS7, null));
		this.session.remove(flow);
		assertThat(calls()).containsExactly("IPV6_TCLASS=0", "SO_PRIORITY=0");
	}

	private SessionFlow add(NetworkChannel channel, QosFlowOptions flowOptions, Dscp dscp) {
		return this.session.add(QosSocket.of(channel), flowOptions, dscp);
	}

	/**
	 * Return what was set since this was called last.
	 */
	private List<String> calls() {
		List<String> calls = List.copyOf(this.options.calls);
		this.options.calls.clear();
		return calls;
	}

	private Map<Option, Integer> values(NetworkChannel channel) {
		return this.options.values.get(number(channel));
	}

	private int dscp(NetworkChannel channel) {
		Map<Option, Integer> values = values(channel);
		assertThat(values.get(Option.IP_TOS)).isEqualTo(values.get(Option.IPV6_TCLASS));
		return values.get(Option.IP_TOS) >> 2;
	}

	private long rate(NetworkChannel channel) {
		return this.options.getRate(number(channel));
	}

	private static int number(NetworkChannel channel) {
		return Descriptors.lend(Descriptors.ownerOf(channel), (descriptor) -> descriptor);
	}

	private static void assertRefused(ErrorCase errorCase, ThrowingCallable call) {
		assertThatExceptionOfType(QosException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(errorCase));
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(0, resource);
		return resource;
	}

	/**
	 * The socket backend over fake options.
	 */
	private final class FakeOptionsBackend extends InertBackend {

		@Override
		public QosSession open(SessionSettings settings) {
			return MarkedSocketsTests.this.session;
		}

	}

}
