package io.github.qos4j.boot;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;

/**
 * Errors with which opening a handle is known to fail.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/nf-qos2-qoscreatehandle">QOSCreateHandle</a>
 */
public enum DocumentedError {

	ERROR_GEN_FAILURE(31, ErrorCase.HANDLE_LOST, "Open the handle again"),

	ERROR_INVALID_PARAMETER(87, ErrorCase.INVALID, "Ask for version 1.0"),

	ERROR_NOT_ENOUGH_MEMORY(8, ErrorCase.RESOURCES, "Free memory"),

	ERROR_NO_SYSTEM_RESOURCES(1450, ErrorCase.RESOURCES, "Close programs that are not needed"),

	ERROR_RESOURCE_DISABLED(4309, ErrorCase.ADMINISTRATOR, "Enable the firewall exception for qWAVE"),

	ERROR_SERVICE_DEPENDENCY_FAIL(1068, ErrorCase.ADMINISTRATOR, "Start the services that qWAVE depends on"),

	ERROR_ACCESS_DENIED(5, ErrorCase.ADMINISTRATOR, "Grant the right to use qWAVE"),

	ERROR_SERVICE_DISABLED(1058, ErrorCase.ADMINISTRATOR, "Enable the service QWAVE"),

	ERROR_SERVICE_DOES_NOT_EXIST(1060, ErrorCase.ADMINISTRATOR, "Install the feature qWAVE"),

	ERROR_SERVICE_NOT_ACTIVE(1062, ErrorCase.ADMINISTRATOR, "Start the service QWAVE"),

	ERROR_SERVICE_ALREADY_RUNNING(1056, ErrorCase.UNKNOWN, "Run on Windows and not on Wine");

	private final NativeError error;

	DocumentedError(int code, ErrorCase errorCase, String remedy) {
		this.error = new NativeError("QOSCreateHandle", code, name(), errorCase, remedy);
	}

	public NativeError error() {
		return this.error;
	}

}
