package io.github.qos4j.internal.handle;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.qos4j.Dscp;
import io.github.qos4j.FakeNativeSocket;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowCondition.Kind;
import io.github.qos4j.FlowRate;
import io.github.qos4j.FlowState;
import io.github.qos4j.HandleState;
import io.github.qos4j.MarkingProfile;
import io.github.qos4j.QosException;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.QosUnavailableException;
import io.github.qos4j.QosVersion;
import io.github.qos4j.QwaveFeatures;
import io.github.qos4j.QwaveOptions;
import io.github.qos4j.QwaveOptions.Reason;
import io.github.qos4j.QwaveOptions.Shaping;
import io.github.qos4j.TrafficType;
import io.github.qos4j.policy.Endpoints;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.PolicyMatch;
import io.github.qos4j.policy.PortRange;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosPolicy;
import io.github.qos4j.policy.RemoteAddress;
import io.github.qos4j.policy.RequestMarker;
import io.github.qos4j.policy.ServerMarker;
import io.github.qos4j.policy.TransportProtocol;
import io.github.qos4j.spi.QosBackend;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Tests that every mistake of a caller is told by a message of its own and changes
 * nothing.
 */
class BadInputTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);

	private final FakeBackend backend = FakeBackend.waiting();

	private final QosHandle handle = this.backend.applyTo(QosHandle.builder()).name("bad").build();

	private final List<AutoCloseable> resources = new ArrayList<>();

	private QosFlow flow;

	@BeforeEach
	void open() throws IOException {
		this.flow = this.handle.addFlow(udp(), VOICE);
		this.flow.awaitActive(SOON);
	}

	@AfterEach
	void close() throws Exception {
		this.handle.close();
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
		assertThat(this.backend.misuse).isEmpty();
	}

	// Nulls

	/**
	 * All that a caller can give {@code null} to, once for each argument.
	 */
	static Stream<Argument> arguments() {
		return Stream
			.of(QosHandle.class, QosHandle.Builder.class, QosFlow.class, QosSocket.class, QosFlowOptions.class,
					QwaveOptions.class, QwaveFeatures.class, Dscp.class, FlowCondition.class, MarkingProfile.class,
					QosVersion.class, TrafficType.class, FlowRate.class, Endpoints.class, PortRange.class,
					RemoteAddress.class, PolicyMatch.class, QosPolicy.class, QosPolicies.class, PolicyMarker.class,
					ServerMarker.class, RequestMarker.class)
			.flatMap((type) -> Stream.concat(Stream.of(type.getDeclaredConstructors()),
					Stream.of(type.getDeclaredMethods())))
			.filter((executable) -> isPublic(executable) && !executable.isSynthetic()
					&& !List.of("equals", "compareTo", "valueOf").contains(executable.getName()))
			.flatMap((executable) -> Stream.iterate(0, (i) -> i < executable.getParameterCount(), (i) -> i + 1)
				.map((i) -> new Argument(executable, i)))
			.filter((argument) -> !argument.mayBeNull());
	}

	private static boolean isPublic(Executable executable) {
		return Modifier.isPublic(executable.getModifiers());
	}

	@ParameterizedTest
	@MethodSource("arguments")
	void nullIsToldByTheNameOfTheArgument(Argument argument) throws Exception {
		Object[] values = Stream.of(argument.executable.getParameterTypes())
			.map((type) -> value(type, argument.executable))
			.toArray();
		values[argument.index] = null;
		assertThatIllegalArgumentException().isThrownBy(() -> call(argument.executable, values))
			.withMessageMatching("'[a-zA-Z]+' must not be null")
			.withMessage("'" + argument.name() + "' must not be null");
		assertUnchanged();
	}

	@Test
	void everyKindOfMethodTakesNoNull() {
		assertThat(arguments().map((argument) -> argument.executable.getDeclaringClass().getSimpleName()))
			.hasSizeGreaterThan(45)
			.contains("QosHandle", "Builder", "QosFlow", "QosSocket", "QosFlowOptions", "QwaveOptions", "QwaveFeatures",
					"Dscp", "FlowCondition", "MarkingProfile", "QosVersion");
	}

	private void call(Executable executable, Object[] values) throws Throwable {
		try {
			if (executable instanceof Constructor<?> constructor) {
				constructor.newInstance(values);
				return;
			}
			Method method = (Method) executable;
			method.invoke(Modifier.isStatic(method.getModifiers()) ? null : value(method.getDeclaringClass(), method),
					values);
		}
		catch (InvocationTargetException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * Return something good of a type.
	 */
	private Object value(Class<?> type, AnnotatedElement where) {
		Map<Class<?>, Object> values = new HashMap<>();
		values.put(QosHandle.class, this.handle);
		values.put(QosHandle.Builder.class, QosHandle.builder());
		values.put(QosFlow.class, this.flow);
		values.put(QosFlowOptions.class, VOICE);
		values.put(FlowRate.class, FlowRate.of(64_000));
		values.put(QwaveOptions.class, QwaveOptions.DEFAULT);
		values.put(QwaveFeatures.class, this.handle.qwave());
		values.put(Shaping.class, Shaping.SHAPE_AND_MARK);
		values.put(Reason.class, Reason.CONGESTION);
		values.put(Dscp.class, Dscp.EF);
		values.put(FlowCondition.class, FlowCondition.CONGESTED);
		values.put(Kind.class, Kind.CONGESTED);
		values.put(MarkingProfile.class, MarkingProfile.QWAVE);
		values.put(QosVersion.class, QosVersion.V1_0);
		values.put(TrafficType.class, TrafficType.VOICE);
		values.put(Duration.class, SOON);
		values.put(String.class, "1.0");
		values.put(InetAddress.class, PEER.getAddress());
		values.put(InetSocketAddress.class, PEER);
		values.put(QosBackend.class, this.backend);
		values.put(QosHandle.Listener.class, new QosHandle.Listener() {
		});
		values.put(QosHandle.Observer.class, (QosHandle.Observer) (operation, nanos, failure) -> {
		});
		values.put(System.Logger.class, System.getLogger("bad"));
		values.put(boolean.class, false);
		values.put(int.class, 1);
		values.put(long.class, 64_000L);
		values.put(QosFlow.ConditionListener.class,
				(QosFlow.ConditionListener) (told, condition) -> fail("told of " + condition));
		try {
			values.put(QosSocket.class, QosSocket.of(udp()));
			values.put(Socket.class, keep(new Socket()));
			values.put(ServerSocket.class, keep(new ServerSocket()));
			values.put(DatagramSocket.class, keep(new DatagramSocket(null)));
			values.put(NetworkChannel.class, udp());
			values.put(NativeSocket.class, new FakeNativeSocket(NativeSocket.Kind.STREAM));
			Endpoints endpoints = Endpoints.of(QosSocket.of(udp()));
			values.put(Endpoints.class, endpoints);
			values.put(SocketAddress.class, PEER);
			values.put(TransportProtocol.class, TransportProtocol.UDP);
			values.put(List.class, List.of());
			values.put(Collection.class, List.of());
			values.put(QosPolicy.class, QosPolicy.of(TrafficType.VOICE));
			values.put(QosPolicies.class, QosPolicies.none());
			values.put(PolicyMatch.class, new PolicyMatch(List.of(), List.of(), List.of(), TransportProtocol.UDP));
			PolicyMarker marker = new PolicyMarker(this.handle, QosPolicies.none());
			values.put(PolicyMarker.class, marker);
			values.put(ServerMarker.class, new ServerMarker(marker, null, false));
			values.put(RequestMarker.class, new RequestMarker(marker));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		assertThat(values).as(where.toString()).containsKey(type);
		return values.get(type);
	}

	// Numbers

	@ParameterizedTest
	@ValueSource(ints = { -1, 64 })
	void codePointOutOfRangeIsRefused(int value) {
		assertRefused(() -> this.flow.setOptions(VOICE.withDscp(Dscp.of(value))),
				"DSCP must be 0 to 63 but was " + value + ((value == 64) ? " (as a TOS byte that is DSCP 16)" : ""));
		assertRefused(() -> Dscp.parse(Integer.toString(value)),
				"DSCP must be a number from 0 to 63 without leading zeros, or one of .* but was '" + value + "'|"
						+ "DSCP must be 0 to 63 but was 64 \\(as a TOS byte that is DSCP 16\\)");
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE, FlowRate.MINIMUM_BITS_PER_SECOND - 1 })
	void rateBelowTheMinimumIsRefused(long bitsPerSecond) {
		assertRefused(() -> this.flow.setOptions(VOICE.withRate(FlowRate.of(bitsPerSecond))),
				"'bitsPerSecond' must be at least 8000 but was " + bitsPerSecond);
	}

	@Test
	void conditionWithoutASensibleBandwidthIsRefused() {
		assertRefused(() -> this.flow.when(FlowCondition.available(0)), "'bitsPerSecond' must be positive but was 0");
		assertRefused(() -> this.flow.when(FlowCondition.available(-1)), "'bitsPerSecond' must be positive but was -1");
		assertRefused(() -> this.flow.when(new FlowCondition(Kind.CONGESTED, 1)),
				"'bitsPerSecond' must be 0 for CONGESTED but was 1");
	}

	@Test
	void timeThatIsNotPositiveIsRefused() {
		QosHandle.Builder builder = QosHandle.builder();
		for (Duration time : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
			assertRefused(() -> this.handle.awaitOpen(time), "'timeout' must be positive but was " + time);
			assertRefused(() -> this.flow.awaitActive(time), "'timeout' must be positive but was " + time);
			assertRefused(() -> builder.closeTimeout(time), "'timeout' must be positive but was " + time);
			assertRefused(() -> builder.checkInterval(time), "'interval' must be positive but was " + time);
			assertRefused(() -> builder.recoveryBackoff(time, SOON), "'initial' must be positive but was " + time);
			assertRefused(() -> builder.recoveryBackoff(SOON, time), "'max' must be positive but was " + time);
		}
		assertRefused(() -> builder.recoveryBackoff(SOON, Duration.ofSeconds(1)),
				"'max' must not be shorter than 'initial' but was PT1S and PT10S");
	}

	@Test
	void nameOrVersionThatDoesNotExistIsRefused() {
		QosHandle.Builder builder = QosHandle.builder();
		assertRefused(() -> builder.name(" "), "'name' must not be blank");
		assertRefused(() -> builder.backend("nobody"), "QoS backend must be one of auto, .* but was 'nobody'");
		assertRefused(() -> MarkingProfile.named("nobody"),
				"Marking profile must be one of qwave, rfc8837 but was 'nobody'");
		assertRefused(() -> new QosVersion(1, 1), "QoS version must be 1.0 but was 1.1");
		assertRefused(() -> QosVersion.parse("2.0"), "QoS version must be 1.0 but was '2.0'");
	}

	// Options

	@Test
	void optionsThatContradictEachOtherAreRefused() throws Exception {
		assertRefused(() -> VOICE.withQwave(QwaveOptions.ADAPTIVE).withDscp(Dscp.EF),
				"'dscp' must be null for an adaptive flow but was 46 (EF)");
		assertRefused(() -> this.flow.setOptions(VOICE.withQwave(QwaveOptions.ADAPTIVE)),
				"'options' must not be adaptive like the flow: add another flow instead");
		QosFlow adaptive = this.handle.addFlow(udp(), VOICE.withQwave(QwaveOptions.ADAPTIVE));
		adaptive.awaitActive(SOON);
		assertThatIllegalArgumentException().isThrownBy(() -> adaptive.setOptions(VOICE))
			.withMessage("'options' must be adaptive like the flow: add another flow instead");
		QosSocket second = QosSocket.of(udp());
		assertThatIllegalArgumentException().isThrownBy(() -> adaptive.add(second))
			.withMessage("An adaptive flow has one socket: add another flow instead");
		adaptive.close();
		assertUnchanged();
	}

	// Sockets

	@Test
	void destinationThatCannotBeMeantIsRefused() throws Exception {
		QosSocket unconnected = QosSocket.of(keep(DatagramChannel.open()));
		QosSocket connected = QosSocket.of(udp());
		InetSocketAddress other = new InetSocketAddress(InetAddress.getLoopbackAddress(), 10);
		assertRefused(() -> connected.to(other),
				"'destination' must be the peer that the socket is connected to, " + PEER + ", but was " + other);
		assertThat(connected.to(PEER).destination()).isEqualTo(PEER);
		InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nobody.invalid", 9);
		assertRefused(() -> unconnected.to(unresolved), "'destination' must be resolved but was " + unresolved);
		InetSocketAddress portless = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
		assertRefused(() -> unconnected.to(portless), "'destination' must have a port but was " + portless);
		InetSocketAddress scoped = new InetSocketAddress(InetAddress.getByName("fe80::1%1"), 9);
		assertRefused(() -> unconnected.to(scoped),
				"'destination' must not have an IPv6 scope but was " + scoped + ": connect the socket to it instead");
		QosSocket listener = QosSocket.of(keep(new ServerSocket()));
		assertRefused(() -> listener.to(PEER), "'destination' must not be given for a server socket");
	}

	@Test
	void closedSocketIsRefused() throws Exception {
		Socket socket = closed(new Socket());
		DatagramSocket datagrams = closed(new DatagramSocket());
		ServerSocket server = closed(new ServerSocket());
		assertRefused(() -> this.handle.addFlow(socket, VOICE), "'socket' must be open");
		assertRefused(() -> this.handle.addFlow(datagrams, VOICE), "'socket' must be open");
		assertRefused(() -> this.handle.addFlow(server, VOICE), "'socket' must be open");
		for (NetworkChannel channel : List.of(closed(SocketChannel.open()), closed(DatagramChannel.open()),
				closed(ServerSocketChannel.open()), closed(AsynchronousSocketChannel.open()),
				closed(AsynchronousServerSocketChannel.open()))) {
			assertRefused(() -> this.handle.addFlow(channel, VOICE), "'channel' must be open");
		}
		DatagramChannel later = DatagramChannel.open();
		QosSocket lateSocket = QosSocket.of(later);
		later.close();
		assertRefused(() -> this.handle.addFlow(lateSocket, VOICE), "'socket' must be open");
		assertRefused(() -> this.flow.add(lateSocket), "'socket' must be open");
	}

	@Test
	void unixDomainSocketIsRefused() throws Exception {
		String message = "'channel' must be an internet socket but was a Unix domain socket";
		try {
			SocketChannel channel = keep(SocketChannel.open(StandardProtocolFamily.UNIX));
			assertRefused(() -> this.handle.addFlow(channel, VOICE), message);
			ServerSocketChannel server = keep(ServerSocketChannel.open(StandardProtocolFamily.UNIX));
			assertRefused(() -> this.handle.addFlow(server, VOICE), message);
		}
		catch (UnsupportedOperationException ex) {
			abort("This system has no such sockets");
		}
	}

	// After the end

	@Test
	void closedFlowRefusesEverything() throws Exception {
		QosFlow closed = this.handle.addFlow(udp(), VOICE);
		closed.awaitActive(SOON);
		closed.close();
		QosSocket socket = QosSocket.of(udp());
		Map<ThrowingCallable, String> calls = new LinkedHashMap<>();
		calls.put(() -> await(closed.setOptions(VOICE)), "Flow is closed");
		calls.put(() -> await(closed.add(socket)), "Flow is closed");
		for (ThrowingCallable question : questions(closed)) {
			calls.put(question, "The flow must be ACTIVE but is CLOSED");
		}
		calls.forEach((call, message) -> assertThatExceptionOfType(QosFlowException.class).isThrownBy(call)
			.withMessageStartingWith(message + " for VOICE on udp "));
		assertEnded(closed);
		assertUnchanged();
	}

	@Test
	void closedHandleRefusesEverything() throws Exception {
		this.handle.close();
		Socket socket = keep(new Socket());
		DatagramSocket datagrams = keep(new DatagramSocket());
		ServerSocket server = keep(new ServerSocket());
		DatagramChannel channel = udp();
		QosSocket any = QosSocket.of(udp());
		for (ThrowingCallable call : List.<ThrowingCallable>of(() -> this.handle.addFlow(socket, VOICE),
				() -> this.handle.addFlow(datagrams, VOICE), () -> this.handle.addFlow(server, VOICE),
				() -> this.handle.addFlow(channel, VOICE), () -> this.handle.addFlow(any, VOICE))) {
			assertThatIllegalStateException().isThrownBy(call).withMessage("QoS handle 'bad' is closed");
		}
		List<ThrowingCallable> questions = questions(this.flow);
		questions.add(() -> await(this.handle.qwave().systemFlows()));
		questions.add(() -> await(this.handle.qwave().trackClient(InetAddress.getLoopbackAddress()).whenTracked()));
		questions.add(() -> this.handle.awaitOpen(SOON));
		questions.add(() -> await(this.handle.whenOpen()));
		for (ThrowingCallable question : questions) {
			assertThatExceptionOfType(QosUnavailableException.class).isThrownBy(question)
				.withMessage("QoS handle 'bad' (backend fake) is not open: it is CLOSED");
		}
		for (ThrowingCallable change : List.<ThrowingCallable>of(() -> await(this.flow.setOptions(VOICE)),
				() -> await(this.flow.add(any)))) {
			assertThatExceptionOfType(QosFlowException.class).isThrownBy(change)
				.withMessageStartingWith("Flow is closed for VOICE on udp ");
		}
		assertEnded(this.flow);
		this.handle.close();
		assertThat(this.handle.state()).isEqualTo(HandleState.CLOSED);
		assertThat(this.handle.flows()).isEmpty();
		assertThat(this.backend.sessions).hasSize(1);
		assertThat(this.backend.adds).hasValue(1);
	}

	private static List<ThrowingCallable> questions(QosFlow asked) {
		return new ArrayList<>(List.of(() -> await(asked.fundamentals()), () -> await(asked.freshFundamentals()),
				() -> await(asked.packetPriority()), () -> await(asked.outgoingRate()),
				() -> await(asked.when(FlowCondition.CONGESTED)), () -> await(listen(asked))));
	}

	/**
	 * Return a stage that tells why a listener is not told.
	 */
	private static CompletionStage<Void> listen(QosFlow asked) {
		CompletableFuture<Void> ended = new CompletableFuture<>();
		asked.listen(FlowCondition.CONGESTED, new QosFlow.ConditionListener() {

			@Override
			public void occurred(QosFlow told, FlowCondition condition) {
				fail("told of " + condition);
			}

			@Override
			public void ended(QosFlow told, QosException failure) {
				ended.completeExceptionally(failure);
			}

		});
		return ended;
	}

	private static void assertEnded(QosFlow ended) {
		for (ThrowingCallable wait : List.<ThrowingCallable>of(() -> ended.awaitActive(SOON),
				() -> await(ended.whenActive()))) {
			assertThatExceptionOfType(QosFlowException.class).isThrownBy(wait)
				.withMessageStartingWith("Flow is closed for VOICE on udp ");
		}
		ended.close();
		assertThat(ended.state()).isEqualTo(FlowState.CLOSED);
		assertThat(ended.options()).isEqualTo(VOICE);
		assertThat(ended.marking().note()).isEqualTo("the flow is CLOSED");
	}

	private static void await(CompletionStage<?> stage) throws Throwable {
		try {
			stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * Require a mistake to be told, by a text or by what a pattern allows.
	 */
	private void assertRefused(ThrowingCallable mistake, String message) {
		Throwable thrown = catchThrowable(mistake);
		assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
		assertThat(thrown.getMessage()).satisfiesAnyOf((told) -> assertThat(told).isEqualTo(message),
				(told) -> assertThat(told).matches(message));
		assertUnchanged();
	}

	private void assertUnchanged() {
		assertThat(this.handle.state()).isEqualTo(HandleState.OPEN);
		assertThat(this.handle.flows()).containsExactly(this.flow);
		assertThat(this.flow.state()).isEqualTo(FlowState.ACTIVE);
		assertThat(this.flow.options()).isSameAs(VOICE);
		assertThat(this.backend.sessions).hasSize(1);
		assertThat(this.backend.session().options).containsValue(VOICE);
		assertThat(this.backend.session().joined).isEmpty();
		assertThat(this.backend.session().waits).isEmpty();
		assertThat(this.backend.session().tracked).isEmpty();
		assertThat(this.handle.status().error()).isNull();
	}

	private DatagramChannel udp() throws IOException {
		return keep(DatagramChannel.open().connect(PEER));
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(resource);
		return resource;
	}

	private static <T extends AutoCloseable> T closed(T resource) throws Exception {
		resource.close();
		return resource;
	}

	/**
	 * An argument of a public method or constructor.
	 */
	private record Argument(Executable executable, int index) {

		String name() {
			return this.executable.getParameters()[this.index].getName();
		}

		boolean mayBeNull() {
			return this.executable.getParameterTypes()[this.index].isPrimitive()
					|| this.executable.getAnnotatedParameterTypes()[this.index].isAnnotationPresent(Nullable.class);
		}

		@Override
		public String toString() {
			return this.executable.getDeclaringClass().getSimpleName() + "." + this.executable.getName() + "(" + name()
					+ ")";
		}

	}

}
