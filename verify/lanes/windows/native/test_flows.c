/*
 * Handles, sockets and flows.
 */
#include "qwave_test.h"

#define MANY_PEERS 1000
#define VOICE QOSTrafficTypeVoice

void test_handles(void) {
	QOS_VERSION versions[] = { { 0, 0 }, { 1, 5 }, { 2, 0 } }, right = { 1, 0 };
	HANDLE handle = NULL, other, port;
	for (int i = 0; i < 3; i++) {
		check("create with another version", create(&versions[i], &handle), 87);
	}
	check("create without a version", create(NULL, &handle), 87);
	check("create without room for the handle", create(&right, NULL), 87);
	holds("a failed create fills in no handle", handle == NULL);
	handle = open_handle();
	other = open_handle();
	holds("each handle is another", handle != other);
	port = CreateIoCompletionPort(handle, NULL, 7, 1);
	holds("a handle can be tied to a completion port", port != NULL);
	CloseHandle(port);
	check("close", close_handle(handle), 0);
	check("close the other", close_handle(other), 0);
	holds("the value of a closed handle is not handed out again", (other = open_handle()) != handle);
	check("close", close_handle(other), 0);
}

void test_adding(void) {
	HANDLE handle = open_handle();
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), free_udp = open_socket(AF_INET, SOCK_DGRAM, NULL);
	SOCKET dual = open_socket(AF_INET6, SOCK_DGRAM, NULL);
	SOCKET mapped = open_socket(AF_INET6, SOCK_DGRAM, "::ffff:127.0.0.1");
	SOCKET udp6 = open_socket(AF_INET6, SOCK_DGRAM, "::1");
	SOCKET tcp = open_socket(AF_INET, SOCK_STREAM, NULL), listener = open_socket(AF_INET, SOCK_STREAM, NULL);
	struct sockaddr unix_address = { .sa_family = AF_UNIX };
	QOS_FLOWID flow = 0, last = 0;
	bind(listener, address_of("127.0.0.1", 0), sizeof(struct sockaddr_in));
	listen(listener, 1);
	check("add without room for the flow id", add(handle, udp, NULL, VOICE, NON_ADAPTIVE, NULL), 87);
	check("add with traffic type 6", add(handle, udp, NULL, 6, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add with a negative traffic type", add(handle, udp, NULL, -1, NON_ADAPTIVE, &flow), 87);
	for (DWORD flags = 1; flags <= 0x80000000 && flags; flags <<= 1) {
		if (flags != NON_ADAPTIVE) {
			flow = 0;
			check("add with other flags", add(handle, udp, NULL, VOICE, flags | NON_ADAPTIVE, &flow), 87);
		}
	}
	holds("a failed add leaves no usable flow id", flow != 0);
	flow = 0;
	check("add half of a socket's number", add(handle, udp | 0x100000000ULL, NULL, VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add an unconnected socket alone", add(handle, free_udp, NULL, VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add with a destination without a port",
			add(handle, free_udp, address_of("127.0.0.1", 0), VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add with nobody's address",
			add(handle, free_udp, address_of("0.0.0.0", 9), VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add with an address of another family",
			add(handle, free_udp, &unix_address, VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add with an address that is not there", add(handle, free_udp, (void *)8, VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add an IPv6 socket with an IPv4 address",
			add(handle, dual, address_of("127.0.0.1", 9), VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add an IPv4 socket with an IPv6 address",
			add(handle, free_udp, address_of("::1", 9), VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add with an IPv4-mapped address",
			add(handle, dual, address_of("::ffff:127.0.0.1", 9), VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add a connected socket with another port",
			add(handle, udp, address_of("127.0.0.1", 10), VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add a connected socket with another address",
			add(handle, udp, address_of("127.0.0.2", 9), VOICE, NON_ADAPTIVE, &flow), 87);
	flow = 0;
	check("add a socket that listens",
			add(handle, listener, address_of("127.0.0.1", 9), VOICE, NON_ADAPTIVE, &flow), 87);
	holds("nothing of that marked a socket", !tos_of(udp) && !tos_of(free_udp) && !tos_of(dual));

	flow = 0;
	check("add", add(handle, udp, NULL, VOICE, NON_ADAPTIVE, &flow), 0);
	holds("the socket is marked", flow && tos_of(udp) == 224);
	last = flow;
	flow = 0;
	check("add once more, with the same destination",
			add(handle, udp, address_of("127.0.0.1", 9), QOSTrafficTypeBackground, NON_ADAPTIVE, &flow), 0);
	holds("that is another flow, and the newest one counts", flow != last && tos_of(udp) == 32);
	check("remove the newest", remove_socket(handle, 0, flow, 0), 0);
	holds("then the one before it counts", tos_of(udp) == 224);
	check("remove the first", remove_socket(handle, 0, last, 0), 0);
	holds("and then none", tos_of(udp) == 0);
	flow = 0;
	check("add a dual-stack socket with an IPv4 peer", add(handle, mapped, NULL, VOICE, NON_ADAPTIVE, &flow), 0);
	holds("it is marked", tos_of(mapped) == 224);
	flow = 0;
	check("add an IPv6 socket", add(handle, udp6, NULL, VOICE, NON_ADAPTIVE, &flow), 0);
	holds("it is marked", tos_of(udp6) == 224);
	flow = 0;
	check("add a TCP socket before it connects",
			add(handle, tcp, address_of("127.0.0.1", 9), VOICE, NON_ADAPTIVE, &flow), 0);
	holds("it is marked", tos_of(tcp) == 224);
	check("remove it", remove_socket(handle, 0, flow, 0), 0);
	holds("its mark is gone", tos_of(tcp) == 0);
	flow = 0;
	check("add a socket that is not even bound",
			add(handle, free_udp, address_of("127.0.0.1", 9), VOICE, NON_ADAPTIVE, &flow), 0);
	holds("it is marked", tos_of(free_udp) == 224);
	check("remove it", remove_socket(handle, 0, flow, 0), 0);
	holds("its mark is gone", tos_of(free_udp) == 0);

	flow = 0;
	check("add an adaptive flow", add(handle, udp, NULL, VOICE, 0, &flow), 0);
	holds("it is not marked before it has a rate", tos_of(udp) == 0);
	order("refuse-loopback");
	flow = 0;
	check("add with loopback refused", add(handle, dual, address_of("::1", 9), VOICE, NON_ADAPTIVE, &flow), 1168);
	no_orders();
	check("close with flows", close_handle(handle), 0);
	holds("that takes the marks away", tos_of(mapped) == 0 && tos_of(udp6) == 0);
}

void test_sharing(void) {
	HANDLE handle = open_handle();
	SOCKET first = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), second = open_socket(AF_INET6, SOCK_DGRAM, "::1");
	SOCKET server = open_socket(AF_INET, SOCK_DGRAM, NULL), other = open_socket(AF_INET, SOCK_DGRAM, NULL);
	QOS_FLOWID flow = add_flow(handle, first, VOICE, NON_ADAPTIVE), joined = flow, unknown = 9999;
	QOS_FLOWID adaptive = add_flow(handle, first, VOICE, 0);
	BOOL all = TRUE;
	DWORD dscp = 46;
	bind(server, address_of("127.0.0.1", 0), sizeof(struct sockaddr_in));
	check("join without the flag", add(handle, second, NULL, VOICE, 0, &joined), 87);
	joined = adaptive;
	check("join an adaptive flow", add(handle, second, NULL, VOICE, NON_ADAPTIVE, &joined), 87);
	joined = adaptive;
	check("join an adaptive flow without the flag", add(handle, second, NULL, VOICE, 0, &joined), 87);
	check("join a flow that is none", add(handle, second, NULL, VOICE, NON_ADAPTIVE, &unknown), 87);
	joined = flow;
	check("join, with a traffic type that is ignored", add(handle, second, NULL, 99, NON_ADAPTIVE, &joined), 0);
	holds("both sockets have the mark of the flow", joined == flow && tos_of(first) == 224 && tos_of(second) == 224);
	for (int i = 0; i < MANY_PEERS; i++) {
		char host[16];
		snprintf(host, sizeof(host), "127.1.%d.%d", i / 250, 1 + i % 250);
		all &= add(handle, server, address_of(host, 5000 + i), VOICE, NON_ADAPTIVE, &joined) && joined == flow;
	}
	holds("one socket can be added for 1000 peers", all && tos_of(server) == 224);
	check("add it for one of them again",
			add(handle, server, address_of("127.1.0.1", 5000), VOICE, NON_ADAPTIVE, &joined), 0);
	check("change the mark of all", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 0);
	holds("all sockets have it", tos_of(first) == 184 && tos_of(second) == 184 && tos_of(server) == 184);
	check("take the socket with the peers out", remove_socket(handle, server, flow, 0), 0);
	holds("the others stay marked", !tos_of(server) && tos_of(first) == 184 && tos_of(second) == 184);
	check("take out what is not in", remove_socket(handle, server, flow, 0), 1168);
	check("take out what never was", remove_socket(handle, other, flow, 0), 1168);
	check("take out the second", remove_socket(handle, second, flow, 0), 0);
	check("take out the last", remove_socket(handle, first, flow, 0), 0);
	holds("none is marked", !tos_of(first) && !tos_of(second));
	check("the flow has gone with it", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 1168);
	check("close", close_handle(handle), 0);
}

struct Removal {
	HANDLE handle;
	QOS_FLOWID flow;
	DWORD error;
};

static DWORD WINAPI remove_it(void *given) {
	struct Removal *removal = given;
	removal->error = remove_socket(removal->handle, 0, removal->flow, 0) ? 0 : GetLastError();
	return 0;
}

void test_removing(void) {
	HANDLE handle = open_handle(), thread;
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), gone = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	struct Removal removal = { handle, add_flow(handle, udp, VOICE, NON_ADAPTIVE), 0 };
	QOS_FLOWID flow = add_flow(handle, gone, VOICE, NON_ADAPTIVE);
	check("remove with flags", remove_socket(handle, 0, flow, 1), 87);
	check("remove flow 0", remove_socket(handle, 0, 0, 0), 1168);
	check("remove a flow that is none", remove_socket(handle, 0, 9999, 0), 1168);
	closesocket(gone);
	check("remove the flow of a closed socket", remove_socket(handle, 0, flow, 0), 0);
	order("hold QOSRemoveSocketFromFlow flow=%u", removal.flow);
	thread = CreateThread(NULL, 0, remove_it, &removal, 0, NULL);
	holds("a removal can be held back", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT
			&& tos_of(udp) == 224);
	no_orders();
	holds("until it is let go", WaitForSingleObject(thread, SOON_MILLISECONDS) == WAIT_OBJECT_0 && !removal.error
			&& !tos_of(udp));
	removal.flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE);
	order("hang QOSRemoveSocketFromFlow 200");
	check("a removal can take its time", remove_socket(handle, 0, removal.flow, 0), 0);
	removal.flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE);
	order("hang QOSRemoveSocketFromFlow forever");
	thread = CreateThread(NULL, 0, remove_it, &removal, 0, NULL);
	holds("or for ever", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT);
	check("close meanwhile", close_handle(handle), 0);
	holds("then the removal ends as aborted", WaitForSingleObject(thread, SOON_MILLISECONDS) == WAIT_OBJECT_0
			&& removal.error == 995 && !tos_of(udp));
	no_orders();
}

void test_marks_of_others(void) {
	HANDLE handle = open_handle();
	SOCKET udp, next;
	QOS_FLOWID flow;
	DWORD own = 40 << 2;
	int tries = 0;
	/* Another thread may be faster. */
	do {
		udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
		flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE);
		closesocket(udp);
		next = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	} while (next != udp && ++tries < 100);
	holds("the next socket takes the number of a closed one", next == udp);
	setsockopt(next, IPPROTO_IP, IP_TOS, (char *)&own, sizeof(own));
	check("remove the flow of a closed socket", remove_socket(handle, 0, flow, 0), 0);
	holds("the mark of the next socket stays", tos_of(next) == 40 << 2);
	check("close", close_handle(handle), 0);
}

static unsigned sent;

/* Send what is to be seen on the wire. */
static void send_with(SOCKET number, struct sockaddr *target, int dscp, const char *situation) {
	char text[80];
	int length = snprintf(text, sizeof(text), "dscp %d %s", dscp, situation);
	int size = !target ? 0 : target->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	sent++;
	if (sendto(number, text, length, 0, target, size) != length) {
		holds("a datagram can be sent", FALSE);
	}
}

static void shape(HANDLE handle, QOS_FLOWID flow, UINT64 bandwidth, QOS_SHAPING shaping) {
	QOS_FLOWRATE_OUTGOING rate = { bandwidth, shaping, QOSFlowRateNotApplicable };
	check("set a rate", set(handle, flow, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 0);
}

/* Go through all that changes a mark. A target is for a socket that is not connected. */
static void mark_on_wire(HANDLE handle, SOCKET number, struct sockaddr *target) {
	QOS_FLOWID flow = 0, adaptive = 0;
	DWORD type = VOICE, dscp = 46;
	send_with(number, target, 0, "before");
	check("add", add(handle, number, target, QOSTrafficTypeBackground, NON_ADAPTIVE, &flow), 0);
	send_with(number, target, 8, "with a flow");
	check("set a type", set(handle, flow, QOSSetTrafficType, 4, &type, 0, NULL), 0);
	send_with(number, target, 56, "with another type");
	check("set a DSCP", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 0);
	send_with(number, target, 46, "with a DSCP");
	shape(handle, flow, 1000000000, QOSShapeOnly);
	send_with(number, target, 0, "shaped only");
	shape(handle, flow, 1000000000, QOSShapeAndMark);
	send_with(number, target, 46, "shaped and marked");
	shape(handle, flow, 0, QOSShapeAndMark);
	send_with(number, target, 0, "with rate 0");
	shape(handle, flow, 1000000000, QOSShapeAndMark);
	type = QOSTrafficTypeAudioVideo;
	check("set a type", set(handle, flow, QOSSetTrafficType, 4, &type, 0, NULL), 0);
	send_with(number, target, 40, "with a type instead of the DSCP");
	check("add to an adaptive flow", add(handle, number, target, VOICE, 0, &adaptive), 0);
	send_with(number, target, 40, "with an adaptive flow that has no rate");
	shape(handle, adaptive, 1000, QOSShapeAndMark);
	send_with(number, target, 56, "with its rate");
	shape(handle, adaptive, 0, QOSShapeAndMark);
	send_with(number, target, 40, "with its rate 0");
	shape(handle, adaptive, 1000, QOSShapeAndMark);
	check("remove it", remove_socket(handle, 0, adaptive, 0), 0);
	send_with(number, target, 40, "without it");
	check("take the socket out", remove_socket(handle, number, flow, 0), 0);
	send_with(number, target, 0, "without any");
}

/* The lane looks at the packets. Marks of a connection begin with its first one. */
void test_wire(void) {
	HANDLE handle = open_handle();
	SOCKET receivers[] = { open_socket(AF_INET, SOCK_DGRAM, NULL), open_socket(AF_INET6, SOCK_DGRAM, NULL) };
	SOCKET connecting[] = { open_socket(AF_INET, SOCK_STREAM, NULL), open_socket(AF_INET6, SOCK_STREAM, NULL) };
	static const char *const hosts[] = { "127.0.0.1", "::1" };
	for (int i = 0; i < 2; i++) {
		int size = i ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
		struct sockaddr_storage address;
		SOCKET number = open_socket(i ? AF_INET6 : AF_INET, SOCK_DGRAM, NULL);
		QOS_FLOWID flow = 0;
		bind(receivers[i], address_of(hosts[i], 0), size);
		getsockname(receivers[i], (struct sockaddr *)&address, &size);
		mark_on_wire(handle, number, (struct sockaddr *)&address);
		connect(number, (struct sockaddr *)&address, size);
		mark_on_wire(handle, number, NULL);
		check("add before connect", add(handle, connecting[i], address_of(hosts[i], 9), VOICE, NON_ADAPTIVE, &flow), 0);
		connect(connecting[i], address_of(hosts[i], 9), size);
	}
	printf("sent %u datagrams\n", sent);
	check("close", close_handle(handle), 0);
}
