package io.github.qos4j.internal.socket;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FakeNativeSocket;
import io.github.qos4j.NativeSocket.Kind;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.socket.SocketOptions.Family;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link LendableSocket} with descriptors that no Java socket owns.
 */
@EnabledOnOs(OS.LINUX)
class NativeSocketTests {

	private static final int F_DUPFD_CLOEXEC = 1030;

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final QosFlowOptions BACKGROUND = QosFlowOptions.of(TrafficType.BACKGROUND);

	private long time;

	private final WatchedCalls calls = new WatchedCalls();

	private final LinuxSocketOptions options = new LinuxSocketOptions(this.calls, LinuxShortcuts.NONE, () -> this.time);

	private final MarkedSockets sockets = new MarkedSockets(this.options);

	private final List<Integer> descriptors = new ArrayList<>();

	@AfterEach
	void closeAll() {
		this.descriptors.forEach(this.options::close);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void socketIsMarkedAndRestored(boolean confined) throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		socket.confined = confined;
		SocketFlow flow = add(socket, VOICE);
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.EF);
		assertThat(flow.marking().isApplied()).isTrue();
		this.sockets.change(flow, BACKGROUND, Dscp.of(8));
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.of(8));
		this.sockets.remove(flow);
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.DF);
		assertThat(this.sockets.size()).isZero();
		assertThat(this.calls.duplicates).hasSize(confined ? 0 : 4);
	}

	@Test
	void otherThreadsUseTheSocketOfItsOwnThreadThroughDuplicates() throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		socket.confined = true;
		SocketFlow flow = add(socket, VOICE);
		socket.confined = false;
		assertThat(flow.marking().isApplied()).isTrue();
		this.sockets.remove(flow);
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.DF);
		assertThat(this.calls.duplicates).hasSize(2);
	}

	@Test
	void noDescriptorIsLeft() throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		for (int i = 0; i < 20; i++) {
			this.sockets.remove(add(socket, VOICE));
		}
		assertThat(this.calls.duplicates).hasSize(40);
		assertThat(this.calls.closed).containsExactlyElementsOf(this.calls.duplicates);
	}

	@Test
	void flowsOfOneSocketShareARecord() throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		SocketFlow older = add(socket, VOICE);
		SocketFlow newer = add(socket, BACKGROUND);
		assertThat(this.sockets.size()).isOne();
		this.sockets.remove(newer);
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.EF);
		this.sockets.remove(older);
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.DF);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void closedSocketIsToldAsSuch(boolean confined) throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		socket.confined = confined;
		QosSocket wrapped = QosSocket.of(socket);
		SocketFlow flow = add(socket, VOICE);
		socket.open = false;
		assertThatClosed(() -> this.sockets.change(flow, BACKGROUND, Dscp.of(8)));
		assertThatClosed(() -> this.sockets.add(wrapped, VOICE, Dscp.EF));
		this.sockets.remove(flow);
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void socketThatGetsTheNumberOfAClosedOneIsNeverMarked() throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		SocketFlow flow = add(socket, VOICE);
		// The library has not noticed, or the number was closed behind its back.
		replace(socket.descriptor(), descriptor());
		assertThatClosed(() -> this.sockets.change(flow, BACKGROUND, Dscp.of(8)));
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.DF);
		set(socket.descriptor(), Dscp.EF);
		this.sockets.remove(flow);
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.EF);
		assertThat(flow.marking().applied()).isNull();
		assertThat(this.sockets.size()).isZero();
	}

	@Test
	void socketThatGetsTheNumberBeforeTheFirstLookIsNeverMarked() throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		int other = descriptor();
		this.calls.beforeDuplicate = () -> {
			socket.open = false;
			replace(socket.descriptor(), other);
		};
		assertThatClosed(() -> add(socket, VOICE));
		assertThat(dscp(socket.descriptor())).isEqualTo(Dscp.DF);
		assertThat(this.calls.closed).endsWith(this.calls.duplicates.get(0));
	}

	@Test
	void fileThatGetsTheNumberOfAClosedSocketKeepsItsLocks(@TempDir Path directory) throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		SocketFlow flow = add(socket, VOICE);
		try (LockedFile file = new LockedFile(directory, this.options, socket.descriptor())) {
			assertThatClosed(() -> this.sockets.change(flow, BACKGROUND, Dscp.of(8)));
			assertThatClosed(() -> new MarkedSockets(this.options).add(QosSocket.of(socket), VOICE, Dscp.EF));
			this.sockets.remove(flow);
			assertThat(file.isLocked()).isTrue();
		}
	}

	@Test
	void duplicateOfAFileThatMayHaveJustBeenOpenedIsNotClosed(@TempDir Path directory) throws IOException {
		try (LockedFile file = duplicateFile(directory)) {
			file.lock.release();
			this.time -= 1;
			this.options.closeStrays();
			assertThat(file.openDescriptors()).hasSize(3);
			this.time += 1;
			this.options.closeStrays();
			assertThat(file.openDescriptors()).hasSize(2);
		}
	}

	@Test
	void duplicateOfAFileStaysOpenForAsLongAsClosingItWouldEndALock(@TempDir Path directory) throws IOException {
		try (LockedFile file = duplicateFile(directory)) {
			this.options.closeStrays();
			assertThat(file.isLocked()).isTrue();
			assertThat(file.openDescriptors()).hasSize(3).containsAll(this.calls.duplicates);
			file.lock.release();
			this.options.closeStrays();
			assertThat(file.openDescriptors()).hasSize(2).doesNotContainAnyElementsOf(this.calls.duplicates);
			file.lock();
			this.options.closeStrays();
			assertThat(file.isLocked()).isTrue();
		}
	}

	@Test
	void lockThatIsTakenWhileADuplicateIsAboutToBeClosedIsKept(@TempDir Path directory) throws IOException {
		try (LockedFile file = duplicateFile(directory)) {
			file.lock.release();
			this.calls.beforeOpen = file::lock;
			this.options.closeStrays();
			assertThat(file.isLocked()).isTrue();
			assertThat(file.openDescriptors()).hasSize(4);
			this.options.closeStrays();
			assertThat(file.isLocked()).isTrue();
			assertThat(file.openDescriptors()).hasSize(4);
			file.lock.release();
			this.options.closeStrays();
			assertThat(file.openDescriptors()).hasSize(2);
		}
	}

	@Test
	void duplicateOfAFileThatIsClosedLikeAnyOtherWouldEndItsLock(@TempDir Path directory) throws IOException {
		try (LockedFile file = duplicateFile(directory)) {
			this.options.close(this.calls.duplicates.get(0));
			assertThat(file.isLocked()).isFalse();
		}
	}

	@Test
	void duplicateOfAPipeIsClosedAtOnce() throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		Pipe pipe = Pipe.open();
		this.calls.beforeDuplicate = () -> {
			this.options.close(socket.descriptor());
			duplicate(descriptorsOf("pipe:").get(0), socket.descriptor());
		};
		assertThatClosed(() -> add(socket, VOICE));
		assertThat(this.calls.closed).endsWith(this.calls.duplicates.get(0));
		pipe.source().close();
		pipe.sink().close();
	}

	/**
	 * Have a file take the number of a socket when it is about to be duplicated.
	 */
	private LockedFile duplicateFile(Path directory) throws IOException {
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		List<LockedFile> files = new ArrayList<>();
		this.calls.beforeDuplicate = () -> files.add(new LockedFile(directory, this.options, socket.descriptor()));
		assertThatClosed(() -> add(socket, VOICE));
		assertThat(this.calls.duplicates).hasSize(1);
		this.time += Duration.ofSeconds(1).toNanos();
		return files.get(0);
	}

	@Test
	void kernelWithoutCookiesLetsItsOwnThreadAloneUseASocket() throws IOException {
		this.calls.cookies = false;
		FakeNativeSocket socket = new FakeNativeSocket(descriptor(), Kind.DATAGRAM);
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> add(socket, VOICE)).satisfies((ex) -> {
			assertThat(ex.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED);
			assertThat(ex).hasMessageContaining("SO_COOKIE");
		});
		assertThat(this.calls.duplicates).isEmpty();
		socket.confined = true;
		this.sockets.remove(add(socket, VOICE));
	}

	@Test
	void javaSocketsCostNoCallMore() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
			SocketFlow flow = this.sockets.add(QosSocket.of(channel), VOICE, Dscp.EF);
			this.sockets.remove(flow);
		}
		assertThat(this.calls.asked).isEqualTo(9);
		assertThat(this.calls.duplicates).isEmpty();
	}

	private SocketFlow add(FakeNativeSocket socket, QosFlowOptions flowOptions) {
		return this.sockets.add(QosSocket.of(socket), flowOptions, Dscp.EF);
	}

	/**
	 * Return a descriptor that no Java socket owns.
	 */
	private int descriptor() throws IOException {
		try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
			channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9));
			int descriptor = Descriptors.lend(Descriptors.ownerOf(QosSocket.of(channel)),
					new LinuxSocketOptions()::duplicate);
			this.descriptors.add(descriptor);
			return descriptor;
		}
	}

	/**
	 * Have a number mean another socket.
	 */
	private void replace(int number, int other) {
		this.options.close(number);
		duplicate(other, number);
	}

	/**
	 * Make a duplicate that has a number which is free.
	 */
	private static void duplicate(int descriptor, int number) {
		assertThat(new LibC().fcntl(descriptor, F_DUPFD_CLOEXEC, number)).isEqualTo(number);
	}

	private Dscp dscp(int descriptor) {
		return SocketMarks.read(this.options, descriptor).dscp(Family.IPV4);
	}

	private void set(int descriptor, Dscp dscp) {
		this.options.set(descriptor, Option.IP_TOS, dscp.value() << 2);
	}

	private static void assertThatClosed(Runnable action) {
		assertThatExceptionOfType(QosException.class).isThrownBy(action::run)
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
	}

	/**
	 * Return the descriptors of this process whose links begin so.
	 */
	private static List<Integer> descriptorsOf(String target) {
		String[] numbers = Objects.requireNonNull(new File("/proc/self/fd").list());
		return Arrays.stream(numbers)
			.filter((number) -> leadsTo(Path.of("/proc/self/fd", number), target))
			.map(Integer::valueOf)
			.toList();
	}

	private static boolean leadsTo(Path link, String target) {
		try {
			return Files.readSymbolicLink(link).toString().startsWith(target);
		}
		catch (IOException ex) {
			// Closed since it was listed.
			return false;
		}
	}

	/**
	 * A file that is locked as a whole, and takes the number of a socket for another
	 * descriptor of its own. It is opened first, or it could get that very number.
	 */
	private static final class LockedFile implements AutoCloseable {

		private final Path path;

		private final FileChannel channel;

		private FileLock lock;

		LockedFile(Path directory, SocketOptions options, int number) {
			try {
				this.path = directory.toRealPath().resolve("locked");
				this.channel = FileChannel.open(this.path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
				int descriptor = openDescriptors().get(0);
				options.close(number);
				duplicate(descriptor, number);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			lock();
		}

		void lock() {
			try {
				this.lock = this.channel.lock();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

		List<Integer> openDescriptors() {
			return descriptorsOf(this.path.toString());
		}

		/**
		 * Return whether the system has the lock.
		 */
		boolean isLocked() throws IOException {
			String lock = " POSIX  ADVISORY  WRITE " + ProcessHandle.current().pid() + " ";
			String inode = ":" + Files.getAttribute(this.path, "unix:ino") + " ";
			return Files.readAllLines(Path.of("/proc/locks"))
				.stream()
				.anyMatch((line) -> line.contains(lock) && line.contains(inode));
		}

		@Override
		public void close() throws IOException {
			this.channel.close();
		}

	}

	/**
	 * The C library, watched.
	 */
	private static final class WatchedCalls extends DelegatingCalls {

		final List<Integer> duplicates = new ArrayList<>();

		final List<Integer> closed = new ArrayList<>();

		int asked;

		boolean cookies = true;

		Runnable beforeDuplicate = () -> {
		};

		Runnable beforeOpen = () -> {
		};

		@Override
		public int open(byte[] path, int flags) {
			this.beforeOpen.run();
			return super.open(path, flags);
		}

		@Override
		public int fcntl(int descriptor, int command, int argument) {
			this.beforeDuplicate.run();
			int duplicate = super.fcntl(descriptor, command, argument);
			this.duplicates.add(duplicate);
			return duplicate;
		}

		@Override
		public int close(int descriptor) {
			this.closed.add(descriptor);
			return super.close(descriptor);
		}

		@Override
		public int getsockopt(int socket, int level, int option, byte[] value, int[] length) {
			this.asked++;
			if (option == 57 && !this.cookies) {
				throw new LastErrorException(92);
			}
			return super.getsockopt(socket, level, option, value, length);
		}

		@Override
		public int setsockopt(int socket, int level, int option, Pointer value, int length) {
			this.asked++;
			return super.setsockopt(socket, level, option, value, length);
		}

	}

}
