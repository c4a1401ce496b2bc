/*
 * Tests of the stand-in itself: whatever it let pass, the product could do wrong unseen. Loads the DLL from the system
 * directory as a program of the vendor's would, and prints one line per check.
 */
#include "qwave_test.h"

#include <stdarg.h>

__typeof__(QOSAddSocketToFlow) *add;
__typeof__(QOSCancel) *cancel;
__typeof__(QOSCloseHandle) *close_handle;
__typeof__(QOSCreateHandle) *create;
__typeof__(QOSEnumerateFlows) *enumerate;
__typeof__(QOSNotifyFlow) *notify;
__typeof__(QOSQueryFlow) *query;
__typeof__(QOSRemoveSocketFromFlow) *remove_socket;
__typeof__(QOSSetFlow) *set;
__typeof__(QOSStartTrackingClient) *start_tracking;
__typeof__(QOSStopTrackingClient) *stop_tracking;

static int failed;

void check(const char *name, BOOL success, DWORD expected) {
	DWORD error = success ? 0 : GetLastError();
	if (error != expected) {
		failed++;
		printf("FAIL %s: %lu, not %lu\n", name, error, expected);
	}
	else {
		printf("ok %s: %lu\n", name, error);
	}
	fflush(stdout);
}

void holds(const char *name, BOOL condition) {
	failed += !condition;
	printf("%s %s\n", condition ? "ok" : "FAIL", name);
	fflush(stdout);
}

void becomes(const char *name, SOCKET number, int tos) {
	for (int i = 0; i < SOON_MILLISECONDS / 10 && tos_of(number) != tos; i++) {
		Sleep(10);
	}
	holds(name, tos_of(number) == tos);
}

void order(const char *format, ...) {
	char path[MAX_PATH], new_path[MAX_PATH + 8];
	FILE *file;
	va_list arguments;
	GetEnvironmentVariableA("QWAVE_CONTROL", path, sizeof(path));
	snprintf(new_path, sizeof(new_path), "%s.new", path);
	file = fopen(new_path, "wb");
	va_start(arguments, format);
	vfprintf(file, format, arguments);
	va_end(arguments);
	fprintf(file, "\n");
	fclose(file);
	/* It fails while the stand-in reads the old one. */
	for (int i = 0; !MoveFileExA(new_path, path, MOVEFILE_REPLACE_EXISTING); i++) {
		if (i == SOON_MILLISECONDS) {
			holds("orders can be given", FALSE);
			return;
		}
		Sleep(1);
	}
}

void no_orders(void) {
	order("# none");
}

unsigned next_number(void) {
	static unsigned last;
	return ++last;
}

HANDLE open_handle(void) {
	QOS_VERSION version = { 1, 0 };
	HANDLE handle = NULL;
	check("create", create(&version, &handle), 0);
	return handle;
}

/* Valid until the next call but three. */
struct sockaddr *address_of(const char *host, int port) {
	static struct sockaddr_storage addresses[4];
	static unsigned next;
	struct sockaddr_storage *address = &addresses[next++ % 4];
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, host, &((struct sockaddr_in *)address)->sin_addr) == 1) {
		address->ss_family = AF_INET;
	}
	else {
		inet_pton(AF_INET6, host, &((struct sockaddr_in6 *)address)->sin6_addr);
		address->ss_family = AF_INET6;
	}
	((struct sockaddr_in *)address)->sin_port = htons((USHORT)port);
	return (struct sockaddr *)address;
}

SOCKET open_socket(int family, int type, const char *peer) {
	SOCKET number = socket(family, type, 0);
	DWORD off = 0;
	if (family == AF_INET6) {
		setsockopt(number, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&off, sizeof(off));
	}
	if (peer && connect(number, address_of(peer, 9), family == AF_INET6 ? sizeof(struct sockaddr_in6)
			: sizeof(struct sockaddr_in))) {
		holds("a socket can be connected", FALSE);
	}
	return number;
}

int tos_of(SOCKET number) {
	DWORD tos = 0;
	int size = sizeof(tos);
	getsockopt(number, IPPROTO_IP, IP_TOS, (char *)&tos, &size);
	return (int)tos;
}

QOS_FLOWID add_flow(HANDLE handle, SOCKET number, int type, DWORD flags) {
	QOS_FLOWID flow = 0;
	if (!add(handle, number, NULL, type, flags, &flow)) {
		check("add a flow", FALSE, 0);
	}
	return flow;
}

BOOL set_rate(HANDLE handle, QOS_FLOWID flow, UINT64 bandwidth, OVERLAPPED *overlapped) {
	/* They may be needed until the call completes. */
	static QOS_FLOWRATE_OUTGOING rates[8];
	static unsigned next;
	QOS_FLOWRATE_OUTGOING *rate = &rates[next++ % 8];
	rate->Bandwidth = bandwidth;
	rate->ShapingBehavior = QOSShapeAndMark;
	rate->Reason = QOSFlowRateNotApplicable;
	return set(handle, flow, QOSSetOutgoingRate, sizeof(*rate), rate, 0, overlapped);
}

int dscp_of(HANDLE handle, QOS_FLOWID flow) {
	QOS_PACKET_PRIORITY priority;
	ULONG size = sizeof(priority);
	return query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, NULL) ? (int)priority.ConformantDSCPValue
			: -1;
}

HANDLE new_event(void) {
	return CreateEventA(NULL, TRUE, FALSE, NULL);
}

static void load(void) {
	HMODULE library = LoadLibraryExA("qwave.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	if (!library) {
		printf("FAIL qwave.dll does not load: %lu\n", GetLastError());
		exit(1);
	}
	add = (void *)GetProcAddress(library, "QOSAddSocketToFlow");
	cancel = (void *)GetProcAddress(library, "QOSCancel");
	close_handle = (void *)GetProcAddress(library, "QOSCloseHandle");
	create = (void *)GetProcAddress(library, "QOSCreateHandle");
	enumerate = (void *)GetProcAddress(library, "QOSEnumerateFlows");
	notify = (void *)GetProcAddress(library, "QOSNotifyFlow");
	query = (void *)GetProcAddress(library, "QOSQueryFlow");
	remove_socket = (void *)GetProcAddress(library, "QOSRemoveSocketFromFlow");
	set = (void *)GetProcAddress(library, "QOSSetFlow");
	start_tracking = (void *)GetProcAddress(library, "QOSStartTrackingClient");
	stop_tracking = (void *)GetProcAddress(library, "QOSStopTrackingClient");
}

int main(void) {
	WSADATA data;
	WSAStartup(MAKEWORD(2, 2), &data);
	load();
	test_handles();
	test_adding();
	test_sharing();
	test_removing();
	test_marks_of_others();
	test_wire();
	test_setting();
	test_rates();
	test_queries();
	test_overlapped();
	test_notifications();
	test_many_notifications();
	test_waiting();
	test_ends();
	test_enumeration();
	test_tracking();
	test_orders();
	test_sleep();
	/* Leaves things behind, to be reported. */
	test_misuse();
	printf("end, %d failed\n", failed);
	fflush(stdout);
	return failed != 0;
}
