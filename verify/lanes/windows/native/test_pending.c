/*
 * Calls that complete later, each on its own, through events and completion ports.
 */
#include "qwave_test.h"

#define VOICE QOSTrafficTypeVoice
#define MANY_FLOWS 400
#define KINDS 3
#define MANY (MANY_FLOWS * KINDS)
#define KEY 7
#define SEED 20

static const char *const kinds[] = { "congested", "uncongested", "available" };

/* What a completion port tells. */
struct Packet {
	BOOL there;
	DWORD error;
	DWORD bytes;
	ULONG_PTR key;
	OVERLAPPED *overlapped;
};

static struct Packet take(HANDLE port, DWORD milliseconds) {
	struct Packet packet = { 0 };
	BOOL success = GetQueuedCompletionStatus(port, &packet.bytes, &packet.key, &packet.overlapped, milliseconds);
	packet.error = success ? 0 : GetLastError();
	packet.there = packet.overlapped != NULL;
	return packet;
}

static void takes(const char *name, HANDLE port, OVERLAPPED *overlapped, DWORD error) {
	struct Packet packet = take(port, SOON_MILLISECONDS);
	if (!packet.there || packet.overlapped != overlapped || packet.error != error || packet.key != KEY) {
		printf("packet %d, OVERLAPPED %p of %p, error %lu, key %u\n", packet.there, packet.overlapped, overlapped,
				packet.error, (unsigned)packet.key);
		holds(name, FALSE);
	}
	else {
		holds(name, TRUE);
	}
}

static BOOL nothing_in(HANDLE port) {
	return !take(port, NOT_YET_MILLISECONDS).there;
}

static DWORD result_of(HANDLE handle, OVERLAPPED *overlapped, DWORD *bytes) {
	return GetOverlappedResult(handle, overlapped, bytes, TRUE) ? 0 : GetLastError();
}

static BOOL is_set(HANDLE event, DWORD milliseconds) {
	return WaitForSingleObject(event, milliseconds) == WAIT_OBJECT_0;
}

/* Ask to be told of a kind of change, with the arguments that it needs. */
static BOOL ask(HANDLE handle, QOS_FLOWID flow, int kind, UINT64 *target, ULONG *size, OVERLAPPED *overlapped) {
	return kind == QOSNotifyAvailable ? notify(handle, flow, kind, size, target, 0, overlapped)
			: notify(handle, flow, kind, NULL, NULL, 0, overlapped);
}

void test_overlapped(void) {
	HANDLE handle = open_handle(), port;
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, 0);
	OVERLAPPED one = { .hEvent = new_event() }, two = { 0 };
	QOS_FLOW_FUNDAMENTALS found;
	QOS_PACKET_PRIORITY priority;
	UINT64 rate = 0;
	ULONG size = sizeof(found), small = 4;
	DWORD bytes = 0, wrong = 64;
	check("what is wrong is so at once", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &wrong, 0, &one), 87);
	check("a buffer that is too small is so at once",
			query(handle, flow, QOSQueryPacketPriority, &small, &priority, 0, &one), 122);
	order("complete QOSSetFlow 300");
	check("set a rate, overlapped", set_rate(handle, flow, 1000000, &one), 997);
	holds("it is not in force yet", tos_of(udp) == 0 && !is_set(one.hEvent, NOT_YET_MILLISECONDS));
	check("its result without waiting", GetOverlappedResult(handle, &one, &bytes, FALSE), 996);
	holds("its event is set", is_set(one.hEvent, SOON_MILLISECONDS));
	check("its result", result_of(handle, &one, &bytes) == 0, 0);
	holds("now it is in force", tos_of(udp) == 224);
	no_orders();
	size = sizeof(found) + 8;
	check("query, overlapped", query(handle, flow, QOSQueryFlowFundamentals, &size, &found, 0, &one), 997);
	check("its result", result_of(handle, &one, &bytes) == 0, 0);
	holds("with all of the answer", bytes == sizeof(found) && size == sizeof(found) && found.RTT == 500
			&& found.AvailableBandwidth == 90000000);
	for (DWORD code = 1; code < 2000; code += 37) {
		order("complete QOSSetFlow 1 %lu", code);
		if (set_rate(handle, flow, 5, &one) || GetLastError() != 997 || result_of(handle, &one, &bytes) != code) {
			check("complete with any error", FALSE, code);
		}
	}
	no_orders();
	size = sizeof(rate);
	check("query the rate, overlapped", query(handle, flow, QOSQueryOutgoingRate, &size, &rate, 0, &one), 997);
	check("its result", result_of(handle, &one, &bytes) == 0, 0);
	holds("no failed call has changed it", bytes == 8 && rate == 1000000);
	order("complete QOSQueryFlow 200");
	check("query, not overlapped but slow", query(handle, flow, QOSQueryOutgoingRate, &size, &rate, 0, NULL), 0);
	holds("it has the answer", rate == 1000000);
	order("complete QOSQueryFlow 1 1460");
	check("query, slow to fail", query(handle, flow, QOSQueryOutgoingRate, &size, &rate, 0, NULL), 1460);

	port = CreateIoCompletionPort(handle, NULL, KEY, 1);
	order("complete QOSSetFlow never");
	check("set a rate, never to complete", set_rate(handle, flow, 2000000, &one), 997);
	holds("it does not", nothing_in(port) && !is_set(one.hEvent, 0));
	check("cancel it", cancel(handle, &one), 0);
	takes("the port tells of that", port, &one, 995);
	holds("and the event", is_set(one.hEvent, SOON_MILLISECONDS));
	check("set two, one with an event", set_rate(handle, flow, 2000000, &one), 997);
	check("and one without", set_rate(handle, flow, 3000000, &two), 997);
	order("complete QOSSetFlow never\nfire %u set newest", next_number());
	takes("the newest can complete first", port, &two, 0);
	order("fire %u set oldest 54", next_number());
	takes("then the other, with an error", port, &one, 54);
	order("complete QOSQueryFlow now\ncomplete QOSSetFlow now");
	size = sizeof(priority) + 8;
	check("query at once", query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, &two), 0);
	holds("the answer is there", priority.ConformantDSCPValue == 56 && size == sizeof(priority));
	takes("and a packet all the same", port, &two, 0);
	check("set at once", set_rate(handle, flow, 2000000, &two), 0);
	takes("and a packet all the same", port, &two, 0);
	order("complete QOSSetFlow now 54");
	check("fail at once", set_rate(handle, flow, 2000000, &two), 54);
	holds("without a packet", nothing_in(port));
	order("complete QOSQueryFlow 20 1237 operation=1");
	check("query", query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, &two), 997);
	takes("an answer can fail", port, &two, 1237);
	no_orders();
	one.hEvent = (HANDLE)((ULONG_PTR)one.hEvent | 1);
	check("query with an event that keeps the port out of it",
			query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, &one), 997);
	holds("the event alone tells", is_set((HANDLE)((ULONG_PTR)one.hEvent & ~(ULONG_PTR)1), SOON_MILLISECONDS)
			&& nothing_in(port));
	check("close", close_handle(handle), 0);
	CloseHandle(port);
}

void test_notifications(void) {
	HANDLE handle = open_handle(), port;
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID plain = add_flow(handle, udp, VOICE, NON_ADAPTIVE), flow = add_flow(handle, udp, VOICE, 0);
	OVERLAPPED event = { .hEvent = new_event() }, waiting[KINDS] = { 0 }, spare = { 0 };
	UINT64 target = 1000001, low = 1000000;
	ULONG size = sizeof(target), wrong = 4;
	DWORD bytes;
	unsigned numbers[KINDS];
	check("notify on a non-adaptive flow", notify(handle, plain, QOSNotifyCongested, NULL, NULL, 0, &event), 50);
	check("notify of congestion with a buffer", notify(handle, flow, QOSNotifyCongested, NULL, &target, 0, &event), 87);
	check("notify of congestion with a size", notify(handle, flow, QOSNotifyCongested, &size, NULL, 0, &event), 87);
	check("notify of its end with both", notify(handle, flow, QOSNotifyUncongested, &size, &target, 0, &event), 87);
	check("notify of bandwidth without both", notify(handle, flow, QOSNotifyAvailable, NULL, NULL, 0, &event), 87);
	check("notify of bandwidth without a size", notify(handle, flow, QOSNotifyAvailable, NULL, &target, 0, &event), 87);
	check("notify of bandwidth without a buffer", notify(handle, flow, QOSNotifyAvailable, &size, NULL, 0, &event), 87);
	check("notify of bandwidth with a wrong size",
			notify(handle, flow, QOSNotifyAvailable, &wrong, &target, 0, &event), 87);
	check("notify with flags", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 1, &event), 87);
	check("notify of an unknown kind", notify(handle, flow, 3, NULL, NULL, 0, &event), 87);
	check("notify on flow 0", notify(handle, 0, QOSNotifyCongested, NULL, NULL, 0, &event), 87);
	check("notify on a flow that is none", notify(handle, 9999, QOSNotifyCongested, NULL, NULL, 0, &event), 1168);
	check("notify with an OVERLAPPED that is not there",
			notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, (OVERLAPPED *)8), 87);
	check("set a rate", set_rate(handle, flow, 1000000, NULL), 0);
	check("notify of bandwidth that the flow has",
			notify(handle, flow, QOSNotifyAvailable, &size, &low, 0, &event), 87);
	check("cancel nothing", cancel(handle, NULL), 87);
	check("cancel what is not there", cancel(handle, (OVERLAPPED *)8), 87);
	check("cancel what is not pending", cancel(handle, &event), 1168);

	check("notify", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &event), 997);
	check("notify of the same twice", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &spare), 183);
	order("fire %u congested %u", next_number(), flow);
	holds("its event is set", is_set(event.hEvent, SOON_MILLISECONDS));
	check("its result", result_of(handle, &event, &bytes) == 0, 0);
	check("cancel what is over", cancel(handle, &event), 1168);
	check("notify again", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &event), 997);
	check("cancel it", cancel(handle, &event), 0);
	check("its result", result_of(handle, &event, &bytes) == 995, 0);
	order("complete QOSNotifyFlow now");
	check("what is true already is told at once", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &event), 0);
	order("complete QOSNotifyFlow 20 59");
	check("notify", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &event), 997);
	holds("it can fail by itself", result_of(handle, &event, &bytes) == 59);
	no_orders();

	port = CreateIoCompletionPort(handle, NULL, KEY, 1);
	for (int kind = 0; kind < KINDS; kind++) {
		check("notify of each kind", ask(handle, flow, kind, &target, &size, &waiting[kind]), 997);
	}
	for (int kind = 0; kind < KINDS; kind++) {
		check("each once", ask(handle, flow, kind, &target, &size, &spare), 183);
	}
	for (int i = 0; i < KINDS; i++) {
		numbers[i] = next_number();
	}
	order("fire %u available all\nfire %u congested all\nfire %u any oldest 995", numbers[0], numbers[1], numbers[2]);
	takes("the last can come first", port, &waiting[2], 0);
	takes("then the first", port, &waiting[0], 0);
	takes("then the other, with an error", port, &waiting[1], 995);
	order("fire %u any all", next_number());
	holds("nothing is told twice", nothing_in(port));
	for (int kind = 0; kind < KINDS; kind++) {
		check("notify of each kind", ask(handle, flow, kind, &target, &size, &waiting[kind]), 997);
	}
	check("cancel the second", cancel(handle, &waiting[1]), 0);
	takes("that and no other completes", port, &waiting[1], 995);
	holds("the others wait", nothing_in(port));
	check("remove the flow", remove_socket(handle, 0, flow, 0), 0);
	takes("they are cancelled", port, &waiting[0], 995);
	takes("both", port, &waiting[2], 995);
	check("close", close_handle(handle), 0);
	CloseHandle(port);
	no_orders();
}

/* Shuffled in the same way each time. */
static void shuffle(int *order_of, int count) {
	unsigned random = SEED;
	for (int i = 0; i < count; i++) {
		order_of[i] = i;
	}
	for (int i = count - 1; i > 0; i--) {
		int other, kept = order_of[i];
		random = random * 1664525 + 1013904223;
		other = (int)((random >> 8) % (unsigned)(i + 1));
		order_of[i] = order_of[other];
		order_of[other] = kept;
	}
}

void test_many_notifications(void) {
	static OVERLAPPED waiting[MANY];
	static int order_of[MANY];
	static char text[MANY * 48];
	HANDLE handle = open_handle(), port = CreateIoCompletionPort(handle, NULL, KEY, 1);
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flows[MANY_FLOWS];
	UINT64 target = 1;
	ULONG size = sizeof(target);
	int pending = 0, right = 0, cancelled = 0;
	size_t length = 0;
	ULONGLONG start = GetTickCount64();
	for (int i = 0; i < MANY_FLOWS; i++) {
		flows[i] = add_flow(handle, udp, VOICE, 0);
	}
	for (int i = 0; i < MANY; i++) {
		pending += !ask(handle, flows[i / KINDS], i % KINDS, &target, &size, &waiting[i]) && GetLastError() == 997;
	}
	holds("1200 notifications can wait", pending == MANY);
	shuffle(order_of, MANY);
	for (int i = 0; i < MANY; i++) {
		length += (size_t)snprintf(text + length, sizeof(text) - length, "fire %u %s %u\n", next_number(),
				kinds[order_of[i] % KINDS], flows[order_of[i] / KINDS]);
	}
	order("%s", text);
	for (int i = 0; i < MANY; i++) {
		struct Packet packet = take(port, SOON_MILLISECONDS);
		right += packet.overlapped == &waiting[order_of[i]] && !packet.error && packet.key == KEY;
	}
	printf("note %d of %d in the order of seed %d\n", right, MANY, SEED);
	holds("each completes on its own, in any order", right == MANY);
	no_orders();
	for (int i = 0; i < MANY; i++) {
		pending -= !ask(handle, flows[i / KINDS], i % KINDS, &target, &size, &waiting[i]) && GetLastError() == 997;
	}
	holds("and can be asked for again", pending == 0);
	for (int i = 0; i < MANY / 2; i++) {
		cancelled += cancel(handle, &waiting[order_of[i]]) != FALSE;
	}
	check("close with the other half", close_handle(handle), 0);
	right = 0;
	for (int i = 0; i < MANY; i++) {
		right += take(port, SOON_MILLISECONDS).error == 995;
	}
	holds("all of them are cancelled, and told", cancelled == MANY / 2 && right == MANY && nothing_in(port));
	printf("note %u ms for %d notifications\n", (unsigned)(GetTickCount64() - start), 2 * MANY);
	CloseHandle(port);
}

struct Waiter {
	HANDLE handle;
	QOS_FLOWID flow;
	OVERLAPPED *overlapped;
	DWORD error;
};

static DWORD WINAPI wait_for_congestion(void *given) {
	struct Waiter *waiter = given;
	waiter->error = notify(waiter->handle, waiter->flow, QOSNotifyCongested, NULL, NULL, 0, waiter->overlapped) ? 0
			: GetLastError();
	return 0;
}

static HANDLE start_waiting(struct Waiter *waiter) {
	return CreateThread(NULL, 0, wait_for_congestion, waiter, 0, NULL);
}

void test_waiting(void) {
	HANDLE handle = open_handle(), thread;
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID second = add_flow(handle, udp, VOICE, 0);
	struct Waiter waiter = { handle, add_flow(handle, udp, VOICE, 0), NULL, 1 };
	OVERLAPPED other = { .hEvent = new_event() };
	DWORD bytes;
	thread = start_waiting(&waiter);
	holds("without an OVERLAPPED the caller waits", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT);
	check("others go on meanwhile", notify(handle, second, QOSNotifyCongested, NULL, NULL, 0, &other), 997);
	check("but not of the same", notify(handle, waiter.flow, QOSNotifyCongested, NULL, NULL, 0, &other), 183);
	order("fire %u congested %u", next_number(), waiter.flow);
	holds("until it is told", is_set(thread, SOON_MILLISECONDS) && !waiter.error);
	order("fire %u congested %u 1260", next_number(), waiter.flow);
	Sleep(NOT_YET_MILLISECONDS);
	thread = start_waiting(&waiter);
	holds("what came before does not count", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT);
	order("fire %u any %u 1260", next_number(), waiter.flow);
	holds("until it fails", is_set(thread, SOON_MILLISECONDS) && waiter.error == 1260);
	thread = start_waiting(&waiter);
	holds("the caller waits again", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT);
	check("remove the flow", remove_socket(handle, 0, waiter.flow, 0), 0);
	holds("that ends it", is_set(thread, SOON_MILLISECONDS) && waiter.error == 995);
	holds("the other goes on", !is_set(other.hEvent, NOT_YET_MILLISECONDS));
	waiter.flow = add_flow(handle, udp, VOICE, 0);
	thread = start_waiting(&waiter);
	holds("the caller waits again", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT);
	check("close", close_handle(handle), 0);
	holds("that ends it", is_set(thread, SOON_MILLISECONDS) && waiter.error == 995);
	holds("and the other", is_set(other.hEvent, SOON_MILLISECONDS) && result_of(handle, &other, &bytes) == 995);
	no_orders();
}

static DWORD WINAPI cancel_it(void *given) {
	struct Waiter *waiter = given;
	waiter->error = cancel(waiter->handle, waiter->overlapped) ? 0 : GetLastError();
	return 0;
}

/* What waits ends in other ways than by an order. */
void test_ends(void) {
	HANDLE handle = open_handle(), thread, port;
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	OVERLAPPED event = { .hEvent = new_event() }, outliving = { 0 };
	struct Waiter waiter = { handle, add_flow(handle, udp, VOICE, 0), &event, 0 };
	DWORD bytes;
	thread = start_waiting(&waiter);
	WaitForSingleObject(thread, INFINITE);
	/* What Wine writes into the OVERLAPPED then is not always what it should be. */
	holds("a thread that asked and ended takes that with it",
			waiter.error == 997 && is_set(event.hEvent, SOON_MILLISECONDS));
	check("it can be asked for again", notify(handle, waiter.flow, QOSNotifyCongested, NULL, NULL, 0, &event), 997);
	holds("Windows' own way of cancelling works", CancelIoEx(handle, &event) && is_set(event.hEvent, SOON_MILLISECONDS)
			&& result_of(handle, &event, &bytes) == 995);
	check("it can be asked for again", notify(handle, waiter.flow, QOSNotifyCongested, NULL, NULL, 0, &event), 997);
	order("hold QOSCancel flow=%u", waiter.flow);
	thread = CreateThread(NULL, 0, cancel_it, &waiter, 0, NULL);
	holds("cancelling can take its time", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT);
	order("hold QOSCancel flow=%u\nfire %u any all", waiter.flow, next_number());
	holds("then the call can win", is_set(event.hEvent, SOON_MILLISECONDS) && result_of(handle, &event, &bytes) == 0);
	no_orders();
	holds("and there is nothing to cancel", is_set(thread, SOON_MILLISECONDS) && waiter.error == 1168);
	port = CreateIoCompletionPort(handle, NULL, KEY, 1);
	waiter.overlapped = &outliving;
	thread = start_waiting(&waiter);
	WaitForSingleObject(thread, INFINITE);
	order("fire %u any all", next_number());
	takes("with a completion port it outlives the thread that asked", port, &outliving, 0);
	waiter.overlapped = &event;
	check("notify", notify(handle, waiter.flow, QOSNotifyCongested, NULL, NULL, 0, &event), 997);
	order("hang QOSCancel forever");
	thread = CreateThread(NULL, 0, cancel_it, &waiter, 0, NULL);
	holds("or for ever", WaitForSingleObject(thread, NOT_YET_MILLISECONDS) == WAIT_TIMEOUT);
	check("close", close_handle(handle), 0);
	holds("then both end as aborted", is_set(thread, SOON_MILLISECONDS) && waiter.error == 995
			&& is_set(event.hEvent, SOON_MILLISECONDS) && result_of(handle, &event, &bytes) == 995);
	CloseHandle(port);
	no_orders();
}
