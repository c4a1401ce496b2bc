package io.github.qos4j.policy;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;

import io.github.qos4j.FlowState;
import io.github.qos4j.FlowState;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PolicyMarker}, {@link ServerMarker} and {@link RequestMarker}.
 */
class PolicyMarkerTests {

	private static final QosPolicies MEDIA = media(TrafficType.AUDIO_VIDEO);

	private final QosHandle handle = new RecordingBackend().applyTo(QosHandle.builder()).build();

	private final PolicyMarker marker = new PolicyMarker(this.handle, MEDIA);

	private final List<Socket> sockets = new ArrayList<>();

	@BeforeEach
	void open() {
		this.handle.awaitOpen(Duration.ofSeconds(30));
	}

	@AfterEach
	void close() throws IOException {
		this.marker.close();
		this.handle.close();
		for (Socket socket : this.sockets) {
			socket.close();
		}
	}

	// Marks

	@Test
	void marksByPolicyThatMatches() {
		QosSocket socket = socket();
		QosFlow flow = this.marker.mark(socket, to("10.1.2.3"), "voice");
		assertThat(options(flow)).isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO));
		assertThat(this.marker.flows()).containsExactly(flow);
		assertThat(this.handle.flows()).containsExactly(flow);
	}

	@Test
	void marksByOtherPolicyWhereNoneMatches() {
		assertThat(options(this.marker.mark(socket(), to("11.1.2.3"), "Voice")))
			.isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		assertThat(options(this.marker.mark(socket(), "MEDIA"))).isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO));
	}

	@Test
	void marksNothingWithoutPolicy() {
		assertThat(this.marker.mark(socket(), to("11.1.2.3"), null)).isNull();
		assertThat(this.marker.mark(socket(), to("11.1.2.3"), "none")).isNull();
		assertThat(this.marker.mark(socket(), "none")).isNull();
		assertThat(this.handle.flows()).isEmpty();
	}

	@Test
	void closedSocketIsNotMarked() throws IOException {
		QosSocket socket = socket();
		this.sockets.get(0).close();
		assertThat(this.marker.mark(socket, "voice")).isNull();
	}

	@Test
	void closedHandleMarksNothing() {
		this.handle.close();
		assertThat(this.marker.mark(socket(), "voice")).isNull();
	}

	// Changes

	@Test
	void flowsFollowChangedPolicies() {
		QosFlow matched = this.marker.mark(socket(), to("10.1.2.3"), "voice");
		QosFlow named = this.marker.mark(socket(), "media");
		QosFlow other = this.marker.mark(socket(), "voice");
		this.marker.setPolicies(media(TrafficType.BACKGROUND));
		assertThat(options(matched)).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
		assertThat(options(named)).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
		assertThat(options(other)).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		this.marker.setPolicies(QosPolicies.none());
		assertThat(options(matched)).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		assertThat(named).isNotNull().extracting(QosFlow::state).isEqualTo(FlowState.CLOSED);
		assertThat(this.marker.flows()).containsExactlyInAnyOrder(matched, other);
	}

	@Test
	void policyOfAFlowIsTheOneThatItFollowsNow() {
		QosFlow flow = this.marker.mark(socket(), to("10.1.2.3"), "Voice");
		QosFlow named = this.marker.mark(socket(), "MEDIA");
		assertThat(flow).isNotNull();
		assertThat(named).isNotNull();
		assertThat(this.marker.policyOf(flow)).isEqualTo("media");
		assertThat(this.marker.policyOf(named)).isEqualTo("media");
		this.marker.setPolicies(policies(TrafficType.AUDIO_VIDEO, "11.0.0.0/8"));
		awaitPolicy(flow, "voice");
		this.marker.update(flow, to("11.1.2.3"), null);
		awaitPolicy(flow, "media");
		this.marker.setPolicies(QosPolicies.none());
		assertThat(flow.state()).isEqualTo(FlowState.CLOSED);
		assertThat(this.marker.policyOf(flow)).isNull();
	}

	@Test
	void policyOfAFlowIsTheOneBeforeUntilItsOptionsAreInForce() {
		QosFlow flow = this.marker.mark(socket(), "voice");
		assertThat(flow).isNotNull();
		this.handle.pauseMarking();
		this.marker.update(flow, to("10.1.2.3"), null);
		assertThat(this.marker.policyOf(flow)).isEqualTo("voice");
		// Asked for again, and not in force either.
		this.marker
			.setPolicies(QosPolicies.of(List.of(new QosPolicy("other", QosFlowOptions.of(TrafficType.AUDIO_VIDEO),
					new PolicyMatch(List.of(RemoteAddress.parse("10.0.0.0/8")), List.of(), List.of(), null)))));
		assertThat(this.marker.policyOf(flow)).isEqualTo("voice");
		this.handle.resumeMarking();
		awaitPolicy(flow, "other");
	}

	@Test
	void policyThatIsRefusedIsNotThatOfTheFlow() {
		QosFlow flow = this.marker.mark(socket(), "voice");
		assertThat(flow).isNotNull();
		CompletableFuture<QosFlow> change = new CompletableFuture<>();
		QosFlow slow = (QosFlow) Proxy.newProxyInstance(QosFlow.class.getClassLoader(),
				new Class<?>[] { QosFlow.class }, (proxy, called, arguments) -> called.getName().equals("setOptions")
						? change : called.invoke(flow, arguments));
		PolicyMarker refused = new PolicyMarker(with("addFlow", slow), MEDIA);
		refused.mark(socket(), "voice");
		refused.update(slow, to("10.1.2.3"), null);
		change.completeExceptionally(new IllegalStateException("Refused"));
		assertThat(refused.policyOf(slow)).isEqualTo("voice");
	}

	private void awaitPolicy(QosFlow flow, String name) {
		await().untilAsserted(() -> assertThat(this.marker.policyOf(flow)).isEqualTo(name));
	}

	@Test
	void flowsOfOthersFollowNoPolicy() {
		assertThat(this.marker.policyOf(this.handle.addFlow(socket(), QosFlowOptions.of(TrafficType.VOICE)))).isNull();
		assertThatIllegalArgumentException().isThrownBy(() -> this.marker.policyOf(null))
			.withMessage("'flow' must not be null");
	}

	@Test
	void flowThatIsAddedWhilePoliciesChangeHasTheNewOnes() {
		QosPolicies changed = media(TrafficType.BACKGROUND);
		PolicyMarker[] racing = new PolicyMarker[1];
		QosHandle slow = with("addFlow", () -> racing[0].setPolicies(changed));
		racing[0] = new PolicyMarker(slow, MEDIA);
		assertThat(options(racing[0].mark(socket(), "media"))).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
	}

	@Test
	void whateverWinsFlowsHaveTheLastPolicies() throws Exception {
		QosPolicies[] both = { MEDIA, media(TrafficType.BACKGROUND) };
		for (int round = 0; round < 200; round++) {
			QosPolicies last = both[round % 2];
			Thread thread = new Thread(() -> {
				this.marker.setPolicies(both[0]);
				this.marker.setPolicies(both[1]);
				this.marker.setPolicies(last);
			});
			thread.start();
			QosFlow flow = this.marker.mark(socket(), "media");
			thread.join();
			assertThat(options(flow)).isEqualTo(last.require("media").options());
		}
	}

	@Test
	void requestThatBeginsWhilePoliciesChangeKeepsItsMark() throws Exception {
		RequestMarker requests = new RequestMarker(this.marker);
		QosSocket connection = socket();
		Thread request = new Thread(() -> requests.started(connection, "control"));
		QosFlow flow = this.marker.mark(connection, (policies) -> {
			if (policies != MEDIA) {
				// In between what this decides and what comes of it.
				request.start();
				await().until(
						() -> EnumSet.of(Thread.State.BLOCKED, Thread.State.TERMINATED).contains(request.getState()));
			}
			return policies.require("voice");
		});
		requests.accepted(connection, flow);
		requests.started(connection, "media");
		requests.started(connection, null);
		this.marker.setPolicies(media(TrafficType.BACKGROUND));
		request.join();
		assertThat(options(flow)).isEqualTo(QosFlowOptions.of(TrafficType.CONTROL));
	}

	@Test
	void flowThatCannotFollowIsLoggedOnce() {
		RequestMarker requests = new RequestMarker(this.marker);
		QosSocket connection = socket();
		QosFlow flow = this.handle.addFlow(connection,
				QosFlowOptions.of(TrafficType.VOICE).withQwave(QwaveOptions.ADAPTIVE));
		requests.accepted(connection, flow);
		List<Level> levels = new ArrayList<>();
		Logger logger = Logger.getLogger(PolicyMarker.class.getName());
		logger.setFilter((entry) -> !levels.add(entry.getLevel()));
		logger.setLevel(Level.FINE);
		try {
			requests.started(connection, "media");
			requests.started(connection, "control");
			assertThat(levels).containsExactly(Level.WARNING, Level.FINE);
		}
		finally {
			logger.setFilter(null);
			logger.setLevel(null);
		}
	}

	@Test
	void flowsAndSocketsAreNotKeptAlive() throws IOException {
		WeakReference<Socket> socket = new WeakReference<>(new Socket());
		markAndForget(socket);
		await().atMost(Duration.ofSeconds(30)).until(() -> {
			System.gc();
			return socket.get() == null;
		});
	}

	private void markAndForget(WeakReference<Socket> socket) {
		Socket strong = socket.get();
		assertThat(strong).isNotNull();
		assertThat(this.marker.mark(QosSocket.of(strong), "voice")).isNotNull();
	}

	// The default

	@Test
	void defaultIsTheOneThatIsSetUntilItIsClosed() {
		PolicyMarker.setDefault(this.marker);
		PolicyMarker other = new PolicyMarker(this.handle, MEDIA);
		PolicyMarker.setDefault(other);
		this.marker.close();
		assertThat(PolicyMarker.getDefault()).containsSame(other);
		other.close();
		assertThat(PolicyMarker.getDefault()).as("no handle of its own, which nobody would close").isEmpty();
	}

	@Test
	void defaultCanBeDisabled() {
		PolicyMarker.setDefault(this.marker);
		PolicyMarker.disableDefault();
		assertThat(PolicyMarker.getDefault()).isEmpty();
		PolicyMarker.setDefault(this.marker);
		assertThat(PolicyMarker.getDefault()).containsSame(this.marker);
	}

	// Servers

	@Test
	void listenerMarksWhatItAccepts() throws IOException {
		try (ServerSocket server = new ServerSocket(0)) {
			ServerMarker marker = new ServerMarker(this.marker, "voice", false);
			marker.bound(QosSocket.of(server));
			assertThat(this.handle.flows()).hasSize(1);
			assertThat(marker.accepted(socket())).as("inherits").isNull();
		}
	}

	@Test
	void connectionThatMayBeOlderThanTheMarkOfItsListenerIsMarked() throws IOException {
		AtomicLong now = new AtomicLong(1);
		try (ServerSocket server = new ServerSocket(0)) {
			ServerMarker marker = new ServerMarker(this.marker, "voice", false, now::get);
			marker.listening(QosSocket.of(server));
			now.addAndGet(Duration.ofHours(1).toNanos());
			assertThat(marker.accepted(socket())).as("waited until the server accepts").isNotNull();
			now.addAndGet(ServerMarker.BACKLOG.toNanos() - 1);
			assertThat(marker.accepted(socket())).isNotNull();
			now.addAndGet(1);
			assertThat(marker.accepted(socket())).as("inherits").isNull();
		}
	}

	@Test
	void connectionThatMayBeOlderThanALateMarkIsMarked() throws IOException {
		AtomicLong now = new AtomicLong(1);
		try (ServerSocket server = new ServerSocket(0)) {
			ServerMarker marker = new ServerMarker(this.marker, "voice", false, now::get);
			marker.bound(QosSocket.of(server));
			assertThat(marker.accepted(socket())).as("inherits").isNull();
			this.handle.pauseMarking();
			assertThat(marker.accepted(socket())).isNotNull();
			this.handle.resumeMarking();
			await().untilAsserted(
					() -> assertThat(this.handle.flows()).extracting(QosFlow::state).containsOnly(FlowState.ACTIVE));
			assertThat(marker.accepted(socket())).isNotNull();
			now.addAndGet(ServerMarker.BACKLOG.toNanos());
			assertThat(marker.accepted(socket())).as("inherits").isNull();
		}
	}

	@Test
	void connectionIsMarkedByPolicyThatMatchesItInSpiteOfListener() throws IOException {
		try (ServerSocket server = new ServerSocket(0)) {
			PolicyMarker loopback = new PolicyMarker(this.handle, policies(TrafficType.BACKGROUND, "127.0.0.0/8"));
			ServerMarker marker = new ServerMarker(loopback, "voice", false);
			marker.bound(QosSocket.of(server));
			assertThat(options(marker.accepted(connected()))).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
			loopback.setPolicies(MEDIA);
			assertThat(marker.accepted(connected())).as("inherits").isNull();
		}
	}

	@Test
	void eachConnectionIsMarkedIfWanted() throws IOException {
		try (ServerSocket server = new ServerSocket(0)) {
			ServerMarker marker = new ServerMarker(this.marker, "voice", true);
			marker.bound(QosSocket.of(server));
			assertThat(options(marker.accepted(socket()))).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		}
	}

	@Test
	void acceptedConnectionFollowsPoliciesThatMatchItLater() throws IOException {
		try (ServerSocket server = new ServerSocket(0)) {
			ServerMarker marker = new ServerMarker(this.marker, "voice", true);
			marker.bound(QosSocket.of(server));
			this.marker.setPolicies(QosPolicies.none());
			QosFlow flow = marker.accepted(connected());
			assertThat(options(flow)).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
			this.marker.setPolicies(policies(TrafficType.BACKGROUND, "127.0.0.0/8"));
			assertThat(options(flow)).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
		}
	}

	@Test
	void eachConnectionIsMarkedWhereListenersAreNot() throws IOException {
		QosHandle withoutListeners = with("marksListeners", false);
		try (ServerSocket server = new ServerSocket(0)) {
			ServerMarker marker = new ServerMarker(new PolicyMarker(withoutListeners, MEDIA), "voice", false);
			marker.bound(QosSocket.of(server));
			assertThat(this.handle.flows()).isEmpty();
			assertThat(options(marker.accepted(socket()))).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		}
	}

	@Test
	void serverWithoutPolicyMarksWhatMatches() throws IOException {
		try (ServerSocket server = new ServerSocket(0)) {
			ServerMarker marker = new ServerMarker(
					new PolicyMarker(this.handle, policies(TrafficType.BACKGROUND, "127.0.0.0/8")), null, true);
			marker.bound(QosSocket.of(server));
			assertThat(this.handle.flows()).isEmpty();
			assertThat(marker.accepted(connected())).isNotNull();
			assertThat(marker.accepted(socket())).isNull();
		}
	}

	// Requests

	@Test
	void requestHasItsOwnMarkUntilTheNextOne() {
		RequestMarker requests = new RequestMarker(this.marker);
		QosSocket connection = socket();
		QosFlow own = this.marker.mark(connection, "voice");
		requests.accepted(connection, own);
		requests.started(connection, "media");
		assertThat(options(own)).isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO));
		requests.started(connection, "background");
		assertThat(options(own)).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
		requests.started(connection, null);
		assertThat(options(own)).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		requests.started(connection, "unknown");
		assertThat(options(own)).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		assertThat(this.handle.flows()).hasSize(1);
	}

	@Test
	void connectionWithoutOwnMarkHasNoneAfterRequest() {
		RequestMarker requests = new RequestMarker(this.marker);
		QosSocket connection = socket();
		requests.accepted(connection, null);
		requests.started(connection, null);
		assertThat(this.handle.flows()).isEmpty();
		requests.started(connection, "media");
		requests.started(connection, "media");
		assertThat(this.handle.flows()).hasSize(1);
		requests.started(connection, null);
		assertThat(this.handle.flows()).isEmpty();
		requests.started(connection, "voice");
		assertThat(this.handle.flows()).singleElement()
			.satisfies((flow) -> assertThat(options(flow)).isEqualTo(QosFlowOptions.of(TrafficType.VOICE)));
	}

	@Test
	void policiesMayChangeInTheMiddleOfRequest() {
		RequestMarker requests = new RequestMarker(this.marker);
		QosSocket connection = socket();
		QosFlow own = this.marker.mark(connection, "voice");
		requests.accepted(connection, own);
		requests.started(connection, "media");
		this.marker.setPolicies(media(TrafficType.BACKGROUND));
		assertThat(options(own)).isEqualTo(QosFlowOptions.of(TrafficType.BACKGROUND));
		this.marker.setPolicies(QosPolicies.none());
		assertThat(options(own)).as("no such policy any longer").isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
		requests.started(connection, null);
		assertThat(options(own)).isEqualTo(QosFlowOptions.of(TrafficType.VOICE));
	}

	@Test
	void flowThatPoliciesHaveEndedComesBackWithThem() {
		RequestMarker requests = new RequestMarker(this.marker);
		QosSocket connection = socket();
		requests.accepted(connection, this.marker.mark(connection, "media"));
		this.marker.setPolicies(QosPolicies.none());
		assertThat(this.handle.flows()).isEmpty();
		requests.started(connection, "voice");
		assertThat(this.handle.flows()).hasSize(1);
		this.marker.setPolicies(MEDIA);
		requests.started(connection, null);
		assertThat(this.handle.flows()).singleElement()
			.satisfies((flow) -> assertThat(options(flow)).isEqualTo(QosFlowOptions.of(TrafficType.AUDIO_VIDEO)));
	}

	@Test
	void flowThatSomebodyElseAddedIsGivenItsOptionsBack() {
		RequestMarker requests = new RequestMarker(this.marker);
		QosSocket connection = socket();
		QosFlow own = this.handle.addFlow(connection, QosFlowOptions.of(TrafficType.CONTROL));
		requests.accepted(connection, own);
		requests.started(connection, "media");
		awaitPolicy(own, "media");
		requests.started(connection, null);
		assertThat(options(own)).isEqualTo(QosFlowOptions.of(TrafficType.CONTROL));
		await().untilAsserted(() -> assertThat(this.marker.policyOf(own)).isNull());
	}

	// Hosts

	@Test
	void thereIsNoThreadWithoutHosts() {
		assertThat(threads()).isEmpty();
	}

	@Test
	void hostsAreLookedUpUntilTheMarkerIsClosed() throws IOException {
		this.marker.setPolicies(policies(TrafficType.CONTROL, "localhost"));
		QosSocket connection = connected();
		await().untilAsserted(() -> assertThat(this.marker.policyFor(Endpoints.of(connection), null)).isNotNull());
		assertThat(threads()).hasSize(1);
		this.marker.close();
		await().untilAsserted(() -> assertThat(threads()).isEmpty());
		this.marker.setPolicies(policies(TrafficType.CONTROL, "ip6-localhost"));
		assertThat(threads()).isEmpty();
	}

	@Test
	void threadEndsWithTheLastHost() {
		this.marker.setPolicies(policies(TrafficType.CONTROL, "localhost"));
		assertThat(threads()).hasSize(1);
		this.marker.setPolicies(MEDIA);
		await().untilAsserted(() -> assertThat(threads()).isEmpty());
	}

	private static List<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("qos-hosts"))
			.toList();
	}

	@SuppressWarnings("NullAway")
	private static QosFlowOptions options(QosFlow flow) {
		assertThat(flow).isNotNull();
		assertThat(flow.state()).isNotEqualTo(FlowState.CLOSED);
		return flow.options();
	}

	private QosSocket socket() {
		Socket socket = new Socket();
		this.sockets.add(socket);
		return QosSocket.of(socket);
	}

	private QosSocket connected() throws IOException {
		InetAddress loopback = InetAddress.getByAddress("localhost", new byte[] { 127, 0, 0, 1 });
		try (ServerSocket server = new ServerSocket(0, 10, loopback)) {
			this.sockets.add(new Socket(loopback, server.getLocalPort()));
			Socket accepted = server.accept();
			this.sockets.add(accepted);
			return QosSocket.of(accepted);
		}
	}

	/**
	 * Return the handle with something done whenever a method is called.
	 */
	private QosHandle with(String method, Runnable action) {
		return (QosHandle) Proxy.newProxyInstance(QosHandle.class.getClassLoader(), new Class<?>[] { QosHandle.class },
				(proxy, called, arguments) -> {
					Object result = called.invoke(this.handle, arguments);
					if (called.getName().equals(method)) {
						action.run();
					}
					return result;
				});
	}

	/**
	 * Return the handle with another answer of one of its methods.
	 */
	private QosHandle with(String method, Object answer) {
		return (QosHandle) Proxy.newProxyInstance(QosHandle.class.getClassLoader(), new Class<?>[] { QosHandle.class },
				(proxy, called, arguments) -> called.getName().equals(method) ? answer
						: called.invoke(this.handle, arguments));
	}

	private static Endpoints to(String address) {
		return new Endpoints(TransportProtocol.TCP, null, new InetSocketAddress(address, 443));
	}

	private static QosPolicies media(TrafficType type) {
		return policies(type, "10.0.0.0/8");
	}

	private static QosPolicies policies(TrafficType type, String peers) {
		return QosPolicies.of(List.of(new QosPolicy("media", QosFlowOptions.of(type),
				new PolicyMatch(List.of(RemoteAddress.parse(peers)), List.of(), List.of(), null))));
	}

}
