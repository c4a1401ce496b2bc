package io.github.qos4j.internal.qwave;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.WString;
import com.sun.jna.platform.win32.Winsvc;
import com.sun.jna.win32.StdCallLibrary;
import org.jspecify.annotations.Nullable;

import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;

/**
 * Asks the service manager for the state of the service QWAVE, with the least rights: to
 * connect, and to query a status.
 */
final class ServiceControl {

	static final String SERVICE = "QWAVE";

	private final Advapi32 advapi32;

	ServiceControl(Advapi32 advapi32) {
		this.advapi32 = advapi32;
	}

	ServiceStatus query() {
		return new ServiceStatus(SERVICE, state());
	}

	private ServiceState state() {
		Pointer manager = this.advapi32.OpenSCManagerW(null, null, Winsvc.SC_MANAGER_CONNECT);
		if (manager == null) {
			return ServiceState.UNKNOWN;
		}
		try {
			return state(manager);
		}
		finally {
			this.advapi32.CloseServiceHandle(manager);
		}
	}

	private ServiceState state(Pointer manager) {
		Pointer service = this.advapi32.OpenServiceW(manager, new WString(SERVICE), Winsvc.SERVICE_QUERY_STATUS);
		if (service == null) {
			return (Native.getLastError() == Win32Error.ERROR_SERVICE_DOES_NOT_EXIST.code())
					? ServiceState.NOT_INSTALLED : ServiceState.UNKNOWN;
		}
		try {
			Winsvc.SERVICE_STATUS status = new Winsvc.SERVICE_STATUS();
			return this.advapi32.QueryServiceStatus(service, status) ? state(status.dwCurrentState)
					: ServiceState.UNKNOWN;
		}
		finally {
			this.advapi32.CloseServiceHandle(service);
		}
	}

	private static ServiceState state(int current) {
		return switch (current) {
			case Winsvc.SERVICE_RUNNING -> ServiceState.RUNNING;
			case Winsvc.SERVICE_START_PENDING, Winsvc.SERVICE_CONTINUE_PENDING -> ServiceState.START_PENDING;
			case Winsvc.SERVICE_STOPPED, Winsvc.SERVICE_STOP_PENDING, Winsvc.SERVICE_PAUSE_PENDING,
					Winsvc.SERVICE_PAUSED ->
				ServiceState.STOPPED;
			default -> ServiceState.UNKNOWN;
		};
	}

	/**
	 * Functions of {@code advapi32.dll}.
	 */
	interface Advapi32 extends StdCallLibrary {

		/**
		 * Connect to the service manager of this machine.
		 */
		@Nullable Pointer OpenSCManagerW(@Nullable WString lpMachineName, @Nullable WString lpDatabaseName, int dwDesiredAccess);

		/**
		 * Open a service.
		 */
		@Nullable Pointer OpenServiceW(Pointer hSCManager, WString lpServiceName, int dwDesiredAccess);

		/**
		 * Query the status of a service.
		 */
		boolean QueryServiceStatus(Pointer hService, Winsvc.SERVICE_STATUS lpServiceStatus);

		/**
		 * Close a handle of the service manager.
		 */
		boolean CloseServiceHandle(Pointer hSCObject);

	}

}
