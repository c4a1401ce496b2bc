package io.github.qos4j.internal.qwave;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.jna.Native;
import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.Marking;
import io.github.qos4j.spi.InertBackend;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.jdk.Descriptors;
import io.github.qos4j.internal.qwave.WindowsTypes.ULONG_PTR;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link DuplicateLender} over a fake Winsock.
 */
class DuplicateLenderTests {

	private static final long DUPLICATE = 0x1_0000_0004L;

	private final FakeWinsock winsock = new FakeWinsock();

	private final DuplicateLender lender = new DuplicateLender(this.winsock, 4711);

	private ServerSocketChannel server;

	private SocketChannel tcp;

	private DatagramChannel udp;

	@BeforeEach
	void open() throws IOException {
		this.server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		this.tcp = SocketChannel.open(this.server.getLocalAddress());
		this.udp = DatagramChannel.open();
	}

	@AfterEach
	void close() throws IOException {
		this.server.close();
		this.tcp.close();
		this.udp.close();
	}

	@Test
	void duplicateIsLentAndClosed() {
		int number = Descriptors.lend(Descriptors.ownerOf(this.udp), (descriptor) -> descriptor);
		try (SocketLender.Loan loan = this.lender.borrow(socket(this.udp))) {
			assertThat(loan.number()).isEqualTo(DUPLICATE);
		}
		assertThat(this.winsock.calls).containsExactly("describe " + number + " for 4711", "open -1 -1 -1 flags 129",
				"close " + DUPLICATE);
	}

	@Test
	void peerIsToldOnceOfACloseDuringTheLoan() throws Exception {
		try (SocketLender.Loan loan = this.lender.borrow(socket(this.tcp))) {
			Thread.sleep(120);
			assertThat(this.winsock.calls).noneMatch((call) -> call.startsWith("shutdown"));
			this.tcp.close();
			await().until(() -> this.winsock.calls.contains("shutdown " + loan.number() + " 1"));
		}
		assertThat(this.winsock.calls).filteredOn((call) -> call.startsWith("shutdown")).hasSize(1);
	}

	@Test
	void nothingIsDoneAfterTheLoan() throws Exception {
		this.lender.borrow(socket(this.tcp)).close();
		this.tcp.close();
		await().during(Duration.ofMillis(200))
			.until(() -> this.winsock.calls.stream().noneMatch((call) -> call.startsWith("shutdown")));
		assertThat(this.winsock.calls).last().isEqualTo("close " + DUPLICATE);
	}

	@Test
	void failuresHaveTheirOperation() {
		this.winsock.describeError = 10024;
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.lender.borrow(socket(this.udp)))
			.withMessage("WSADuplicateSocketW failed: unknown error (10024)");
		this.winsock.describeError = 0;
		this.winsock.openError = 10055;
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.lender.borrow(socket(this.udp)))
			.withMessage("WSASocketW failed: unknown error (10055)");
	}

	@Test
	void closedSocketIsNotLent() throws IOException {
		QosSocket socket = socket(this.tcp);
		this.tcp.close();
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.lender.borrow(socket))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
		assertThat(this.winsock.calls).isEmpty();
	}

	/**
	 * Return a socket as a handle makes it for its backend.
	 */
	private static QosSocket socket(NetworkChannel channel) {
		SocketOfBackend backend = new SocketOfBackend();
		try (QosHandle handle = backend.applyTo(QosHandle.builder()).build()) {
			handle.addFlow(channel, TrafficType.VOICE).awaitActive(Duration.ofSeconds(20));
		}
		return backend.socket;
	}

	/**
	 * Keeps the socket of the flow that is added.
	 */
	private static final class SocketOfBackend extends InertBackend implements QosSession {

		private volatile QosSocket socket;

		@Override
		public QosSession open(SessionSettings settings) {
			return this;
		}

		@Override
		public SessionFlow add(QosSocket added, QosFlowOptions options, Dscp dscp) {
			this.socket = added;
			return () -> new Marking(dscp, null, null);
		}

		@Override
		public void remove(SessionFlow flow) {
		}

		@Override
		public void close(Iterable<SessionFlow> flows) {
		}

	}

	private static final class FakeWinsock implements Winsock {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private int describeError;

		private int openError;

		@Override
		public int WSADuplicateSocketW(ULONG_PTR s, int dwProcessId, byte[] lpProtocolInfo) {
			assertThat(lpProtocolInfo).hasSize(628);
			this.calls.add("describe " + s.longValue() + " for " + dwProcessId);
			Native.setLastError(this.describeError);
			return (this.describeError != 0) ? -1 : 0;
		}

		@Override
		public ULONG_PTR WSASocketW(int af, int type, int protocol, byte[] lpProtocolInfo, int g, int dwFlags) {
			this.calls.add("open " + af + " " + type + " " + protocol + " flags " + dwFlags);
			Native.setLastError(this.openError);
			return new ULONG_PTR((this.openError != 0) ? INVALID_SOCKET : DUPLICATE);
		}

		@Override
		public int shutdown(ULONG_PTR s, int how) {
			this.calls.add("shutdown " + s.longValue() + " " + how);
			return 0;
		}

		@Override
		public int closesocket(ULONG_PTR s) {
			this.calls.add("close " + s.longValue());
			return 0;
		}

		@Override
		public int getsockname(ULONG_PTR s, byte[] name, int[] namelen) {
			throw new UnsupportedOperationException();
		}

	}

}
