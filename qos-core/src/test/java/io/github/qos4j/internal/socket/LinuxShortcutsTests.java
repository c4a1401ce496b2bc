package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

import com.sun.jna.Pointer;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.jdk.NetOptions;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LinuxShortcuts} and the {@link LinuxSocketOptions} that use them.
 */
@EnabledOnOs(OS.LINUX)
class LinuxShortcutsTests {

	private static final int BAD_DESCRIPTOR = 9;

	private static final LinuxSocketOptions plain = new LinuxSocketOptions();

	private final RecordingInts ints = new RecordingInts();

	private final LinuxSocketOptions options = new LinuxSocketOptions(new LibC(), System::nanoTime,
			new LinuxShortcuts(this.ints, true, true));

	@Test
	void allWorkHere() {
		IntOptions ofJdk = new IntOptions.OfJdk();
		assertThat(LinuxShortcuts.find(plain, ofJdk)).isEqualTo(new LinuxShortcuts(ofJdk, true, true));
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	void functionsThatDoAnythingElseAreLeftOut(Fault fault) {
		assertThat(LinuxShortcuts.find(plain, new FaultyInts(fault))).isEqualTo(new LinuxShortcuts(null, true, true));
	}

	@Test
	void kernelThatKeepsThePriorityIsNoticed() {
		PosixSocketOptions keeping = new LinuxSocketOptions(new PriorityKeepingCalls(), System::nanoTime);
		assertThat(LinuxShortcuts.find(keeping, new IntOptions.OfJdk()).clearsPriority()).isFalse();
	}

	@Test
	void systemThatRefusesAllHasNone() {
		PosixSocketOptions refusing = new LinuxSocketOptions(new DelegatingCalls() {

			@Override
			public int getsockopt(int socket, int level, int option, byte[] value, int[] length) {
				return super.getsockopt(-1, level, option, value, length);
			}

		}, System::nanoTime);
		assertThat(LinuxShortcuts.find(refusing, new IntOptions.OfJdk())).isEqualTo(LinuxShortcuts.NONE);
	}

	@Test
	void failedCallIsMadeAgainToTellItsError() {
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.options.set(-1, Option.IP_TOS, 0))
			.satisfies((ex) -> {
				assertThat(ex.operation()).isEqualTo("setsockopt(IP_TOS)");
				assertThat(ex.code()).hasValue(BAD_DESCRIPTOR);
				assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED);
			});
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.options.get(-1, Option.IPV6_TCLASS))
			.satisfies((ex) -> {
				assertThat(ex.operation()).isEqualTo("getsockopt(IPV6_TCLASS)");
				assertThat(ex.code()).hasValue(BAD_DESCRIPTOR);
			});
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.options.family(-1))
			.satisfies((ex) -> assertThat(ex.operation()).isEqualTo("getsockopt(SO_DOMAIN)"));
	}

	@Test
	void callThatFailsForTheJdkAloneSucceeds() throws IOException {
		this.ints.failing = true;
		try (DatagramChannel channel = DatagramChannel.open()) {
			Descriptors.lend(channel, (descriptor) -> {
				this.options.set(descriptor, Option.IP_TOS, 40);
				assertThat(plain.get(descriptor, Option.IP_TOS)).isEqualTo(40);
				assertThat(this.options.get(descriptor, Option.IP_TOS)).isEqualTo(40);
				return null;
			});
		}
		assertThat(this.ints.calls).hasSize(2);
	}

	@Test
	void socketOfOneFamilyTakesSevenCalls() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
			MarkedSockets sockets = new MarkedSockets(this.options);
			SocketFlow flow = add(sockets, channel, TrafficType.VOICE);
			assertThat(this.ints.calls).containsExactly("get IP_TOS", "get SO_PRIORITY", "IP_TOS=224", "SO_PRIORITY=6");
			this.ints.calls.clear();
			sockets.remove(flow);
			assertThat(this.ints.calls).containsExactly("get IP_TOS", "get SO_PRIORITY", "IP_TOS=0");
			assertThat(SocketBackendTests.marks(channel)).isEqualTo(SocketMarks.UNMARKED_IPV4);
		}
	}

	@Test
	void socketOfBothFamiliesTakesElevenCalls() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open()) {
			MarkedSockets sockets = new MarkedSockets(this.options);
			sockets.remove(add(sockets, channel, TrafficType.VOICE));
			assertThat(this.ints.calls).containsExactly("get IP_TOS", "get IPV6_TCLASS", "get SO_PRIORITY",
					"IP_TOS=224", "IPV6_TCLASS=224", "SO_PRIORITY=6", "get IP_TOS", "get IPV6_TCLASS",
					"get SO_PRIORITY", "IP_TOS=0", "IPV6_TCLASS=0");
			assertThat(SocketBackendTests.marks(channel)).isEqualTo(SocketMarks.UNMARKED);
		}
	}

	@Test
	void familyIsAskedForWhereTheSocketDoesNotTellIt() throws IOException {
		try (Socket socket = new Socket()) {
			MarkedSockets sockets = new MarkedSockets(this.options);
			SocketFlow first = add(sockets, socket, TrafficType.VOICE);
			SocketFlow second = add(sockets, socket, TrafficType.BACKGROUND);
			sockets.remove(second);
			sockets.remove(first);
			assertThat(this.ints.calls).startsWith("get SO_DOMAIN").containsOnlyOnce("get SO_DOMAIN");
			assertThat(SocketBackendTests.marks(socket)).isEqualTo(SocketMarks.UNMARKED);
		}
	}

	@Test
	void priorityThatIsInheritedWithNothingElseChangedIsNotWritten() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
			MarkedSockets sockets = new MarkedSockets(this.options);
			SocketFlow flow = add(sockets, channel, TrafficType.BEST_EFFORT);
			sockets.remove(flow);
			assertThat(this.ints.calls).containsExactly("get IP_TOS", "get SO_PRIORITY", "get IP_TOS",
					"get SO_PRIORITY");
		}
	}

	@Test
	void priorityIsRestoredWhereTheKernelDoesNotDoIt() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
			// A code point of the application's own, and a priority of its own.
			for (SocketMarks before : List.of(new SocketMarks(0, SocketMarks.NONE, 3),
					new SocketMarks(40, SocketMarks.NONE, 0), new SocketMarks(1, SocketMarks.NONE, 0),
					new SocketMarks(224, SocketMarks.NONE, 0))) {
				Descriptors.lend(channel, (descriptor) -> {
					plain.set(descriptor, Option.IP_TOS, before.tos());
					plain.set(descriptor, Option.SO_PRIORITY, before.priority());
					return null;
				});
				MarkedSockets sockets = new MarkedSockets(this.options);
				SocketFlow flow = add(sockets, channel, TrafficType.VOICE);
				assertThat(SocketBackendTests.marks(channel))
					.isEqualTo(new SocketMarks(224 | before.tos() & 3, SocketMarks.NONE, 6));
				sockets.remove(flow);
				assertThat(SocketBackendTests.marks(channel)).isEqualTo(before);
			}
		}
	}

	@Test
	void familyThatIsToldIsThatOfTheSystem() throws IOException {
		try (DatagramChannel udp = DatagramChannel.open();
				DatagramChannel udp4 = DatagramChannel.open(StandardProtocolFamily.INET);
				SocketChannel tcp = SocketChannel.open();
				SocketChannel tcp4 = SocketChannel.open(StandardProtocolFamily.INET);
				AsynchronousSocketChannel asynchronous = AsynchronousSocketChannel.open();
				ServerSocketChannel listener = ServerSocketChannel.open();
				ServerSocketChannel listener4 = ServerSocketChannel.open(StandardProtocolFamily.INET);
				ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
				SocketChannel accepted = accept(listener, tcp);
				SocketChannel accepted4 = accept(listener4, tcp4)) {
			for (Object each : List.of(udp, udp4, tcp, tcp4, asynchronous, listener, listener4, server, socket,
					accepted, accepted4)) {
				Object owner = Descriptors.ownerOf(each);
				Descriptors.lend(owner, (descriptor) -> {
					assertThat(this.options.family(owner, descriptor)).as(each.toString())
						.isEqualTo(plain.family(descriptor));
					return null;
				});
			}
			assertThat(this.ints.calls).containsOnly("get SO_DOMAIN");
		}
	}

	private static SocketChannel accept(ServerSocketChannel listener, SocketChannel client) throws IOException {
		listener.bind(new InetSocketAddress("127.0.0.1", 0));
		client.connect(listener.getLocalAddress());
		return listener.accept();
	}

	private static SocketFlow add(MarkedSockets sockets, Object socket, TrafficType type) {
		return sockets.add((socket instanceof Socket tcp) ? QosSocket.of(tcp) : QosSocket.of((NetworkChannel) socket),
				QosFlowOptions.of(type), Dscp.of((type == TrafficType.VOICE) ? 56 : 0));
	}

	/**
	 * Notes what is asked of the JDK.
	 */
	private static final class RecordingInts implements IntOptions {

		final List<String> calls = new ArrayList<>();

		boolean failing;

		@Override
		public int get(int descriptor, int level, int number) throws IOException {
			note("get " + name(level, number));
			return NetOptions.get(descriptor, level, number);
		}

		@Override
		public void set(int descriptor, int level, int number, int value) throws IOException {
			note(name(level, number) + "=" + value);
			NetOptions.set(descriptor, level, number, value);
		}

		private void note(String call) throws IOException {
			this.calls.add(call);
			if (this.failing) {
				throw new IOException("for a test");
			}
		}

		private static String name(int level, int number) {
			if (level == LinuxNumbers.SOL_SOCKET && number == LinuxNumbers.SO_DOMAIN) {
				return "SO_DOMAIN";
			}
			for (Option option : List.of(Option.IP_TOS, Option.IPV6_TCLASS, Option.SO_PRIORITY)) {
				if (plain.level(option) == level && plain.number(option) == number) {
					return option.toString();
				}
			}
			return level + "/" + number;
		}

	}

	/**
	 * What functions of the JDK may do instead of what they are expected to do.
	 */
	private enum Fault {

		MISSING, FAILS, SETS_OTHERS_TOO, DROPS_ECN, SETS_NOTHING, GETS_NOTHING, HIDES_FAILED_GET, HIDES_FAILED_SET

	}

	private record FaultyInts(Fault fault) implements IntOptions {

		@Override
		public int get(int descriptor, int level, int number) throws IOException {
			if (this.fault == Fault.GETS_NOTHING || this.fault == Fault.HIDES_FAILED_GET && descriptor < 0) {
				return 0;
			}
			return NetOptions.get(descriptor, level, number);
		}

		@Override
		public void set(int descriptor, int level, int number, int value) throws IOException {
			if (this.fault == Fault.SETS_NOTHING || this.fault == Fault.HIDES_FAILED_SET && descriptor < 0) {
				return;
			}
			if (this.fault == Fault.MISSING) {
				throw new NoClassDefFoundError("for a test");
			}
			if (this.fault == Fault.FAILS) {
				throw new IOException("for a test");
			}
			boolean priority = level == LinuxNumbers.SOL_SOCKET;
			NetOptions.set(descriptor, level, number,
					(this.fault == Fault.DROPS_ECN && !priority) ? value & ~3 : value);
			if (this.fault == Fault.SETS_OTHERS_TOO && !priority) {
				plain.set(descriptor, Option.IP_TOS, value);
			}
		}

	}

	/**
	 * A kernel that leaves the priority alone when the TOS byte changes.
	 */
	private static final class PriorityKeepingCalls extends DelegatingCalls {

		@Override
		public int setsockopt(int socket, int level, int option, Pointer value, int length) {
			if (level != PosixSocketOptions.IPPROTO_IP) {
				return super.setsockopt(socket, level, option, value, length);
			}
			int priority = plain.get(socket, Option.SO_PRIORITY);
			int result = super.setsockopt(socket, level, option, value, length);
			plain.set(socket, Option.SO_PRIORITY, priority);
			return result;
		}

	}

}
