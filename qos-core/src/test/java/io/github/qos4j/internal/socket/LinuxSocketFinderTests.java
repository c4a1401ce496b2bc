package io.github.qos4j.internal.socket;

import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import com.sun.jna.LastErrorException;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowRate;
import io.github.qos4j.NativeSocket;
import io.github.qos4j.NativeSocket.Kind;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LinuxSocketFinder} with the real sockets of this process. Others than
 * the tests' own are left alone.
 */
@EnabledOnOs(OS.LINUX)
class LinuxSocketFinderTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private final HookedCalls calls = new HookedCalls();

	private final LinuxSocketOptions options = new LinuxSocketOptions(this.calls, System::nanoTime);

	private final MarkedSockets sockets = new MarkedSockets(this.options);

	private final LinuxSocketFinder finder = new LinuxSocketFinder(this.calls, this.options, this.sockets);

	private final List<AutoCloseable> resources = new ArrayList<>();

	@BeforeEach
	void passOverWhatIsThere() {
		this.finder.find();
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable resource : this.resources) {
			resource.close();
		}
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1, true", "127.0.0.1, false", "::1, true", "::1, false" })
	void connectionIsFoundWithItsAddresses(String address, boolean tcp) throws IOException {
		InetSocketAddress peer;
		InetSocketAddress local;
		if (tcp) {
			ServerSocket server = listen(address);
			Socket socket = keep(new Socket(address, server.getLocalPort()));
			peer = (InetSocketAddress) socket.getRemoteSocketAddress();
			local = (InetSocketAddress) socket.getLocalSocketAddress();
		}
		else {
			DatagramSocket socket = keep(new DatagramSocket());
			socket.connect(new InetSocketAddress(address, 9));
			peer = (InetSocketAddress) socket.getRemoteSocketAddress();
			local = (InetSocketAddress) socket.getLocalSocketAddress();
		}
		assertThat(this.finder.find()).singleElement().satisfies((socket) -> {
			assertThat(socket.kind()).isEqualTo(tcp ? Kind.STREAM : Kind.DATAGRAM);
			assertThat(socket.remoteAddress()).isEqualTo(peer);
			assertThat(socket.localAddress()).isEqualTo(local);
			assertThat(socket.isOpen()).isTrue();
			assertThat(socket.isConfined()).isFalse();
		});
	}

	@Test
	void socketIsFoundOnce() throws IOException {
		connect();
		assertThat(this.finder.find()).hasSize(1);
		assertThat(this.finder.find()).isEmpty();
		this.finder.forget();
		assertThat(this.finder.find()).isNotEmpty();
	}

	@Test
	void socketIsFoundOnceItIsConnected() throws IOException {
		DatagramChannel udp = keep(DatagramChannel.open());
		SocketChannel tcp = keep(SocketChannel.open());
		assertThat(this.finder.find()).isEmpty();
		udp.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
		tcp.connect(listen("127.0.0.1").getLocalSocketAddress());
		assertThat(this.finder.find()).extracting(NativeSocket::kind).containsOnly(Kind.DATAGRAM, Kind.STREAM);
	}

	@Test
	void nothingElseIsFound() throws IOException {
		listen("127.0.0.1");
		keep(SocketChannel.open(StandardProtocolFamily.UNIX));
		keep(Pipe.open().sink());
		assertThat(this.finder.find()).isEmpty();
	}

	@Test
	void socketWithAFlowIsFoundOnlyAfterThat() throws IOException {
		DatagramChannel channel = connect();
		SocketFlow flow = this.sockets.add(QosSocket.of(channel), VOICE, Dscp.EF);
		assertThat(this.finder.find()).isEmpty();
		this.finder.forget();
		assertThat(this.finder.find()).noneMatch((socket) -> isLocal(socket, channel));
		this.sockets.remove(flow);
		this.finder.find();
		this.finder.forget();
		assertThat(this.finder.find()).anyMatch((socket) -> isLocal(socket, channel));
	}

	@Test
	void foundSocketIsMarkedAndRestored() throws IOException {
		DatagramChannel channel = connect();
		NativeSocket found = findOne();
		SocketFlow flow = this.sockets.add(QosSocket.of(found), VOICE, Dscp.EF);
		assertThat(dscp(channel)).isEqualTo(Dscp.EF);
		assertThat(flow.marking().isApplied()).isTrue();
		this.sockets.remove(flow);
		assertThat(dscp(channel)).isEqualTo(Dscp.DF);
	}

	@Test
	void foundSocketIsNotOpenOnceItIsClosedWhoeverHasItsNumber() throws IOException {
		DatagramChannel channel = connect();
		NativeSocket found = findOne();
		SocketFlow flow = this.sockets.add(QosSocket.of(found), VOICE, Dscp.EF);
		DatagramChannel other = connect();
		channel.close();
		assertThat(found.isOpen()).isFalse();
		assertThat(new LibC().fcntl(number(other), 1030, found.descriptor())).isEqualTo(found.descriptor());
		this.resources.add(() -> this.options.close(found.descriptor()));
		assertThat(found.isOpen()).isFalse();
		assertThatExceptionOfType(QosException.class)
			.isThrownBy(() -> this.sockets.change(flow, QosFlowOptions.of(TrafficType.BACKGROUND), Dscp.of(8)))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
		assertThat(dscp(other)).isEqualTo(Dscp.DF);
		this.sockets.remove(flow);
		assertThat(this.sockets.size()).isZero();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void flowOfTheSocketItselfTakesOver(boolean sameMark) throws IOException {
		DatagramChannel channel = connect();
		NativeSocket found = findOne();
		SocketFlow ours = this.sockets.add(QosSocket.of(found), VOICE, Dscp.EF);
		Dscp wanted = sameMark ? Dscp.EF : Dscp.of(8);
		SocketFlow theirs = this.sockets.add(QosSocket.of(channel), VOICE, wanted);
		assertThat(found.isOpen()).isTrue();
		assertThat(this.finder.find()).isEmpty();
		assertThat(found.isOpen()).isFalse();
		this.sockets.remove(ours);
		assertThat(dscp(channel)).isEqualTo(wanted);
		this.sockets.remove(theirs);
		assertThat(dscp(channel)).isEqualTo(Dscp.DF);
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void flowThatWasAddedWhileTheSocketWasFoundIsInForceAgain() throws IOException {
		DatagramChannel channel = connect();
		NativeSocket found = findOne();
		SocketFlow theirs = this.sockets.add(QosSocket.of(channel), VOICE.withRate(FlowRate.of(800_000)), Dscp.of(8));
		SocketFlow ours = this.sockets.add(QosSocket.of(found), VOICE.withRate(FlowRate.of(400_000)), Dscp.EF);
		assertThat(dscp(channel)).isEqualTo(Dscp.EF);
		this.finder.find();
		assertThat(dscp(channel)).isEqualTo(Dscp.of(8));
		assertThat(rate(channel)).isEqualTo(100_000);
		this.sockets.remove(ours);
		assertThat(dscp(channel)).isEqualTo(Dscp.of(8));
		assertThat(rate(channel)).isEqualTo(100_000);
		this.sockets.remove(theirs);
		assertThat(dscp(channel)).isEqualTo(Dscp.DF);
		assertThat(rate(channel)).isEqualTo(SocketOptions.NO_LIMIT);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 800_000 })
	void rateGoesWithTheFlowThatIsTakenOver(long wanted) throws IOException {
		DatagramChannel channel = connect();
		NativeSocket found = findOne();
		SocketFlow ours = this.sockets.add(QosSocket.of(found), VOICE.withRate(FlowRate.of(400_000)), Dscp.EF);
		SocketFlow theirs = this.sockets.add(QosSocket.of(channel),
				(wanted > 0) ? VOICE.withRate(FlowRate.of(wanted)) : VOICE, Dscp.EF);
		this.finder.find();
		assertThat(rate(channel)).isEqualTo((wanted > 0) ? wanted / 8 : SocketOptions.NO_LIMIT);
		this.sockets.remove(ours);
		assertThat(rate(channel)).isEqualTo((wanted > 0) ? wanted / 8 : SocketOptions.NO_LIMIT);
		this.sockets.remove(theirs);
		assertThat(rate(channel)).isEqualTo(SocketOptions.NO_LIMIT);
	}

	@Test
	void closedSocketsAreForgottenAndNoDescriptorIsLeft() throws IOException {
		int remembered = this.finder.remembered();
		int files = openFiles();
		for (int i = 0; i < 20; i++) {
			connect();
		}
		assertThat(this.finder.find()).hasSize(20);
		assertThat(this.finder.remembered()).isEqualTo(remembered + 20);
		assertThat(openFiles()).isEqualTo(files + 20);
		for (AutoCloseable resource : this.resources) {
			((DatagramChannel) resource).close();
		}
		this.finder.find();
		assertThat(this.finder.remembered()).isEqualTo(remembered);
	}

	@Test
	void socketThatIsReplacedWhileItIsLookedAtIsNotTakenForTheOther() throws IOException {
		int number = new LibC().fcntl(number(connect()), 1030, 0);
		this.resources.add(() -> this.options.close(number));
		((DatagramChannel) this.resources.remove(0)).close();
		int other = number(connect());
		this.calls.beforeDuplicate = (descriptor) -> {
			if (descriptor == number) {
				this.options.close(number);
				assertThat(new LibC().fcntl(other, 1030, number)).isEqualTo(number);
			}
		};
		List<NativeSocket> found = this.finder.find();
		assertThat(found).isNotEmpty().allMatch(NativeSocket::isOpen);
	}

	@Test
	void kernelWithoutCookiesIsRefused() {
		this.calls.cookies = false;
		assertThatExceptionOfType(QosException.class)
			.isThrownBy(() -> new LinuxSocketFinder(this.calls, this.options, this.sockets))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED))
			.withMessageContaining("SO_COOKIE");
	}

	private NativeSocket findOne() {
		List<NativeSocket> found = this.finder.find();
		assertThat(found).hasSize(1);
		return found.get(0);
	}

	private DatagramChannel connect() throws IOException {
		return keep(DatagramChannel.open()).connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
	}

	private ServerSocket listen(String address) throws IOException {
		return keep(new ServerSocket(0, 5, InetAddress.getByName(address)));
	}

	private static boolean isLocal(NativeSocket socket, DatagramChannel channel) {
		return socket.localAddress().getPort() == channel.socket().getLocalPort();
	}

	private static int number(Object socket) {
		return Descriptors.lend(Descriptors.ownerOf(socket), (descriptor) -> descriptor);
	}

	private Dscp dscp(Object socket) {
		return SocketMarks.read(this.options, number(socket)).dscp(Family.IPV4);
	}

	private long rate(Object socket) {
		return this.options.getRate(number(socket));
	}

	private static int openFiles() {
		String[] files = new File("/proc/self/fd").list();
		return (files != null) ? files.length : -1;
	}

	private <T extends AutoCloseable> T keep(T resource) {
		this.resources.add(resource);
		return resource;
	}

	/**
	 * The C library, with something that happens at the worst moment.
	 */
	private static final class HookedCalls extends DelegatingCalls {

		boolean cookies = true;

		IntConsumer beforeDuplicate = (descriptor) -> {
		};

		@Override
		public int fcntl(int descriptor, int command, int argument) {
			this.beforeDuplicate.accept(descriptor);
			return super.fcntl(descriptor, command, argument);
		}

		@Override
		public int getsockopt(int socket, int level, int option, byte[] value, int[] length) {
			if (option == 57 && !this.cookies) {
				throw new LastErrorException(92);
			}
			return super.getsockopt(socket, level, option, value, length);
		}

	}

}
