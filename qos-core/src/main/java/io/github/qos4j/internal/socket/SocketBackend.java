package io.github.qos4j.internal.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.DatagramOutput;
import io.github.qos4j.ErrorCase;
import io.github.qos4j.spi.ProbeSocket;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.QosException;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.QosSocket;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.SocketFinder;
import io.github.qos4j.internal.jdk.NativeAccess;
import org.jspecify.annotations.Nullable;

/**
 * Marks sockets through their own options. This class loads without JNA, so that its
 * absence can be told.
 */
public final class SocketBackend implements QosBackend {

	private static final String LINUX = "Linux";

	private static final String MACOS = "Mac OS X";

	@Override
	public String name() {
		return "socket";
	}

	@Override
	public Availability availability() {
		if (!isForThisSystem()) {
			return Availability.otherSystem(
					"socket options are used on Linux and macOS only, this is " + System.getProperty("os.name", ""));
		}
		return Shared.AVAILABILITY;
	}

	@Override
	public boolean isForThisSystem() {
		return Set.of(LINUX, MACOS).contains(System.getProperty("os.name", ""));
	}

	@Override
	public boolean mayBlock() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return new SocketSession(Posix.SOCKETS, Posix.SAMPLER, settings.logger());
	}

	@Override
	public DatagramOutput datagramOutput(QosSocket socket) {
		LinuxSocketOptions linux = linux();
		return (linux != null) ? new LinuxDatagramOutput(Posix.CALLS, linux, socket)
				: QosBackend.super.datagramOutput(socket);
	}

	@Override
	public ProbeSocket probeSocket(InetSocketAddress address) throws IOException {
		LinuxSocketOptions linux = linux();
		return (linux != null) ? LinuxProbeSocket.open(Posix.CALLS, linux, address)
				: QosBackend.super.probeSocket(address);
	}

	@Override
	public SocketFinder socketFinder() {
		LinuxSocketOptions linux = linux();
		return (linux != null) ? new LinuxSocketFinder(Posix.CALLS, linux, Posix.SOCKETS)
				: QosBackend.super.socketFinder();
	}

	@Override
	public List<String> markChanges() {
		return MarkChanges.of(Path.of("/proc"));
	}

	/**
	 * Return the options if they are those of Linux, and messages can be made for it.
	 * @throws QosException if native calls cannot be made at all
	 */
	private @Nullable LinuxSocketOptions linux() {
		Availability availability = availability();
		if (!availability.usable()) {
			throw new QosException(ErrorCase.LIBRARY, String.valueOf(availability.reason()), availability.remedy(),
					null);
		}
		return (Posix.OPTIONS instanceof LinuxSocketOptions linux && Message.isSupported()) ? linux : null;
	}

	/**
	 * Found out once in a process.
	 */
	private static final class Shared {

		static final Availability AVAILABILITY = NativeAccess.check(Posix::load);

	}

	/**
	 * What needs JNA.
	 */
	private static final class Posix {

		static final SocketCalls CALLS = new LibC();

		static final PosixSocketOptions OPTIONS = System.getProperty("os.name", "").equals(MACOS)
				? new MacSocketOptions(CALLS) : new LinuxSocketOptions(CALLS, System::nanoTime);

		static final MarkedSockets SOCKETS;

		static final Sampler SAMPLER = new Sampler(Sampler.INTERVAL);

		static {
			NativeAccess.verify(OPTIONS::localPort);
			SOCKETS = new MarkedSockets(OPTIONS);
		}

		static void load() {
			// Loading this class is all.
		}

	}

}
