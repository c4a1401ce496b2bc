/*
 * A stand-in for powrprof.dll, since Wine never tells anybody of sleep. It registers callbacks as the vendor documents,
 * and calls them when it is told to, each time from a new thread, as the threads of a system are.
 *
 * Environment:
 *   POWER_LOG      file to which it appends one line per event: microseconds since 1970, and what happened
 *   POWER_CONTROL  file with one order, NUMBER TYPE...: once for each new NUMBER, all callbacks are called with these
 *                  types, one after the other
 *
 * Log: "registered ID", "unregistered ID", "call ID TYPE", "return ID TYPE RESULT", "misuse TEXT".
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the header leaves out. */
#define DEVICE_NOTIFY_CALLBACK 2

#define MOST_CALLBACKS 64
#define WATCH_MILLISECONDS 5
#define SIZE 256

typedef ULONG(CALLBACK *Callback)(void *context, ULONG type, void *setting);

struct Subscription {
	Callback callback;
	void *context;
};

static CRITICAL_SECTION lock;
static struct Subscription callbacks[MOST_CALLBACKS + 1];
static unsigned last_callback;
static long carried_out;
static BOOL watched;

static void note(const char *format, ...) {
	char path[MAX_PATH], line[SIZE];
	FILETIME now;
	DWORD length = GetEnvironmentVariableA("POWER_LOG", path, sizeof(path)), written;
	HANDLE file;
	va_list arguments;
	int count;
	if (!length || length >= sizeof(path)) {
		return;
	}
	GetSystemTimeAsFileTime(&now);
	count = snprintf(line, sizeof(line), "%llu ",
			((((unsigned long long)now.dwHighDateTime << 32) | now.dwLowDateTime) - 116444736000000000ULL) / 10);
	va_start(arguments, format);
	count += vsnprintf(line + count, sizeof(line) - (size_t)count - 1, format, arguments);
	va_end(arguments);
	line[count] = '\n';
	file = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_ALWAYS, 0,
			NULL);
	WriteFile(file, line, (DWORD)count + 1, &written, NULL);
	CloseHandle(file);
}

static BOOL read_order(char *order, DWORD size) {
	char path[MAX_PATH];
	DWORD length = GetEnvironmentVariableA("POWER_CONTROL", path, sizeof(path)), got = 0;
	HANDLE file;
	if (!length || length >= sizeof(path)) {
		return FALSE;
	}
	file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0,
			NULL);
	if (file == INVALID_HANDLE_VALUE) {
		return FALSE;
	}
	ReadFile(file, order, size - 1, &got, NULL);
	CloseHandle(file);
	order[got] = 0;
	return got > 0;
}

/* Who ends a registration waits for a call that is under way. */
static DWORD WINAPI call_all(void *types) {
	char *rest = types;
	unsigned long type;
	char *end;
	while (type = strtoul(rest, &end, 10), end != rest) {
		rest = end;
		EnterCriticalSection(&lock);
		for (unsigned id = 1; id <= last_callback; id++) {
			if (callbacks[id].callback) {
				ULONG result;
				note("call %u %lu", id, type);
				result = callbacks[id].callback(callbacks[id].context, type, NULL);
				note("return %u %lu %lu", id, type, result);
			}
		}
		LeaveCriticalSection(&lock);
	}
	free(types);
	return 0;
}

static DWORD WINAPI watch(void *unused) {
	(void)unused;
	for (;;) {
		char order[SIZE], *types;
		long number;
		if (read_order(order, sizeof(order)) && (number = strtol(order, &types, 10)) != carried_out) {
			carried_out = number;
			CloseHandle(CreateThread(NULL, 0, call_all, strdup(types), 0, NULL));
		}
		Sleep(WATCH_MILLISECONDS);
	}
	return 0;
}

DWORD WINAPI StandInRegister(DWORD flags, HANDLE recipient, HANDLE *registration) {
	struct Subscription *subscription = recipient;
	if (flags != DEVICE_NOTIFY_CALLBACK || !subscription || !subscription->callback || !registration) {
		note("misuse registered with flags %lu, recipient %p", flags, recipient);
		return ERROR_INVALID_PARAMETER;
	}
	EnterCriticalSection(&lock);
	if (last_callback == MOST_CALLBACKS) {
		LeaveCriticalSection(&lock);
		return ERROR_NO_SYSTEM_RESOURCES;
	}
	callbacks[++last_callback] = *subscription;
	*registration = (HANDLE)(ULONG_PTR)last_callback;
	note("registered %u", last_callback);
	if (!watched) {
		HMODULE self;
		watched = TRUE;
		/* The thread stays, so its code has to. */
		GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (char *)&watch, &self);
		CloseHandle(CreateThread(NULL, 0, watch, NULL, 0, NULL));
	}
	LeaveCriticalSection(&lock);
	return ERROR_SUCCESS;
}

DWORD WINAPI StandInUnregister(HANDLE registration) {
	ULONG_PTR id = (ULONG_PTR)registration;
	DWORD error = ERROR_SUCCESS;
	EnterCriticalSection(&lock);
	if (!id || id > last_callback || !callbacks[id].callback) {
		note("misuse unregistered %p, which is not registered", registration);
		error = ERROR_INVALID_PARAMETER;
	}
	else {
		callbacks[id].callback = NULL;
		note("unregistered %u", (unsigned)id);
	}
	LeaveCriticalSection(&lock);
	return error;
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved) {
	(void)reserved;
	if (reason == DLL_PROCESS_ATTACH) {
		DisableThreadLibraryCalls(module);
		InitializeCriticalSection(&lock);
	}
	return TRUE;
}
