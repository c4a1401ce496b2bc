package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;

import io.github.qos4j.Dscp;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;
import io.github.qos4j.FlowFundamentals;
import io.github.qos4j.FlowRate;
import io.github.qos4j.Marking;
import io.github.qos4j.PacketPriority;
import io.github.qos4j.QosException;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionFlow;
import io.github.qos4j.TrafficType;
import io.github.qos4j.internal.socket.SocketOptions.Option;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests for {@link MacSocketOptions}, and for the session over it, with calls that answer
 * as macOS does.
 */
class MacSocketOptionsTests {

	private static final QosFlowOptions VOICE = QosFlowOptions.of(TrafficType.VOICE);

	private static final int NUMBER = 4711;

	private final FakeMac mac = new FakeMac();

	private final MacSocketOptions options = new MacSocketOptions(this.mac);

	private final SocketSession session = new SocketSession(new MarkedSockets(this.options),
			new Sampler(Sampler.INTERVAL), System.getLogger(MacSocketOptionsTests.class.getName()));

	private ServerSocket server;

	private Socket socket;

	@BeforeEach
	void open() throws IOException {
		this.server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
		this.socket = new Socket(this.server.getInetAddress(), this.server.getLocalPort());
	}

	@AfterEach
	void close() throws IOException {
		this.socket.close();
		this.server.close();
	}

	@Test
	void socketForIpv4HasTosAndServiceType() {
		this.mac.family = FakeMac.AF_INET;
		SessionFlow flow = add(VOICE);
		assertThat(this.mac.calls()).containsExactly("0/3=224", "65535/4374=4");
		assertThat(flow.marking()).isEqualTo(new Marking(Dscp.of(56), Dscp.of(56), null));
		assertThat(this.session.packetPriority(flow)).isEqualTo(new PacketPriority(Dscp.of(56), Dscp.of(56), 0, 0));
		this.session.remove(flow);
		assertThat(this.mac.calls()).containsExactly("0/3=0", "65535/4374=0");
	}

	@Test
	void socketForBothFamiliesIsNeverAskedForTos() {
		SessionFlow flow = add(VOICE);
		assertThat(this.mac.calls()).containsExactly("41/36=224", "65535/4374=4");
		this.session.change(flow, QosFlowOptions.of(TrafficType.BACKGROUND), Dscp.of(8));
		assertThat(this.mac.calls()).containsExactly("41/36=32", "65535/4374=1");
		this.session.remove(flow);
		assertThat(this.mac.calls()).containsExactly("41/36=0", "65535/4374=0");
	}

	@Test
	void onlyPacketsForIpv6AreSaidToBeMarked() {
		SessionFlow flow = add(VOICE);
		this.mac.peer = FakeMac.address(FakeMac.AF_INET6, 80, InetAddress.getLoopbackAddress());
		assertThat(flow.marking().applied()).isNull();
		assertThat(flow.marking().note()).startsWith("IPv4 packets of a socket for both families have no DSCP");
		this.mac.peer = null;
		assertThat(flow.marking().applied()).isEqualTo(Dscp.of(56));
		assertThat(flow.marking().note()).startsWith("IPv4 packets of a socket for both families have no DSCP");
		this.mac.peer = FakeMac.address(FakeMac.AF_INET6, 80, null);
		assertThat(flow.marking()).isEqualTo(new Marking(Dscp.of(56), Dscp.of(56), null));
	}

	@ParameterizedTest
	@CsvSource({ "BEST_EFFORT, 0", "BACKGROUND, 1", "EXCELLENT_EFFORT, 8", "AUDIO_VIDEO, 6", "VOICE, 4", "CONTROL, 2" })
	void everyTrafficTypeHasAServiceType(TrafficType type, int serviceType) {
		assertThat(this.options.priority(type)).isEqualTo(serviceType);
		this.options.set(NUMBER, this.options.priorityOption(), serviceType);
		assertThat(this.options.get(NUMBER, Option.SO_NET_SERVICE_TYPE)).isEqualTo(serviceType);
	}

	@Test
	void socketsOfOtherFamiliesAreRefused() {
		this.mac.family = 1;
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> add(VOICE))
			.withMessage("Unix domain sockets cannot be marked");
		assertThat(this.mac.calls()).isEmpty();
	}

	@Test
	void rateIsNotEnforcedAndSaysSo() {
		this.mac.family = FakeMac.AF_INET;
		SessionFlow flow = add(VOICE.withRate(FlowRate.of(1_000_000)));
		assertThat(flow.marking().isApplied()).isTrue();
		assertThat(flow.marking().note()).isEqualTo("the rate is not enforced: this system does not limit sockets");
		assertThat(this.session.outgoingRate(flow)).isEmpty();
		this.session.change(flow, VOICE.withRate(FlowRate.of(2_000_000)), Dscp.EF);
		assertThat(flow.marking().note()).isEqualTo("the rate is not enforced: this system does not limit sockets");
	}

	@Test
	void nothingIsKnownAboutThePath() {
		SessionFlow flow = add(VOICE);
		assertThat(this.session.fundamentals(flow, true)).isEqualTo(FlowFundamentals.NOT_AVAILABLE);
		assertThatExceptionOfType(QosException.class)
			.isThrownBy(() -> this.session.arm(flow, FlowCondition.CONGESTED, (result) -> {
			}))
			.withMessage("On macOS there are no figures about the path")
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.NOT_SUPPORTED));
	}

	@Test
	void connectionThatIsOverIsLeftAlone() {
		SessionFlow flow = add(VOICE);
		this.mac.errno = 22;
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.session.change(flow, VOICE, Dscp.EF))
			.satisfies((ex) -> assertThat(ex.errorCase()).isEqualTo(ErrorCase.SOCKET_CLOSED));
		assertThatNoException().isThrownBy(() -> this.session.remove(flow));
	}

	@ParameterizedTest
	@CsvSource({ "1, EPERM, ADMINISTRATOR", "9, EBADF, SOCKET_CLOSED", "12, ENOMEM, RESOURCES",
			"13, EACCES, ADMINISTRATOR", "22, EINVAL, SOCKET_CLOSED", "38, ENOTSOCK, SOCKET_CLOSED",
			"42, ENOPROTOOPT, NOT_SUPPORTED", "55, ENOBUFS, RESOURCES", "57, ENOTCONN, NOT_CONNECTED",
			"78, ENOSYS, NOT_SUPPORTED", "102, EOPNOTSUPP, NOT_SUPPORTED", "92, , UNKNOWN" })
	void errorsHaveTheNumbersOfMacOs(int errno, String symbol, ErrorCase errorCase) {
		this.mac.errno = errno;
		assertThatExceptionOfType(QosException.class).isThrownBy(() -> this.options.set(NUMBER, Option.IPV6_TCLASS, 0))
			.satisfies((ex) -> {
				assertThat(ex.operation()).isEqualTo("setsockopt(IPV6_TCLASS)");
				assertThat(ex.code()).hasValue(errno);
				assertThat(ex.symbol()).isEqualTo(symbol);
				assertThat(ex.errorCase()).isEqualTo(errorCase);
			});
	}

	@ParameterizedTest
	@CsvSource({ "1, EPERM, ADMINISTRATOR", "9, EBADF, SOCKET_CLOSED", "13, EACCES, ADMINISTRATOR",
			"22, EINVAL, INVALID", "38, ENOSYS, NOT_SUPPORTED", "88, ENOTSOCK, SOCKET_CLOSED",
			"92, ENOPROTOOPT, NOT_SUPPORTED", "95, EOPNOTSUPP, NOT_SUPPORTED", "105, ENOBUFS, RESOURCES",
			"4711, , UNKNOWN" })
	void errorsOfLinuxHaveTheirOwn(int errno, String symbol, ErrorCase errorCase) {
		this.mac.errno = errno;
		assertThatExceptionOfType(QosException.class)
			.isThrownBy(() -> new LinuxSocketOptions(this.mac, System::nanoTime).set(NUMBER, Option.IP_TOS, 0))
			.satisfies((ex) -> {
				assertThat(ex.symbol()).isEqualTo(symbol);
				assertThat(ex.errorCase()).isEqualTo(errorCase);
			});
	}

	@Test
	void refusalsOfTheSystemNameARemedy() {
		for (int errno : List.of(1, 13)) {
			this.mac.errno = errno;
			assertThatExceptionOfType(QosException.class).isThrownBy(() -> add(VOICE))
				.satisfies((ex) -> assertThat(ex.remedy()).contains("security profile"));
		}
	}

	@Test
	void portIsReadBehindTheLengthAndTheFamily() {
		assertThat(this.options.localPort(NUMBER)).isEqualTo(0xabcd);
	}

	private SessionFlow add(QosFlowOptions flowOptions) {
		return this.session.add(QosSocket.of(this.socket), flowOptions, flowOptions.trafficType().dscp());
	}

	/**
	 * One socket as macOS has it, whatever its number.
	 */
	private static final class FakeMac extends UnexpectedCalls {

		static final int AF_INET = 2;

		static final int AF_INET6 = 30;

		private static final int EINVAL = 22;

		private static final int ENOPROTOOPT = 42;

		private static final int ENOTCONN = 57;

		private final Map<String, Integer> values = new TreeMap<>(Map.of("0/3", 0, "41/36", 0, "65535/4374", 0));

		private List<String> calls = new ArrayList<>();

		int family = AF_INET6;

		byte[] peer;

		int errno;

		/**
		 * Return what was set since this was called last.
		 */
		List<String> calls() {
			List<String> called = this.calls;
			this.calls = new ArrayList<>();
			return called;
		}

		/**
		 * Return a sockaddr, with an IPv4 address mapped where the family is IPv6.
		 */
		static byte[] address(int family, int port, InetAddress mapped) {
			ByteBuffer address = ByteBuffer.allocate(28)
				.put((byte) ((family == AF_INET) ? 16 : 28))
				.put((byte) family)
				.putShort((short) port);
			if (mapped != null) {
				address.put(18, (byte) -1).put(19, (byte) -1).put(20, mapped.getAddress());
			}
			else {
				address.put(8, (byte) 0x20);
			}
			return address.array();
		}

		private void check() {
			if (this.errno != 0) {
				throw new LastErrorException(this.errno);
			}
		}

		private String known(int level, int option) {
			String name = level + "/" + option;
			if (!this.values.containsKey(name)) {
				throw new LastErrorException(ENOPROTOOPT);
			}
			if (level == 0 && this.family == AF_INET6 || level == 41 && this.family == AF_INET) {
				throw new LastErrorException(EINVAL);
			}
			return name;
		}

		@Override
		public int setsockopt(int socket, int level, int option, Pointer value, int length) {
			check();
			String name = known(level, option);
			assertThat(length).isEqualTo(4);
			int number = value.getInt(0);
			if (option == 4374 && (number < 0 || number > 8)) {
				throw new LastErrorException(EINVAL);
			}
			this.values.put(name, number);
			this.calls.add(name + "=" + number);
			return 0;
		}

		@Override
		public int getsockopt(int socket, int level, int option, byte[] value, int[] length) {
			ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).putInt(this.values.get(known(level, option)));
			return 0;
		}

		@Override
		public int getsockname(int socket, byte[] address, int[] length) {
			byte[] local = address(this.family, 0xabcd, null);
			System.arraycopy(local, 0, address, 0, Math.min(local.length, length[0]));
			return 0;
		}

		@Override
		public int getpeername(int socket, byte[] address, int[] length) {
			if (this.peer == null) {
				throw new LastErrorException(ENOTCONN);
			}
			System.arraycopy(this.peer, 0, address, 0, Math.min(this.peer.length, length[0]));
			return 0;
		}

	}

}
