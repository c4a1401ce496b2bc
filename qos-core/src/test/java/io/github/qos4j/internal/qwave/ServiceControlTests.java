package io.github.qos4j.internal.qwave;

import java.util.ArrayList;
import java.util.List;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.WString;

import io.github.qos4j.ServiceState;
import io.github.qos4j.ServiceStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServiceControl} over a fake service manager.
 */
class ServiceControlTests {

	private final FakeAdvapi32 advapi32 = new FakeAdvapi32();

	private final ServiceControl control = new ServiceControl(this.advapi32);

	@ParameterizedTest
	@CsvSource({ "1, STOPPED", "2, START_PENDING", "3, STOPPED", "4, RUNNING", "5, START_PENDING", "6, STOPPED",
			"7, STOPPED", "99, UNKNOWN" })
	void stateOfTheServiceIsTranslated(int state, ServiceState expected) {
		this.advapi32.state = state;
		assertThat(this.control.query()).isEqualTo(new ServiceStatus("QWAVE", expected));
	}

	@Test
	void leastRightsAreAskedForAndEverythingIsClosed() {
		this.control.query();
		// SC_MANAGER_CONNECT and SERVICE_QUERY_STATUS.
		assertThat(this.advapi32.calls).containsExactly("manager null null 1", "service QWAVE 4", "query", "close 2",
				"close 1");
	}

	@ParameterizedTest
	@CsvSource({ "1060, NOT_INSTALLED", "5, UNKNOWN" })
	void missingServiceIsToldFromARefusal(int code, ServiceState expected) {
		this.advapi32.openError = code;
		assertThat(this.control.query().state()).isEqualTo(expected);
		assertThat(this.advapi32.calls).last().isEqualTo("close 1");
	}

	@Test
	void refusingManagerLeavesTheStateUnknown() {
		this.advapi32.managerError = 5;
		assertThat(this.control.query().state()).isEqualTo(ServiceState.UNKNOWN);
		assertThat(this.advapi32.calls).containsExactly("manager null null 1");
	}

	private static final class FakeAdvapi32 implements ServiceControl.Advapi32 {

		private final List<String> calls = new ArrayList<>();

		private int state = 4;

		private int managerError;

		private int openError;

		@Override
		public Pointer OpenSCManagerW(WString lpMachineName, WString lpDatabaseName, int dwDesiredAccess) {
			this.calls.add("manager " + lpMachineName + " " + lpDatabaseName + " " + dwDesiredAccess);
			Native.setLastError(this.managerError);
			return (this.managerError != 0) ? null : Pointer.createConstant(1);
		}

		@Override
		public Pointer OpenServiceW(Pointer hSCManager, WString lpServiceName, int dwDesiredAccess) {
			this.calls.add("service " + lpServiceName + " " + dwDesiredAccess);
			Native.setLastError(this.openError);
			return (this.openError != 0) ? null : Pointer.createConstant(2);
		}

		@Override
		public boolean QueryServiceStatus(Pointer hService, ServiceControl.SERVICE_STATUS lpServiceStatus) {
			this.calls.add("query");
			lpServiceStatus.dwCurrentState = this.state;
			return true;
		}

		@Override
		public boolean CloseServiceHandle(Pointer hSCObject) {
			this.calls.add("close " + Pointer.nativeValue(hSCObject));
			return true;
		}

	}

}
