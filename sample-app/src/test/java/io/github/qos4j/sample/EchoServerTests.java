package io.github.qos4j.sample;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;

import io.github.qos4j.sample.EchoServer.EchoAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests of {@link EchoServer}.
 */
class EchoServerTests {

	private static final int TIMEOUT_MILLIS = 10_000;

	private EchoServer echo;

	@BeforeEach
	void start() throws IOException {
		this.echo = new EchoServer(0);
	}

	@AfterEach
	void stop() throws Exception {
		this.echo.close();
	}

	@Test
	void answersOnEveryAddress() throws IOException {
		for (EchoAddress address : this.echo.addresses()) {
			InetSocketAddress socketAddress = new InetSocketAddress(address.host(), address.port());
			String answer = (address.protocol() == Protocol.UDP) ? askUdp(socketAddress) : askTcp(socketAddress);
			assertThat(answer).as(address.toString()).isEqualTo("hello");
		}
	}

	@Test
	void listensForUdpOnIpv4First() {
		assertThat(this.echo.addresses()).first()
			.isEqualTo(new EchoAddress(Protocol.UDP, "127.0.0.1", this.echo.addresses().get(0).port()));
	}

	@Test
	void closesConnectionWithItsPeer() throws IOException {
		EchoAddress address = tcpAddress();
		try (Socket socket = new Socket(address.host(), address.port())) {
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.shutdownOutput();
			assertThat(socket.getInputStream().read()).isEqualTo(-1);
		}
	}

	@Test
	void closesEverythingWithItself() throws Exception {
		EchoAddress address = tcpAddress();
		try (Socket socket = new Socket(address.host(), address.port())) {
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.getOutputStream().write(1);
			assertThat(socket.getInputStream().read()).isEqualTo(1);
			this.echo.close();
			assertThat(socket.getInputStream().read()).isEqualTo(-1);
		}
		new DatagramSocket(new InetSocketAddress(address.host(), address.port())).close();
	}

	@Test
	void portInUseIsNamed() {
		int port = this.echo.addresses().get(0).port();
		assertThatIOException().isThrownBy(() -> new EchoServer(port))
			.withMessage("Cannot listen on UDP port " + port + " ('sample.echo.port')");
	}

	private EchoAddress tcpAddress() {
		return this.echo.addresses()
			.stream()
			.filter((address) -> address.protocol() == Protocol.TCP)
			.findFirst()
			.orElseThrow();
	}

	private static String askUdp(InetSocketAddress address) throws IOException {
		try (DatagramSocket socket = new DatagramSocket()) {
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.send(new DatagramPacket("hello".getBytes(), 5, address));
			DatagramPacket answer = new DatagramPacket(new byte[100], 100);
			socket.receive(answer);
			return new String(answer.getData(), 0, answer.getLength());
		}
	}

	private static String askTcp(InetSocketAddress address) throws IOException {
		try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
			socket.setSoTimeout(TIMEOUT_MILLIS);
			socket.getOutputStream().write("hello".getBytes());
			return new String(socket.getInputStream().readNBytes(5));
		}
	}

}
