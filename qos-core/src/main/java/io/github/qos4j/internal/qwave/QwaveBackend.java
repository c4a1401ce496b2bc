package io.github.qos4j.internal.qwave;

import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import io.github.qos4j.Subscription;
import io.github.qos4j.internal.jdk.NativeAccess;
import io.github.qos4j.spi.Availability;
import io.github.qos4j.spi.QosBackend;
import io.github.qos4j.spi.QosSession;
import io.github.qos4j.spi.SessionSettings;
import io.github.qos4j.spi.SystemListener;

/**
 * Marks traffic through Windows' qWAVE service. This class loads without JNA and on any
 * system, so that its absence can be told.
 */
public final class QwaveBackend implements QosBackend {

	@Override
	public String name() {
		return "qwave";
	}

	@Override
	public Availability availability() {
		if (!isForThisSystem()) {
			return Availability.otherSystem("qWAVE is part of Windows, this is " + System.getProperty("os.name", ""));
		}
		return Shared.AVAILABILITY;
	}

	@Override
	public boolean isForThisSystem() {
		return System.getProperty("os.name", "").startsWith("Windows");
	}

	@Override
	public boolean mayBlock() {
		return true;
	}

	@Override
	public boolean marksListeners() {
		return false;
	}

	@Override
	public QosSession open(SessionSettings settings) {
		return QwaveSession.open(Windows.LIBRARIES.qwave(), Windows.LIBRARIES.sockets(),
				Windows.LIBRARIES.completions(), settings.version(), settings.logger());
	}

	@Override
	public Subscription watch(SystemListener listener) {
		return Windows.LIBRARIES.events().add(listener);
	}

	@Override
	public ServiceStatus queryServiceStatus() {
		try {
			return Services.CONTROL.query();
		}
		catch (LinkageError ex) {
			return new ServiceStatus(ServiceControl.SERVICE, ServiceState.UNKNOWN);
		}
	}

	/**
	 * Found out once in a process.
	 */
	private static final class Shared {

		static final Availability AVAILABILITY = find();

		private static Availability find() {
			Availability access = NativeAccess.check(Services::load);
			if (!access.usable()) {
				return access;
			}
			Availability library = QwaveLibrary.check(WindowsLibraries.qwaveDll());
			return library.usable() ? NativeAccess.check(Windows::load) : library;
		}

	}

	/**
	 * What needs JNA and {@code qwave.dll}.
	 */
	private static final class Windows {

		static final WindowsLibraries LIBRARIES = WindowsLibraries.load();

		static void load() {
			// Loading this class is all.
		}

	}

	/**
	 * What needs JNA alone.
	 */
	private static final class Services {

		static final ServiceControl CONTROL = WindowsLibraries.loadServices();

		static void load() {
			// Loading this class is all.
		}

	}

}
