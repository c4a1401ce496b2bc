package io.github.qos4j.policy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.net.SocketFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLSocket;

import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosFlowOptions;
import io.github.qos4j.QosHandle;
import io.github.qos4j.QosSocket;
import io.github.qos4j.TrafficType;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link QosSocketFactory} and {@link QosSSLSocketFactory}.
 */
class QosSocketFactoryTests {

	private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

	private final RecordingBackend recording = new RecordingBackend();

	private final QosHandle handle = this.recording.applyTo(QosHandle.builder()).build();

	private final PolicyMarker marker = new PolicyMarker(this.handle, hosts(LOOPBACK.getHostName()));

	private ServerSocket server = unbound();

	@BeforeEach
	void open() throws IOException {
		this.handle.awaitOpen(Duration.ofSeconds(30));
		this.server = new ServerSocket(0, 50, LOOPBACK);
	}

	@AfterEach
	void close() throws IOException {
		this.marker.close();
		this.handle.close();
		this.server.close();
	}

	@Test
	void marksHoweverSocketIsCreated() throws IOException {
		SocketFactory factory = new QosSocketFactory(this.marker, "voice");
		int port = this.server.getLocalPort();
		try (Socket first = factory.createSocket(LOOPBACK, port);
				Socket second = factory.createSocket(LOOPBACK.getHostName(), port);
				Socket third = factory.createSocket(LOOPBACK, port, LOOPBACK, 0);
				Socket fourth = factory.createSocket(LOOPBACK.getHostName(), port, LOOPBACK, 0);
				Socket fifth = factory.createSocket()) {
			fifth.connect(this.server.getLocalSocketAddress());
			assertThat(List.of(first, second, third, fourth, fifth)).allMatch(Socket::isConnected);
			assertThat(this.handle.flows()).hasSize(5)
				.allSatisfy((flow) -> assertThat(flow.options().trafficType()).isEqualTo(TrafficType.VOICE));
		}
	}

	@Test
	void marksBeforeItConnects() throws IOException {
		List<Boolean> connected = new ArrayList<>();
		QosHandle watched = (QosHandle) Proxy.newProxyInstance(QosHandle.class.getClassLoader(),
				new Class<?>[] { QosHandle.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("addFlow")) {
						connected.add(((QosSocket) arguments[0]).isConnected());
					}
					return method.invoke(this.handle, arguments);
				});
		PolicyMarker with = new PolicyMarker(watched, QosPolicies.none());
		try (Socket socket = new QosSocketFactory(with, "voice").createSocket(LOOPBACK, this.server.getLocalPort())) {
			assertThat(socket.isConnected()).isTrue();
			assertThat(connected).containsExactly(false);
		}
	}

	@Test
	void marksByPolicyForTheHostThatIsAskedFor() throws IOException {
		QosSocketFactory factory = new QosSocketFactory(this.marker, null);
		try (Socket byName = factory.createSocket(LOOPBACK.getHostName(), this.server.getLocalPort())) {
			assertThat(byName.isConnected()).isTrue();
			assertThat(this.handle.flows()).hasSize(1);
		}
	}

	@Test
	void socketThatNoPolicyMatchesIsUsedUnmarked() throws IOException {
		this.marker.setPolicies(hosts("elsewhere.example"));
		try (Socket socket = new QosSocketFactory(this.marker, null).createSocket(LOOPBACK,
				this.server.getLocalPort())) {
			assertThat(socket.isConnected()).isTrue();
			assertThat(this.handle.flows()).isEmpty();
		}
	}

	@Test
	void unknownPolicyIsRefusedWhereTheMarkerIsKnown() {
		assertThatIllegalArgumentException().isThrownBy(() -> new QosSocketFactory(this.marker, "vioce"))
			.withMessageContaining("but was 'vioce'");
		assertThatIllegalArgumentException().isThrownBy(() -> new QosSSLSocketFactory(this.marker, "vioce"));
	}

	@Test
	void defaultMarkerIsAskedAnewForEachSocket() throws IOException {
		SocketFactory named = new QosSocketFactory("media");
		SocketFactory matching = QosSocketFactory.getDefault();
		SocketFactory unknown = new QosSocketFactory("unknown");
		SocketFactory withoutArgument = new QosSocketFactory((String) null);
		PolicyMarker.setDefault(this.marker);
		int port = this.server.getLocalPort();
		for (SocketFactory factory : List.of(named, matching, withoutArgument)) {
			this.recording.clear();
			try (Socket socket = factory.createSocket(LOOPBACK.getHostName(), port)) {
				assertThat(socket.isConnected()).isTrue();
				assertThat(this.recording.flows()).hasSize(1);
			}
		}
		this.recording.clear();
		try (Socket socket = unknown.createSocket(LOOPBACK, port)) {
			assertThat(socket.isConnected()).isTrue();
			assertThat(this.recording.flows()).isEmpty();
		}
	}

	@Test
	void withoutDefaultMarkerSocketsAreUsedUnmarked() throws IOException {
		PolicyMarker.setDefault(this.marker);
		PolicyMarker.disableDefault();
		int port = this.server.getLocalPort();
		try (Socket plain = new QosSocketFactory("voice").createSocket(LOOPBACK, port);
				Socket secure = new QosSSLSocketFactory("voice").createSocket(LOOPBACK, port)) {
			assertThat(List.of(plain, secure)).allMatch(Socket::isConnected);
			assertThat(this.handle.flows()).isEmpty();
		}
	}

	@Test
	void failsLikeAnyOtherSocket() throws IOException {
		SocketFactory factory = new QosSocketFactory(this.marker, "voice");
		this.server.close();
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> factory.createSocket(LOOPBACK, this.server.getLocalPort()));
		assertThatExceptionOfType(UnknownHostException.class)
			.isThrownBy(() -> factory.createSocket("unknown.invalid", 1));
		Socket closed = factory.createSocket();
		closed.close();
		assertThatExceptionOfType(IOException.class)
			.isThrownBy(() -> closed.connect(new InetSocketAddress(LOOPBACK, 1)));
		assertThatIllegalArgumentException().isThrownBy(() -> factory.createSocket(LOOPBACK, 70000));
	}

	@Test
	void secureSocketsAreMarked() throws IOException {
		QosSSLSocketFactory named = new QosSSLSocketFactory(this.marker, "voice");
		int port = this.server.getLocalPort();
		try (Socket plain = new Socket(LOOPBACK, port);
				Socket over = named.createSocket(plain, LOOPBACK.getHostName(), port, true);
				Socket connected = named.createSocket(LOOPBACK, port);
				Socket unconnected = named.createSocket()) {
			assertThat(this.handle.flows()).hasSize(3);
			unconnected.connect(this.server.getLocalSocketAddress());
			assertThat(List.of(over, connected, unconnected)).allMatch(Socket::isConnected);
		}
		assertThat(named.getDefaultCipherSuites()).isNotEmpty();
		assertThat(named.getSupportedCipherSuites()).isNotEmpty();
		assertThat(QosSSLSocketFactory.getDefault()).isInstanceOf(QosSSLSocketFactory.class);
	}

	@Test
	void secureSocketOverOneOfAFactoryIsMarkedOnce() throws IOException {
		int port = this.server.getLocalPort();
		try (Socket plain = new QosSocketFactory(this.marker, "voice").createSocket(LOOPBACK, port);
				Socket over = new QosSSLSocketFactory(this.marker, "voice").createSocket(plain, LOOPBACK.getHostName(),
						port, true)) {
			assertThat(over.isConnected()).isTrue();
			assertThat(this.handle.flows()).hasSize(1);
		}
	}

	@Test
	void tlsKnowsTheNameThatAnAddressWasMadeFrom() throws IOException {
		QosSSLSocketFactory factory = new QosSSLSocketFactory(this.marker, "voice");
		InetAddress named = InetAddress.getByAddress("media.test", LOOPBACK.getAddress());
		InetAddress unnamed = InetAddress.getByAddress(LOOPBACK.getAddress());
		int port = this.server.getLocalPort();
		try (SSLSocket first = (SSLSocket) factory.createSocket(named, port);
				SSLSocket second = (SSLSocket) factory.createSocket(named, port, LOOPBACK, 0);
				SSLSocket third = (SSLSocket) factory.createSocket(unnamed, port)) {
			assertThat(List.of(first, second))
				.allSatisfy((socket) -> assertThat(serverNames(socket)).containsExactly(new SNIHostName("media.test")));
			assertThat(serverNames(third)).isEmpty();
		}
	}

	private static List<SNIServerName> serverNames(SSLSocket socket) {
		List<SNIServerName> names = socket.getSSLParameters().getServerNames();
		return (names != null) ? names : List.of();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void markIsApplied() throws IOException {
		try (QosHandle real = QosHandle.builder().backend("socket").build()) {
			real.awaitOpen(Duration.ofSeconds(30));
			PolicyMarker with = new PolicyMarker(real, QosPolicies.none());
			int port = this.server.getLocalPort();
			try (Socket plain = new QosSocketFactory(with, "voice").createSocket(LOOPBACK, port);
					Socket secure = new QosSSLSocketFactory(with, "voice").createSocket(LOOPBACK, port);
					Socket unconnected = new QosSSLSocketFactory(with, "voice").createSocket()) {
				assertThat(List.of(plain, secure, unconnected)).noneMatch(Socket::isClosed);
				assertThat(real.flows()).hasSize(3)
					.extracting(QosFlow::marking)
					.allSatisfy((marking) -> assertThat(marking.applied()).isEqualTo(Dscp.of(56)));
			}
		}
	}

	private static ServerSocket unbound() {
		try {
			return new ServerSocket();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static QosPolicies hosts(String host) {
		return QosPolicies.of(List.of(new QosPolicy("media", QosFlowOptions.of(TrafficType.AUDIO_VIDEO),
				new PolicyMatch(List.of(RemoteAddress.parse(host)), List.of(), List.of(), null))));
	}

}
