package io.github.qos4j.internal.jdk;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.qos4j.Availability;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.QosException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link Descriptors} and {@link NativeAccess}.
 */
class DescriptorsTests {

	@Test
	void socketsHaveNumbersOfTheirOwn() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				Socket connected = new Socket(server.getInetAddress(), server.getLocalPort());
				Socket accepted = server.accept();
				Socket fresh = new Socket();
				SocketChannel channel = SocketChannel.open();
				DatagramSocket udp = new DatagramSocket();
				DatagramChannel udpChannel = DatagramChannel.open()) {
			List<Integer> numbers = List.of(number(connected), number(accepted), number(fresh), number(channel),
					number(udp), number(udpChannel));
			assertThat(numbers).doesNotHaveDuplicates().allSatisfy((number) -> assertThat(number).isPositive());
			assertThat(number(channel.socket())).isEqualTo(number(channel));
			assertThat(number(udpChannel.socket())).isEqualTo(number(udpChannel));
		}
	}

	@Test
	void closedSocketsAreNotLent() throws Exception {
		Socket fresh = new Socket();
		Socket socket = new Socket();
		SocketChannel channel = SocketChannel.open();
		DatagramChannel udpChannel = DatagramChannel.open();
		DatagramSocket udp = new DatagramSocket();
		List<Object> owners = List.of(Descriptors.ownerOf(socket), Descriptors.ownerOf(channel),
				Descriptors.ownerOf(udpChannel), Descriptors.ownerOf(udp));
		for (AutoCloseable closeable : List.of(fresh, socket, channel, udpChannel, udp)) {
			closeable.close();
		}
		AtomicInteger lent = new AtomicInteger();
		assertThat(owners).allSatisfy((owner) -> assertThatExceptionOfType(QosException.class)
			.isThrownBy(() -> Descriptors.lend(owner, (descriptor) -> lent.incrementAndGet()))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED)));
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> number(fresh))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
		assertThat(lent).hasValue(0);
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

}
