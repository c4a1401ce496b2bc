/*
 * Tests of the stand-in itself: whatever it let pass, the product could do wrong unseen. Loads the DLL from the system
 * directory as a program of the vendor's would, and prints one line per check.
 */
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>

typedef UINT32 QOS_FLOWID, *PQOS_FLOWID;
#include <qos2.h>

#define NON_ADAPTIVE 0x2
#define WAIT_MILLISECONDS 5000

static __typeof__(QOSAddSocketToFlow) *add;
static __typeof__(QOSCancel) *cancel;
static __typeof__(QOSCloseHandle) *close_handle;
static __typeof__(QOSCreateHandle) *create;
static __typeof__(QOSEnumerateFlows) *enumerate;
static __typeof__(QOSNotifyFlow) *notify;
static __typeof__(QOSQueryFlow) *query;
static __typeof__(QOSRemoveSocketFromFlow) *remove_socket;
static __typeof__(QOSSetFlow) *set;
static __typeof__(QOSStartTrackingClient) *start_tracking;
static __typeof__(QOSStopTrackingClient) *stop_tracking;

static int failed;

static void check(const char *name, BOOL success, DWORD expected) {
	DWORD error = success ? 0 : GetLastError();
	if (error != expected) {
		failed++;
	}
	printf("%s %s: %lu\n", error == expected ? "ok" : "FAIL", name, error);
}

static void holds(const char *name, BOOL condition) {
	failed += !condition;
	printf("%s %s\n", condition ? "ok" : "FAIL", name);
}

static void order(const char *text) {
	char path[MAX_PATH];
	FILE *file;
	GetEnvironmentVariableA("QWAVE_CONTROL", path, sizeof(path));
	file = fopen(path, "w");
	fputs(text, file);
	fclose(file);
}

static SOCKET open_socket(int family, int type, const char *peer) {
	SOCKET number = socket(family, type, 0);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	struct sockaddr_in plain = { .sin_family = AF_INET, .sin_port = htons(9) };
	DWORD off = 0;
	if (family == AF_INET6) {
		setsockopt(number, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&off, sizeof(off));
	}
	if (peer && family == AF_INET6) {
		inet_pton(AF_INET6, peer, &address.sin6_addr);
		connect(number, (struct sockaddr *)&address, sizeof(address));
	}
	else if (peer) {
		inet_pton(AF_INET, peer, &plain.sin_addr);
		connect(number, (struct sockaddr *)&plain, sizeof(plain));
	}
	return number;
}

static int tos_of(SOCKET number) {
	DWORD tos = 0;
	int size = sizeof(tos);
	getsockopt(number, IPPROTO_IP, IP_TOS, (char *)&tos, &size);
	return (int)tos;
}

static void creating(HANDLE *handle) {
	QOS_VERSION versions[] = { { 0, 0 }, { 1, 5 }, { 2, 0 } }, right = { 1, 0 };
	for (int i = 0; i < 3; i++) {
		check("create with another version", create(&versions[i], handle), 87);
	}
	check("create without a version", create(NULL, handle), 87);
	check("create without room for the handle", create(&right, NULL), 87);
	check("create", create(&right, handle), 0);
}

static void adding(HANDLE handle, HANDLE other) {
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), unconnected = open_socket(AF_INET, SOCK_DGRAM, NULL);
	SOCKET dual = open_socket(AF_INET6, SOCK_DGRAM, "::ffff:127.0.0.1");
	SOCKET dual_free = open_socket(AF_INET6, SOCK_DGRAM, NULL);
	SOCKET tcp = open_socket(AF_INET, SOCK_STREAM, NULL);
	struct sockaddr_in peer = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in no_port = peer, elsewhere = peer;
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	QOS_FLOWID flow = 0, joined, foreign = 0, adaptive = 0;
	no_port.sin_port = 0;
	elsewhere.sin_port = htons(10);
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
	check("add to a handle that is none", add((HANDLE)0x1234, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 6);
	check("add without room for the flow id", add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, NULL), 87);
	check("add with traffic type 6", add(handle, udp, NULL, 6, NON_ADAPTIVE, &flow), 87);
	check("add with unknown flags", add(handle, udp, NULL, QOSTrafficTypeVoice, 0x4, &flow), 87);
	check("add what is no socket", add(handle, (SOCKET)0x123454, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 87);
	check("add a half of a socket's number", add(handle, udp | 0x100000000ULL, NULL, 4, NON_ADAPTIVE, &flow), 87);
	check("add an unconnected socket without a destination",
			add(handle, unconnected, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 87);
	check("add with a destination without a port",
			add(handle, unconnected, (struct sockaddr *)&no_port, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 87);
	check("add with an IPv4-mapped destination",
			add(handle, dual_free, (struct sockaddr *)&mapped, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 87);
	check("add a connected socket with another destination",
			add(handle, udp, (struct sockaddr *)&elsewhere, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 87);
	check("add", add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 0);
	holds("the socket is marked", flow && tos_of(udp) == 224);
	joined = flow;
	check("join without the flag", add(handle, dual, NULL, QOSTrafficTypeVoice, 0, &joined), 87);
	check("join a flow of another handle", add(other, dual, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &joined), 87);
	check("join", add(handle, dual, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &joined), 0);
	holds("both sockets are marked", joined == flow && tos_of(dual) == 224);
	check("take one socket out", remove_socket(handle, dual, flow, 0), 0);
	holds("the other one stays marked", tos_of(dual) == 0 && tos_of(udp) == 224);
	check("remove with flags", remove_socket(handle, 0, flow, 1), 87);
	check("remove a flow of another handle", remove_socket(other, 0, flow, 0), 1168);
	check("add before connect, with the destination",
			add(handle, tcp, (struct sockaddr *)&peer, QOSTrafficTypeVoice, NON_ADAPTIVE, &foreign), 0);
	check("remove by id", remove_socket(handle, 0, flow, 0), 0);
	holds("the mark is gone", tos_of(udp) == 0);
	flow = 0;
	check("add an adaptive flow", add(handle, udp, NULL, QOSTrafficTypeVoice, 0, &adaptive), 0);
	joined = adaptive;
	check("join an adaptive flow", add(handle, dual, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &joined), 87);
	holds("an adaptive flow is not marked before it has a rate", tos_of(udp) == 0);
	order("refuse-loopback\n");
	check("add with loopback refused", add(handle, dual, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 1168);
	order("");
	check("remove the adaptive flow", remove_socket(handle, 0, adaptive, 0), 0);
	check("remove the flow of the unconnected socket", remove_socket(handle, 0, foreign, 0), 0);
}

static void setting(HANDLE handle) {
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = 0, adaptive = 0, listed = 0;
	DWORD dscp = 46, beyond = 64;
	QOS_FLOWRATE_OUTGOING rate = { 1000000, QOSShapeAndMark, QOSFlowRateNotApplicable };
	QOS_PACKET_PRIORITY priority;
	QOS_FLOW_FUNDAMENTALS fundamentals;
	ULONG size = sizeof(priority);
	add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow);
	check("set with a wrong size", set(handle, flow, QOSSetOutgoingDSCPValue, 8, &dscp, 0, NULL), 87);
	check("set with flags", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 1, NULL), 87);
	check("set DSCP 64", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &beyond, 0, NULL), 87);
	check("set an unknown operation", set(handle, flow, 3, 4, &dscp, 0, NULL), 87);
	check("set on an unknown flow", set(handle, 9999, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 1168);
	check("set DSCP 46", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 0);
	holds("it is in force", tos_of(udp) == 46 << 2);
	order("drop-privileges\n");
	check("set DSCP without the privilege", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 5);
	size = 0;
	check("enumerate without the privilege", enumerate(handle, &size, NULL), 5);
	order("");
	size = 0;
	check("enumerate without a buffer", enumerate(handle, &size, NULL), 122);
	holds("the size needed is that of one flow", size == sizeof(flow));
	check("enumerate", enumerate(handle, &size, &listed), 0);
	holds("that flow is there", listed == flow);
	size = 4;
	check("query into too small a buffer", query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, NULL), 122);
	holds("the size needed is told", size == sizeof(priority));
	check("query the marks", query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, NULL), 0);
	holds("they are told", priority.ConformantDSCPValue == 46);
	check("query a fresh answer where there is none",
			query(handle, flow, QOSQueryPacketPriority, &size, &priority, 1, NULL), 87);
	size = sizeof(fundamentals);
	check("query the path of a non-adaptive flow",
			query(handle, flow, QOSQueryFlowFundamentals, &size, &fundamentals, 0, NULL), 50);
	size = sizeof(rate.Bandwidth);
	check("query a rate that was not set",
			query(handle, flow, QOSQueryOutgoingRate, &size, &rate.Bandwidth, 0, NULL), 232);
	rate.Bandwidth = 1000000;
	check("remove", remove_socket(handle, 0, flow, 0), 0);
	add(handle, udp, NULL, QOSTrafficTypeVoice, 0, &adaptive);
	check("set DSCP on an adaptive flow", set(handle, adaptive, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 50);
	check("set a rate", set(handle, adaptive, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 0);
	holds("an adaptive flow with a rate is marked", tos_of(udp) == 224);
	size = sizeof(fundamentals);
	check("query the path", query(handle, adaptive, QOSQueryFlowFundamentals, &size, &fundamentals, 1, NULL), 0);
	rate.Bandwidth = 0;
	check("set rate 0", set(handle, adaptive, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 0);
	holds("that ends marking", tos_of(udp) == 0);
	check("remove the adaptive flow", remove_socket(handle, 0, adaptive, 0), 0);
}

/* Notifications complete through the kernel: an event and a completion port both see them. */
static void notifying(HANDLE handle) {
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID plain = 0, flow = 0;
	OVERLAPPED first = { 0 }, second = { 0 }, *completed = NULL;
	DWORD bytes;
	ULONG size = sizeof(UINT64);
	ULONG_PTR key;
	UINT64 rate = 1;
	HANDLE port;
	add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &plain);
	check("notify on a non-adaptive flow", notify(handle, plain, QOSNotifyCongested, NULL, NULL, 0, &first), 50);
	remove_socket(handle, 0, plain, 0);
	add(handle, udp, NULL, QOSTrafficTypeVoice, 0, &flow);
	first.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
	check("notify of congestion with a buffer", notify(handle, flow, QOSNotifyCongested, &size, &rate, 0, &first), 87);
	check("notify of bandwidth without one", notify(handle, flow, QOSNotifyAvailable, NULL, NULL, 0, &first), 87);
	check("notify", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &first), 997);
	check("notify of the same twice", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &second), 183);
	order("notify 1\n");
	holds("its event is set", WaitForSingleObject(first.hEvent, WAIT_MILLISECONDS) == WAIT_OBJECT_0);
	check("its result", GetOverlappedResult(handle, &first, &bytes, FALSE), 0);
	check("notify again", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &first), 997);
	check("cancel", cancel(handle, &first), 0);
	check("its result", GetOverlappedResult(handle, &first, &bytes, TRUE), 995);
	check("cancel nothing", cancel(handle, NULL), 87);
	port = CreateIoCompletionPort(handle, NULL, 7, 1);
	holds("the handle can be tied to a completion port", port != NULL);
	first.hEvent = NULL;
	check("notify", notify(handle, flow, QOSNotifyUncongested, NULL, NULL, 0, &first), 997);
	order("notify 2\n");
	check("the port sees it", GetQueuedCompletionStatus(port, &bytes, &key, &completed, WAIT_MILLISECONDS), 0);
	holds("it is that one", completed == &first && key == 7);
	check("notify", notify(handle, flow, QOSNotifyAvailable, &size, &rate, 0, &second), 997);
	check("remove the flow", remove_socket(handle, 0, flow, 0), 0);
	check("the port sees it cancelled", GetQueuedCompletionStatus(port, &bytes, &key, &completed, WAIT_MILLISECONDS), 995);
	order("");
	CloseHandle(port);
}

static void tracking(HANDLE handle) {
	struct sockaddr_in client = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xC0000201) };
	struct sockaddr_in6 mapped = { .sin6_family = AF_INET6 };
	inet_pton(AF_INET6, "::ffff:192.0.2.1", &mapped.sin6_addr);
	check("stop tracking what is not tracked", stop_tracking(handle, (struct sockaddr *)&client, 0), 87);
	check("track an IPv4-mapped address", start_tracking(handle, (struct sockaddr *)&mapped, 0), 87);
	check("track with flags", start_tracking(handle, (struct sockaddr *)&client, 1), 87);
	check("track", start_tracking(handle, (struct sockaddr *)&client, 0), 0);
	check("stop tracking", stop_tracking(handle, (struct sockaddr *)&client, 0), 0);
}

static void dying(HANDLE handle) {
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), later = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = 0;
	OVERLAPPED waiting = { .hEvent = CreateEventA(NULL, TRUE, FALSE, NULL) };
	DWORD bytes;
	add(handle, udp, NULL, QOSTrafficTypeVoice, 0, &flow);
	check("notify", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &waiting), 997);
	flow = 0;
	add(handle, later, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow);
	order("kill-handles 1 31\n");
	WaitForSingleObject(waiting.hEvent, WAIT_MILLISECONDS);
	check("sleep cancels what waits", GetOverlappedResult(handle, &waiting, &bytes, FALSE), 995);
	for (int i = 0; i < 100 && tos_of(later); i++) {
		Sleep(10);
	}
	holds("sleep takes the marks away", tos_of(later) == 0);
	flow = 0;
	check("add to a dead handle", add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 31);
	order("");
	check("close a dead handle", close_handle(handle), 0);
}

static void closing(HANDLE handle) {
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_VERSION version = { 1, 0 };
	QOS_FLOWID flow = 0;
	HANDLE next = NULL;
	add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow);
	order("fail QOSCloseHandle 87\n");
	check("close, as ordered", close_handle(handle), 87);
	order("");
	holds("that takes the mark away", tos_of(udp) == 0);
	check("close twice", close_handle(handle), 87);
	flow = 0;
	check("add to a closed handle", add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow), 6);
	create(&version, &next);
	holds("a closed handle's value is not handed out again", next != handle);
	add(next, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow);
	/* Left behind, to be reported. */
}

static void marks_of_others(HANDLE handle) {
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), next;
	QOS_FLOWID flow = 0, second = 0;
	DWORD own = 40 << 2;
	add(handle, udp, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &flow);
	closesocket(udp);
	next = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	holds("the next socket takes the number of a closed one", next == udp);
	setsockopt(next, IPPROTO_IP, IP_TOS, (char *)&own, sizeof(own));
	check("remove the flow of a closed socket", remove_socket(handle, 0, flow, 0), 0);
	holds("the mark of the next socket stays", tos_of(next) == 40 << 2);
	flow = 0;
	add(handle, next, NULL, QOSTrafficTypeBackground, NON_ADAPTIVE, &flow);
	add(handle, next, NULL, QOSTrafficTypeVoice, NON_ADAPTIVE, &second);
	holds("the newest flow of a socket counts", tos_of(next) == 224);
	remove_socket(handle, 0, second, 0);
	holds("and the one before it when that has gone", tos_of(next) == 32);
	remove_socket(handle, 0, flow, 0);
}

int main(void) {
	HMODULE library = LoadLibraryExA("qwave.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
	QOS_VERSION version = { 1, 0 };
	HANDLE handle, other, mortal;
	WSADATA data;
	WSAStartup(MAKEWORD(2, 2), &data);
	if (!library) {
		printf("FAIL qwave.dll does not load: %lu\n", GetLastError());
		return 1;
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
	creating(&handle);
	create(&version, &other);
	adding(handle, other);
	setting(handle);
	marks_of_others(handle);
	tracking(handle);
	notifying(handle);
	close_handle(handle);
	/* Sleep kills all handles, so only one is left. */
	close_handle(other);
	create(&version, &mortal);
	dying(mortal);
	create(&version, &handle);
	closing(handle);
	printf("end, %d failed\n", failed);
	fflush(stdout);
	return failed != 0;
}
