package io.github.qos4j.internal.socket;

import io.github.qos4j.Availability;
import io.github.qos4j.QosBackend;
import io.github.qos4j.QosSession;
import io.github.qos4j.SessionSettings;
import io.github.qos4j.internal.jdk.NativeAccess;

/**
 * Marks sockets through their own options. This class loads without JNA, so that its
 * absence can be told.
 */
public final class SocketBackend implements QosBackend {

	@Override
	public String name() {
		return "socket";
	}

	@Override
	public Availability availability() {
		String system = System.getProperty("os.name", "");
		if (!system.equals("Linux")) {
			return Availability.otherSystem("socket options are used on Linux only, this is " + system);
		}
		return Shared.AVAILABILITY;
	}

	@Override
	public boolean isWaiting() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return new SocketSession(Linux.SOCKETS, Linux.SAMPLER);
	}

	/**
	 * Found out once in a process.
	 */
	private static final class Shared {

		static final Availability AVAILABILITY = NativeAccess.check(Linux::load);

	}

	/**
	 * What needs JNA.
	 */
	private static final class Linux {

		static final MarkedSockets SOCKETS;

		static final Sampler SAMPLER = new Sampler(Sampler.INTERVAL);

		static {
			LinuxSocketOptions options = new LinuxSocketOptions();
			NativeAccess.verify(options::localPort);
			SOCKETS = new MarkedSockets(options);
		}

		static void load() {
			// Loading this class is all.
		}

	}

}
