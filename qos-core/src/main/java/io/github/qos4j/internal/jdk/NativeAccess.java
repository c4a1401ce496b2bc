package io.github.qos4j.internal.jdk;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.function.IntUnaryOperator;

import io.github.qos4j.spi.Availability;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process may make native calls and knows its sockets' descriptors, and what
 * to do where not.
 */
public final class NativeAccess {

	private NativeAccess() {
	}

	/**
	 * Try something that needs native access.
	 * @param attempt what to try; loads all classes that name JNA
	 * @return whether it worked, and if not, why
	 */
	public static Availability check(Runnable attempt) {
		try {
			attempt.run();
			return Availability.yes();
		}
		catch (Throwable ex) {
			return refusal(ex);
		}
	}

	private static Availability refusal(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof ClassNotFoundException || cause instanceof NoClassDefFoundError) {
				if (String.valueOf(cause.getMessage()).replace('.', '/').contains("com/sun/jna")) {
					return Availability.broken("JNA is not on the class path",
							"Add net.java.dev.jna:jna of version 5.19.1");
				}
			}
			// IllegalCallerException: JDK 25 with --illegal-native-access=deny.
			if (cause instanceof IllegalCallerException) {
				return Availability.broken("Java refuses native access: " + cause
					.getMessage(), "Start Java with --enable-native-access=ALL-UNNAMED, "
							+ "or set 'Enable-Native-Access: ALL-UNNAMED' in the manifest of the application's jar");
			}
			if (cause instanceof UnsatisfiedLinkError) {
				return Availability.broken("JNA's native library cannot be loaded: " + firstLine(cause.getMessage()),
						"Let JNA unpack it where programs may run, with -Djna.tmpdir=<directory>, or install it and "
								+ "set -Djna.boot.library.path=<directory> and -Djna.nounpack=true");
			}
		}
		return Availability.broken("Native access does not work here: " + root(failure),
				"Please report this with the version of Java: " + System.getProperty("java.vm.version"));
	}

	private static String firstLine(@Nullable String message) {
		return (message != null) ? message.lines().findFirst().orElse("") : "";
	}

	private static Throwable root(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root;
	}

	/**
	 * Check that the numbers read from sockets are theirs, so that a JDK whose fields
	 * have come to mean something else is refused, and no foreign descriptor is ever
	 * touched.
	 * @param localPort asks the system for the local port of a descriptor
	 * @throws IllegalStateException if a number is not the socket's
	 */
	public static void verify(IntUnaryOperator localPort) {
		try {
			try {
				verify(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), localPort);
			}
			catch (BindException ex) {
				// Loopback can be down, in a network namespace for example.
				verify(new InetSocketAddress(0), localPort);
			}
		}
		catch (IOException ex) {
			throw new IllegalStateException("No socket can be bound: " + ex.getMessage(), ex);
		}
	}

	private static void verify(InetSocketAddress local, IntUnaryOperator localPort) throws IOException {
		try (SocketChannel tcpChannel = SocketChannel.open();
				DatagramChannel udpChannel = DatagramChannel.open();
				Socket tcp = new Socket();
				DatagramSocket udp = new DatagramSocket(local)) {
			tcpChannel.bind(local);
			udpChannel.bind(local);
			tcp.bind(local);
			verify(tcpChannel, tcpChannel.socket().getLocalPort(), localPort);
			verify(udpChannel, udpChannel.socket().getLocalPort(), localPort);
			verify(tcp, tcp.getLocalPort(), localPort);
			verify(udp, udp.getLocalPort(), localPort);
		}
	}

	private static void verify(Object socket, int expected, IntUnaryOperator localPort) {
		int port = Descriptors.lend(Descriptors.ownerOf(socket), localPort::applyAsInt);
		if (port != expected) {
			throw new IllegalStateException("The descriptor of " + socket.getClass().getName()
					+ " is not where it is expected: its port is " + port + " instead of " + expected);
		}
	}

}
