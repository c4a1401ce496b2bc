/*
 * A service that does nothing but run until it is stopped. Installed under the name of the service that qWAVE needs, it
 * gives the service manager something to tell.
 */
#include <windows.h>

static SERVICE_STATUS_HANDLE service;
static HANDLE stopped;

static void report(DWORD state) {
	SERVICE_STATUS status = { .dwServiceType = SERVICE_WIN32_OWN_PROCESS, .dwCurrentState = state,
			.dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0 };
	SetServiceStatus(service, &status);
}

static DWORD WINAPI control(DWORD code, DWORD type, void *data, void *context) {
	(void)type, (void)data, (void)context;
	if (code == SERVICE_CONTROL_STOP || code == SERVICE_CONTROL_SHUTDOWN) {
		SetEvent(stopped);
	}
	return code == SERVICE_CONTROL_STOP || code == SERVICE_CONTROL_SHUTDOWN || code == SERVICE_CONTROL_INTERROGATE
			? NO_ERROR : ERROR_CALL_NOT_IMPLEMENTED;
}

static void WINAPI run(DWORD count, LPWSTR *arguments) {
	(void)count, (void)arguments;
	stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
	service = RegisterServiceCtrlHandlerExW(L"QWAVE", control, NULL);
	report(SERVICE_RUNNING);
	WaitForSingleObject(stopped, INFINITE);
	report(SERVICE_STOPPED);
}

int main(void) {
	SERVICE_TABLE_ENTRYW table[] = { { L"QWAVE", run }, { NULL, NULL } };
	return !StartServiceCtrlDispatcherW(table);
}
