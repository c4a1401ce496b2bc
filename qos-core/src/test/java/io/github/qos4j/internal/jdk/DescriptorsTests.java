package io.github.qos4j.internal.jdk;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSocketFactory;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Descriptors} and {@link NativeAccess}.
 */
class DescriptorsTests {

	private static final Duration SOON = Duration.ofSeconds(20);

	@Test
	void socketsHaveNumbersOfTheirOwn() throws Exception {
		List<AutoCloseable> sockets = new ArrayList<>();
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Socket connected = new Socket(server.getInetAddress(), server.getLocalPort());
				Socket accepted = server.accept()) {
			sockets.addAll(List.of(server, connected, accepted));
			for (Kind kind : Kind.values()) {
				sockets.add(kind.open());
			}
			assertThat(sockets.stream().map(DescriptorsTests::number).toList()).doesNotHaveDuplicates()
				.allSatisfy((number) -> assertThat(number).isPositive());
		}
		finally {
			for (AutoCloseable socket : sockets) {
				socket.close();
			}
		}
	}

	@Test
	void adaptorsAreTheirChannels() throws Exception {
		try (SocketChannel channel = SocketChannel.open();
				ServerSocketChannel serverChannel = ServerSocketChannel.open();
				DatagramChannel udpChannel = DatagramChannel.open()) {
			assertThat(Descriptors.ownerOf(channel.socket())).isSameAs(channel);
			assertThat(Descriptors.ownerOf(serverChannel.socket())).isSameAs(serverChannel);
			assertThat(Descriptors.ownerOf(udpChannel.socket())).isSameAs(udpChannel);
		}
	}

	@Test
	void tlsSocketsLayeredOverOthersAreTheOthers() throws Exception {
		SSLSocketFactory factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
				SocketChannel channel = SocketChannel.open(server.getLocalSocketAddress());
				Socket overSocket = factory.createSocket(socket, "localhost", socket.getPort(), false);
				Socket overChannel = factory.createSocket(channel.socket(), "localhost", socket.getPort(), false)) {
			assertThat(Descriptors.ownerOf(overSocket)).isSameAs(Descriptors.ownerOf(socket));
			assertThat(Descriptors.ownerOf(overChannel)).isSameAs(channel);
		}
	}

	@ParameterizedTest
	@EnumSource
	void closedSocketsAreNotLent(Kind kind) throws Exception {
		AutoCloseable socket = kind.open();
		Object owner = Descriptors.ownerOf(socket);
		socket.close();
		AtomicInteger lent = new AtomicInteger();
		assertThatExceptionOfType(QosException.class)
			.isThrownBy(() -> Descriptors.lend(owner, (descriptor) -> lent.incrementAndGet()))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
		AutoCloseable neverAsked = kind.open();
		neverAsked.close();
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> number(neverAsked))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
		assertThat(lent).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource
	void closeWaitsForTheLoan(Kind kind) throws Exception {
		AutoCloseable socket = kind.open();
		Thread closing = new Thread(() -> {
			try {
				socket.close();
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		});
		Set<Thread.State> waiting = EnumSet.of(Thread.State.BLOCKED, Thread.State.WAITING);
		Thread.State state = Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> {
			closing.start();
			await().atMost(SOON).until(() -> waiting.contains(closing.getState()) || !closing.isAlive());
			return closing.getState();
		});
		assertThat(state).isIn(waiting);
		closing.join(SOON.toMillis());
		assertThat(closing.isAlive()).isFalse();
	}

	@Test
	void socketsThatHandEverythingToOthersAreRefused() throws Exception {
		try (Socket socket = new HollowSocket(); ServerSocket server = new HollowServerSocket()) {
			for (Object hollow : List.of(socket, server)) {
				assertThatExceptionOfType(QosException.class).isThrownBy(() -> Descriptors.ownerOf(hollow))
					.withMessage(
							"Sockets of " + hollow.getClass().getName() + " are not the JDK's own and cannot be marked")
					.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED));
			}
		}
	}

	@Test
	void numbersThatMeanOtherSocketsAreNoticed() {
		assertThatIllegalStateException().isThrownBy(() -> NativeAccess.verify((descriptor) -> 1))
			.withMessageContaining("is not where it is expected");
	}

	@Test
	void missingLibrariesAreExplained() {
		assertRefused(new NoClassDefFoundError("com/sun/jna/Pointer"), "JNA is not on the class path",
				"net.java.dev.jna:jna");
		assertRefused(new ExceptionInInitializerError(new IllegalCallerException("no access")),
				"Java refuses native access: no access", "--enable-native-access=ALL-UNNAMED");
		assertRefused(new UnsatisfiedLinkError("x.so: failed to map segment from shared object\nmore"),
				"JNA's native library cannot be loaded: x.so: failed to map segment from shared object",
				"-Djna.tmpdir");
		assertRefused(new IllegalStateException("outer", new NoSuchFieldException("fdVal")),
				"Native access does not work here: java.lang.NoSuchFieldException: fdVal", "report");
		assertThat(NativeAccess.check(() -> {
		})).isEqualTo(Availability.yes());
	}

	private static void assertRefused(Throwable failure, String reason, String remedy) {
		Availability availability = NativeAccess.check(() -> DescriptorsTests.<RuntimeException>sneak(failure));
		assertThat(availability.usable()).isFalse();
		assertThat(availability.reason()).isEqualTo(reason);
		assertThat(availability.remedy()).contains(remedy);
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void sneak(Throwable failure) throws T {
		throw (T) failure;
	}

	private static int number(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> descriptor);
	}

	/**
	 * A kind of socket.
	 */
	enum Kind {

		SOCKET(Socket::new),

		SOCKET_CHANNEL(SocketChannel::open),

		ASYNCHRONOUS_SOCKET_CHANNEL(AsynchronousSocketChannel::open),

		TLS_SOCKET(() -> SSLSocketFactory.getDefault().createSocket()),

		DATAGRAM_SOCKET(DatagramSocket::new),

		MULTICAST_SOCKET(MulticastSocket::new),

		DATAGRAM_CHANNEL(DatagramChannel::open),

		SERVER_SOCKET(ServerSocket::new),

		BOUND_SERVER_SOCKET(() -> new ServerSocket(0)),

		SERVER_SOCKET_CHANNEL(() -> ServerSocketChannel.open().bind(new InetSocketAddress(0))),

		ASYNCHRONOUS_SERVER_SOCKET_CHANNEL(AsynchronousServerSocketChannel::open),

		TLS_SERVER_SOCKET(() -> SSLServerSocketFactory.getDefault().createServerSocket());

		private final Opener opener;

		Kind(Opener opener) {
			this.opener = opener;
		}

		AutoCloseable open() throws IOException {
			return this.opener.open();
		}

	}

	/**
	 * Opens a socket.
	 */
	@FunctionalInterface
	interface Opener {

		AutoCloseable open() throws IOException;

	}

	/**
	 * A socket without a descriptor.
	 */
	private static final class HollowSocket extends Socket {

		@Override
		public boolean getReuseAddress() {
			return false;
		}

	}

	/**
	 * A server socket without a descriptor.
	 */
	private static final class HollowServerSocket extends ServerSocket {

		private HollowServerSocket() throws IOException {
		}

		@Override
		public boolean getReuseAddress() {
			return false;
		}

	}

}
