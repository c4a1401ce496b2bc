package io.github.qos4j.internal.qwave;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.NativeError;
import org.jspecify.annotations.Nullable;

/**
 * The error codes that qWAVE is documented to give, what they mean and what to do about
 * them. The only such table.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/debug/system-error-codes">System Error
 * Codes</a>
 */
enum Win32Error {

	ERROR_ACCESS_DENIED(5, ErrorCase.ADMINISTRATOR, "Run as administrator"),

	ERROR_INVALID_HANDLE(6, ErrorCase.HANDLE_LOST, Win32Error.REOPEN),

	ERROR_NOT_ENOUGH_MEMORY(8, ErrorCase.RESOURCES, "Free memory on this machine"),

	ERROR_GEN_FAILURE(31, ErrorCase.HANDLE_LOST, Win32Error.REOPEN),

	ERROR_NOT_SUPPORTED(50, ErrorCase.NOT_SUPPORTED, "The path to this peer does not offer this"),

	ERROR_NETWORK_BUSY(54, ErrorCase.BANDWIDTH, "Ask for a lower rate, or again when there is more bandwidth"),

	ERROR_ADAP_HDW_ERR(57, ErrorCase.DEVICE, "Check the network adapter and its driver"),

	ERROR_UNEXP_NET_ERR(59, ErrorCase.NETWORK, Win32Error.NETWORK),

	ERROR_BAD_NET_NAME(67, ErrorCase.NETWORK, Win32Error.NETWORK),

	ERROR_INVALID_PARAMETER(87, ErrorCase.INVALID, null),

	ERROR_INSUFFICIENT_BUFFER(122, ErrorCase.INVALID, null),

	ERROR_MOD_NOT_FOUND(126, ErrorCase.LIBRARY, Win32Error.INSTALL),

	ERROR_PROC_NOT_FOUND(127, ErrorCase.LIBRARY, Win32Error.INSTALL),

	ERROR_BUSY(170, ErrorCase.TRY_AGAIN, Win32Error.AGAIN),

	ERROR_ALREADY_EXISTS(183, ErrorCase.INVALID, null),

	ERROR_BAD_EXE_FORMAT(193, ErrorCase.LIBRARY, Win32Error.INSTALL),

	ERROR_NO_DATA(232, ErrorCase.TRY_AGAIN, Win32Error.AGAIN),

	ERROR_OPERATION_ABORTED(995, ErrorCase.CANCELLED, null),

	ERROR_IO_INCOMPLETE(996, ErrorCase.TRY_AGAIN, null),

	ERROR_IO_PENDING(997, ErrorCase.TRY_AGAIN, null),

	ERROR_SERVICE_ALREADY_RUNNING(1056, ErrorCase.ADMINISTRATOR,
			"This system only pretends to have qWAVE, as Wine does: run on Windows, or set the backend to 'none'"),

	ERROR_SERVICE_DISABLED(1058, ErrorCase.ADMINISTRATOR,
			"Set the start type of the service 'QWAVE' to manual: sc config QWAVE start= demand"),

	ERROR_SERVICE_DOES_NOT_EXIST(1060, ErrorCase.ADMINISTRATOR, Win32Error.INSTALL),

	ERROR_SERVICE_NOT_ACTIVE(1062, ErrorCase.ADMINISTRATOR, "Start the service 'QWAVE': sc start QWAVE"),

	ERROR_SERVICE_DEPENDENCY_FAIL(1068, ErrorCase.ADMINISTRATOR,
			"Enable what the service 'QWAVE' depends on: RpcSs, Psched, QWAVEdrv and LLTDIO"),

	ERROR_IO_DEVICE(1117, ErrorCase.DEVICE, "Check the network adapter and its driver"),

	ERROR_DEVICE_REINITIALIZATION_NEEDED(1164, ErrorCase.HANDLE_LOST, Win32Error.REOPEN),

	ERROR_NOT_FOUND(1168, ErrorCase.NOT_FOUND, null),

	ERROR_CONNECTION_REFUSED(1225, ErrorCase.NETWORK, Win32Error.NETWORK),

	ERROR_HOST_UNREACHABLE(1232, ErrorCase.NETWORK, Win32Error.NETWORK),

	ERROR_RETRY(1237, ErrorCase.TRY_AGAIN, Win32Error.AGAIN),

	ERROR_ACCESS_DISABLED_BY_POLICY(1260, ErrorCase.NOT_SUPPORTED,
			"A policy of this machine forbids experiments on this path"),

	ERROR_NO_SYSTEM_RESOURCES(1450, ErrorCase.RESOURCES, "Free resources of the system, or restart it"),

	ERROR_TIMEOUT(1460, ErrorCase.TRY_AGAIN, Win32Error.AGAIN),

	ERROR_RESOURCE_DISABLED(4309, ErrorCase.ADMINISTRATOR,
			"Enable the firewall exception 'Quality Windows Audio Video Experience' (qWAVE)");

	static final String INSTALL = "On Windows Server install the feature: Install-WindowsFeature qWave";

	static final String REOPEN = "Open a new handle: this one is dead, as after sleep or standby";

	private static final String NETWORK = "Check that the peer can be reached";

	private static final String AGAIN = "Try again in a second or so";

	private static final String NOT_ADAPTIVE = "Ask for a flow that is not adaptive: the path to this peer cannot be measured";

	private final int code;

	private final ErrorCase errorCase;

	private final @Nullable String remedy;

	Win32Error(int code, ErrorCase errorCase, @Nullable String remedy) {
		this.code = code;
		this.errorCase = errorCase;
		this.remedy = remedy;
	}

	int code() {
		return this.code;
	}

	private ErrorCase errorCase(String operation) {
		// A list that is longer by the time that it is read.
		return (this == ERROR_INSUFFICIENT_BUFFER && operation.equals("QOSEnumerateFlows")) ? ErrorCase.TRY_AGAIN
				: this.errorCase;
	}

	private @Nullable String remedy(String operation) {
		String special = switch (operation) {
			case "QOSCreateHandle" -> ofCreate();
			case "QOSAddSocketToFlow" -> ofAdd();
			case "QOSSetFlow" -> ofSet();
			case "QOSNotifyFlow" -> ofNotify();
			case "QOSQueryFlow" -> ofAdaptive();
			case "QOSEnumerateFlows" -> ofEnumerate();
			case "QOSStartTrackingClient" -> ofStart();
			default -> null;
		};
		return (special != null) ? special : this.remedy;
	}

	private @Nullable String ofCreate() {
		return switch (this) {
			case ERROR_INVALID_PARAMETER -> "Ask for version 1.0";
			case ERROR_GEN_FAILURE -> "If it stays once sleep or standby is over, restart the service 'QWAVE'";
			default -> null;
		};
	}

	private @Nullable String ofAdd() {
		return (this == ERROR_INVALID_PARAMETER) ? "Connect the socket to a plain IPv4 or IPv6 address" : ofAdaptive();
	}

	private @Nullable String ofSet() {
		return (this == ERROR_ACCESS_DENIED) ? "Run as a member of Administrators or Network Configuration Operators"
				: ofAdaptive();
	}

	private @Nullable String ofNotify() {
		return (this == ERROR_INVALID_PARAMETER) ? "Wait for more bandwidth than the flow's rate" : ofAdaptive();
	}

	/**
	 * Return the remedy where the path has to be measured, which is done for adaptive
	 * flows alone.
	 */
	private @Nullable String ofAdaptive() {
		return switch (this) {
			case ERROR_NOT_SUPPORTED -> NOT_ADAPTIVE;
			case ERROR_ACCESS_DISABLED_BY_POLICY ->
				"Ask for a flow that is not adaptive: a policy of this machine forbids experiments on this path";
			default -> null;
		};
	}

	private @Nullable String ofEnumerate() {
		return switch (this) {
			case ERROR_ACCESS_DENIED -> "Run as administrator: nobody else may see the flows of other programs";
			case ERROR_INSUFFICIENT_BUFFER -> AGAIN;
			default -> null;
		};
	}

	private @Nullable String ofStart() {
		return switch (this) {
			case ERROR_INVALID_PARAMETER -> "Give a plain IPv4 or IPv6 address";
			case ERROR_HOST_UNREACHABLE ->
				"Check that the client can be reached, and that its firewall lets qWAVE pass (port 2177)";
			default -> ofAdaptive();
		};
	}

	/**
	 * Return the facts of a failed call. A code that is not documented stays a number.
	 */
	static NativeError of(String operation, int code) {
		for (Win32Error error : values()) {
			if (error.code == code) {
				return new NativeError(operation, code, error.name(), error.errorCase(operation),
						error.remedy(operation));
			}
		}
		return new NativeError(operation, code, null, ErrorCase.UNKNOWN, null);
	}

}
