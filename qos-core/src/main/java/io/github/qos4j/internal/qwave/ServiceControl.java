package io.github.qos4j.internal.qwave;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;
import com.sun.jna.WString;
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
		Pointer manager = this.advapi32.OpenSCManagerW(null, null, Advapi32.SC_MANAGER_CONNECT);
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
		Pointer service = this.advapi32.OpenServiceW(manager, new WString(SERVICE), Advapi32.SERVICE_QUERY_STATUS);
		if (service == null) {
			return (Native.getLastError() == Win32Error.ERROR_SERVICE_DOES_NOT_EXIST.code())
					? ServiceState.NOT_INSTALLED : ServiceState.UNKNOWN;
		}
		try {
			SERVICE_STATUS status = new SERVICE_STATUS();
			return this.advapi32.QueryServiceStatus(service, status) ? state(status.dwCurrentState)
					: ServiceState.UNKNOWN;
		}
		finally {
			this.advapi32.CloseServiceHandle(service);
		}
	}

	private static ServiceState state(int current) {
		return switch (current) {
			case Advapi32.SERVICE_RUNNING -> ServiceState.RUNNING;
			case Advapi32.SERVICE_START_PENDING, Advapi32.SERVICE_CONTINUE_PENDING -> ServiceState.START_PENDING;
			case Advapi32.SERVICE_STOPPED, Advapi32.SERVICE_STOP_PENDING, Advapi32.SERVICE_PAUSE_PENDING,
					Advapi32.SERVICE_PAUSED ->
				ServiceState.STOPPED;
			default -> ServiceState.UNKNOWN;
		};
	}

	/**
	 * Functions of {@code advapi32.dll}.
	 */
	interface Advapi32 extends StdCallLibrary {

		/** OpenSCManagerW: to connect. */
		int SC_MANAGER_CONNECT = 0x1;

		/** OpenServiceW: to query its status. */
		int SERVICE_QUERY_STATUS = 0x4;

		/** {@code dwCurrentState}. */
		int SERVICE_STOPPED = 1;

		/** {@code dwCurrentState}. */
		int SERVICE_START_PENDING = 2;

		/** {@code dwCurrentState}. */
		int SERVICE_STOP_PENDING = 3;

		/** {@code dwCurrentState}. */
		int SERVICE_RUNNING = 4;

		/** {@code dwCurrentState}. */
		int SERVICE_CONTINUE_PENDING = 5;

		/** {@code dwCurrentState}. */
		int SERVICE_PAUSE_PENDING = 6;

		/** {@code dwCurrentState}. */
		int SERVICE_PAUSED = 7;

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
		boolean QueryServiceStatus(Pointer hService, SERVICE_STATUS lpServiceStatus);

		/**
		 * Close a handle of the service manager.
		 */
		boolean CloseServiceHandle(Pointer hSCObject);

	}

	/**
	 * The status of a service.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/winsvc/ns-winsvc-service_status">SERVICE_STATUS</a>
	 */
	@FieldOrder({ "dwServiceType", "dwCurrentState", "dwControlsAccepted", "dwWin32ExitCode",
			"dwServiceSpecificExitCode", "dwCheckPoint", "dwWaitHint" })
	public static final class SERVICE_STATUS extends Structure {

		/** DWORD at 0. */
		public int dwServiceType;

		/** DWORD at 4: what the service does. */
		public int dwCurrentState;

		/** DWORD at 8. */
		public int dwControlsAccepted;

		/** DWORD at 12. */
		public int dwWin32ExitCode;

		/** DWORD at 16. */
		public int dwServiceSpecificExitCode;

		/** DWORD at 20. */
		public int dwCheckPoint;

		/** DWORD at 24. */
		public int dwWaitHint;

	}

}
