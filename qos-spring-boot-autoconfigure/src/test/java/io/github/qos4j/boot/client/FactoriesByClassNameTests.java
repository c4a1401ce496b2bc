package io.github.qos4j.boot.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.DriverManager;
import java.util.Hashtable;
import java.util.List;

import javax.naming.Context;
import javax.naming.NamingException;
import javax.naming.directory.InitialDirContext;

import com.mysql.cj.conf.DefaultPropertySet;
import io.github.qos4j.Dscp;
import io.github.qos4j.QosFlow;
import io.github.qos4j.QosHandle;
import io.github.qos4j.TrafficType;
import io.github.qos4j.boot.client.mysql.QosMysqlSocketFactory;
import io.github.qos4j.policy.PolicyMarker;
import io.github.qos4j.policy.QosPolicies;
import io.github.qos4j.policy.QosSocketFactory;
import io.github.qos4j.recording.RecordedFlow;
import io.github.qos4j.recording.RecordingBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for drivers that are given the name of a socket factory's class. Their server
 * hangs up at once, which is enough: the connection was made.
 */
class FactoriesByClassNameTests {

	private final RecordingBackend recording = new RecordingBackend();

	private ServerSocket server;

	private QosHandle handle;

	private PolicyMarker marker;

	@BeforeEach
	void start() throws IOException {
		this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
		Thread acceptor = new Thread(this::hangUp, "server");
		acceptor.setDaemon(true);
		acceptor.start();
		this.handle = this.recording.applyTo(QosHandle.builder()).build();
		this.marker = new PolicyMarker(this.handle,
				QosPolicies.of(List.of(TestPolicies.port("database", TrafficType.EXCELLENT_EFFORT, port()))));
		PolicyMarker.setDefault(this.marker);
	}

	private void hangUp() {
		try {
			while (true) {
				this.server.accept().close();
			}
		}
		catch (IOException ex) {
			// The test is over.
		}
	}

	@AfterEach
	void stop() throws IOException {
		this.marker.close();
		this.handle.close();
		this.server.close();
	}

	@Test
	void mysqlIsMarkedByMatchingPolicy() {
		connect(mysql(port()));
		assertThat(types()).isNotEmpty().containsOnly(TrafficType.EXCELLENT_EFFORT);
	}

	@Test
	void mysqlIsMarkedByPolicyThatUrlNames() {
		connect(mysql(port()) + "&qosPolicy=background");
		assertThat(types()).isNotEmpty().containsOnly(TrafficType.BACKGROUND);
	}

	@Test
	void mysqlIsMarkedBeforeItConnects() {
		connect(mysql(TestServer.closedPort()) + "&qosPolicy=voice");
		assertThat(types()).isNotEmpty().containsOnly(TrafficType.VOICE);
	}

	@Test
	void otherServersOfMysqlAreNotMarked() {
		connect(mysql(TestServer.closedPort()));
		assertThat(types()).isEmpty();
	}

	@Test
	@EnabledOnOs(OS.LINUX)
	void mysqlHasItsMark() throws IOException {
		try (QosHandle real = QosHandle.builder().build();
				PolicyMarker other = new PolicyMarker(real, this.marker.policies())) {
			PolicyMarker.setDefault(other);
			try (Socket socket = new QosMysqlSocketFactory().connect("127.0.0.1", port(), new DefaultPropertySet(),
					0)) {
				assertThat(socket.isConnected()).isTrue();
				assertThat(other.flows()).singleElement()
					.extracting((QosFlow flow) -> flow.marking().applied())
					.isEqualTo(Dscp.parse("CS5"));
			}
		}
	}

	@Test
	void postgresqlIsMarkedByMatchingPolicy() {
		connect(postgresql(port()));
		assertThat(types()).isNotEmpty().containsOnly(TrafficType.EXCELLENT_EFFORT);
	}

	@Test
	void postgresqlIsMarkedByPolicyThatUrlNames() {
		connect(postgresql(port()) + "&socketFactoryArg=background");
		assertThat(types()).isNotEmpty().containsOnly(TrafficType.BACKGROUND);
	}

	@Test
	void ldapIsMarkedByMatchingPolicy() {
		Hashtable<String, String> environment = new Hashtable<>();
		environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.ldap.LdapCtxFactory");
		environment.put(Context.PROVIDER_URL, "ldap://127.0.0.1:" + port());
		environment.put("java.naming.ldap.factory.socket", QosSocketFactory.class.getName());
		assertThatExceptionOfType(NamingException.class).isThrownBy(() -> new InitialDirContext(environment));
		assertThat(types()).isNotEmpty().containsOnly(TrafficType.EXCELLENT_EFFORT);
	}

	private static void connect(String url) {
		assertThatException().isThrownBy(() -> DriverManager.getConnection(url, "user", "password"));
	}

	private static String mysql(int port) {
		return "jdbc:mysql://127.0.0.1:" + port + "/db?socketFactory=" + QosMysqlSocketFactory.class.getName();
	}

	private static String postgresql(int port) {
		return "jdbc:postgresql://127.0.0.1:" + port + "/db?sslmode=disable&socketFactory="
				+ QosSocketFactory.class.getName();
	}

	private int port() {
		return this.server.getLocalPort();
	}

	private List<TrafficType> types() {
		return this.recording.flows().stream().map(RecordedFlow::trafficType).toList();
	}

}
