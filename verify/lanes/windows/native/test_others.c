/*
 * Enumeration, tracking, orders, sleep, and what no program may do.
 */
#include "qwave_test.h"

#define VOICE QOSTrafficTypeVoice
#define MANY_IDS 64

static BOOL contains(const QOS_FLOWID *ids, ULONG size, QOS_FLOWID id) {
	for (ULONG i = 0; i < size / sizeof(*ids); i++) {
		if (ids[i] == id) {
			return TRUE;
		}
	}
	return FALSE;
}

void test_enumeration(void) {
	HANDLE handle = open_handle(), other = open_handle();
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID ids[MANY_IDS] = { 0 }, flow, foreign;
	QOS_PACKET_PRIORITY priority;
	QOS_FLOW_FUNDAMENTALS found;
	ULONG size = sizeof(ids), length;
	UINT64 rate;
	check("enumerate where there is no flow", enumerate(handle, &size, ids), 0);
	holds("there is none", size == 0);
	flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE);
	foreign = add_flow(other, udp, VOICE, NON_ADAPTIVE);
	check("enumerate without a size", enumerate(handle, NULL, ids), 87);
	size = sizeof(ids);
	check("enumerate without a buffer", enumerate(handle, &size, NULL), 87);
	size = 4;
	check("enumerate into too small a buffer", enumerate(handle, &size, ids), 122);
	holds("the size needed is told, and nothing written", size == 8 && ids[0] == 0);
	order("drop-privileges");
	check("enumerate without the privilege", enumerate(handle, &size, ids), 5);
	order("foreign-flows 4000 4001");
	size = sizeof(ids);
	check("enumerate", enumerate(handle, &size, ids), 0);
	holds("the flows of all are there", size == 16 && contains(ids, size, flow) && contains(ids, size, foreign)
			&& contains(ids, size, 4000) && contains(ids, size, 4001));
	size = sizeof(priority);
	check("query a flow of another handle",
			query(handle, foreign, QOSQueryPacketPriority, &size, &priority, 0, NULL), 0);
	holds("its marks are told", priority.ConformantDSCPValue == 56);
	check("query a flow of another process", query(handle, 4001, QOSQueryPacketPriority, &size, &priority, 0, NULL), 0);
	size = sizeof(found);
	check("query its path", query(handle, 4001, QOSQueryFlowFundamentals, &size, &found, 0, NULL), 50);
	size = sizeof(rate);
	check("query its rate", query(handle, 4001, QOSQueryOutgoingRate, &size, &rate, 0, NULL), 232);
	check("query what was not enumerated", query(handle, 4002, QOSQueryOutgoingRate, &size, &rate, 0, NULL), 1168);

	order("enumeration-grows 3 times=2");
	for (length = 8; length < 32; length += 12) {
		size = length - 1;
		check("enumerate into too small a buffer", enumerate(handle, &size, ids), 122);
		holds("the size needed grows each time", size == length);
	}
	check("enumerate with the size told last", enumerate(handle, &size, ids), 122);
	size = sizeof(ids);
	check("enumerate once it has stopped growing", enumerate(handle, &size, ids), 0);
	holds("two times three flows have come", size == 32);
	order("enumeration-grows 1");
	for (int i = 0; i < 10; i++) {
		size = 4;
		check("it can grow always", enumerate(handle, &size, ids), 122);
	}
	no_orders();
	check("close", close_handle(handle), 0);
	check("close the other", close_handle(other), 0);
}

void test_tracking(void) {
	HANDLE handle = open_handle(), other = open_handle();
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, 0);
	struct sockaddr unix_address = { .sa_family = AF_UNIX };
	QOS_FLOW_FUNDAMENTALS found;
	ULONG size = sizeof(found);
	check("track nobody", start_tracking(handle, NULL, 0), 87);
	check("track an address that is not there", start_tracking(handle, (void *)8, 0), 87);
	check("track an address of another family", start_tracking(handle, &unix_address, 0), 87);
	check("track an IPv4-mapped address", start_tracking(handle, address_of("::ffff:192.0.2.1", 0), 0), 87);
	check("track nobody's address", start_tracking(handle, address_of("0.0.0.0", 0), 0), 87);
	check("track with flags", start_tracking(handle, address_of("192.0.2.1", 0), 1), 87);
	check("track", start_tracking(handle, address_of("192.0.2.1", 0), 0), 0);
	check("track IPv6", start_tracking(handle, address_of("2001:db8::1", 0), 0), 0);
	check("track again", start_tracking(handle, address_of("192.0.2.1", 5), 0), 0);
	check("stop tracking with flags", stop_tracking(handle, address_of("192.0.2.1", 0), 1), 87);
	check("stop tracking nobody", stop_tracking(handle, NULL, 0), 87);
	check("stop tracking an IPv4-mapped address", stop_tracking(handle, address_of("::ffff:192.0.2.1", 0), 0), 87);
	check("stop tracking who is not tracked", stop_tracking(handle, address_of("192.0.2.2", 0), 0), 1168);
	check("stop tracking, through another handle", stop_tracking(other, address_of("192.0.2.1", 0), 0), 0);
	check("stop tracking twice", stop_tracking(handle, address_of("192.0.2.1", 0), 0), 1168);
	query(handle, flow, QOSQueryFlowFundamentals, &size, &found, 0, NULL);
	holds("the path to a peer that is not tracked is not known", !found.RTTSet);
	check("track the peer", start_tracking(handle, address_of("127.0.0.1", 0), 0), 0);
	query(handle, flow, QOSQueryFlowFundamentals, &size, &found, 0, NULL);
	holds("then it is, before there is a rate", found.RTTSet);
	check("close", close_handle(handle), 0);
	check("tracking outlives the handle", stop_tracking(other, address_of("127.0.0.1", 0), 0), 0);
	check("all of it", stop_tracking(other, address_of("2001:db8::1", 0), 0), 0);
	check("close the other", close_handle(other), 0);
}

/* One right call of each function; most fail only where that is ordered. */
static BOOL call(const char *function, HANDLE handle, SOCKET number, QOS_FLOWID flow) {
	QOS_VERSION version = { 1, 0 };
	QOS_PACKET_PRIORITY priority;
	QOS_FLOWID id = 0;
	HANDLE created;
	ULONG size = sizeof(priority);
	DWORD type = VOICE;
	OVERLAPPED overlapped = { 0 };
	return !strcmp(function, "QOSCreateHandle") ? create(&version, &created)
			: !strcmp(function, "QOSAddSocketToFlow") ? add(handle, number, NULL, VOICE, 0, &id)
			: !strcmp(function, "QOSRemoveSocketFromFlow") ? remove_socket(handle, 0, flow, 0)
			: !strcmp(function, "QOSSetFlow") ? set(handle, flow, QOSSetTrafficType, 4, &type, 0, NULL)
			: !strcmp(function, "QOSQueryFlow") ? query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, NULL)
			: !strcmp(function, "QOSNotifyFlow") ? notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, NULL)
			: !strcmp(function, "QOSCancel") ? cancel(handle, &overlapped)
			: !strcmp(function, "QOSEnumerateFlows") ? enumerate(handle, &size, &priority)
			: !strcmp(function, "QOSStartTrackingClient") ? start_tracking(handle, address_of("192.0.2.1", 0), 0)
			: stop_tracking(handle, address_of("192.0.2.1", 0), 0);
}

void test_orders(void) {
	static const char *const functions[] = { "QOSCreateHandle", "QOSAddSocketToFlow", "QOSRemoveSocketFromFlow",
			"QOSSetFlow", "QOSQueryFlow", "QOSNotifyFlow", "QOSCancel", "QOSEnumerateFlows", "QOSStartTrackingClient",
			"QOSStopTrackingClient" };
	HANDLE handle = open_handle();
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, 0), second = add_flow(handle, udp, VOICE, NON_ADAPTIVE);
	ULONGLONG start;
	char name[80];
	DWORD type = VOICE;
	for (size_t i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		snprintf(name, sizeof(name), "%s, as ordered", functions[i]);
		order("fail %s %d", functions[i], 1000 + (int)i);
		check(name, call(functions[i], handle, udp, flow), 1000 + (DWORD)i);
		order("hang %s 150\nfail %s 5", functions[i], functions[i]);
		start = GetTickCount64();
		snprintf(name, sizeof(name), "%s, as ordered, but late", functions[i]);
		check(name, call(functions[i], handle, udp, flow), 5);
		holds("that took its time", GetTickCount64() - start >= 140);
	}
	order("fail QOSSetFlow 54 call=3");
	for (int i = 1; i <= 5; i++) {
		check("the third call alone", call("QOSSetFlow", handle, udp, flow), i == 3 ? 54 : 0);
	}
	order("fail QOSSetFlow 54 first=2");
	for (int i = 1; i <= 4; i++) {
		check("the first two", call("QOSSetFlow", handle, udp, flow), i <= 2 ? 54 : 0);
	}
	order("fail QOSSetFlow 54 from=3");
	for (int i = 1; i <= 4; i++) {
		check("from the third on", call("QOSSetFlow", handle, udp, flow), i >= 3 ? 54 : 0);
	}
	order("fail QOSSetFlow 54 flow=%u\nfail QOSSetFlow 170 call=2", second);
	check("another flow's calls do not fail", call("QOSSetFlow", handle, udp, flow), 0);
	check("this one's do", call("QOSSetFlow", handle, udp, second), 54);
	order("fail QOSSetFlow 54 operation=1");
	check("another operation does not fail", set(handle, flow, QOSSetTrafficType, 4, &type, 0, NULL), 0);
	check("this one does", set_rate(handle, flow, 1000, NULL), 54);
	order("# a comment\n\nfail QOSAddSocketToFlow 50 flags=0");
	second = 0;
	check("adaptive flows are refused", add(handle, udp, NULL, VOICE, 0, &second), 50);
	second = 0;
	check("others are not", add(handle, udp, NULL, VOICE, NON_ADAPTIVE, &second), 0);
	no_orders();
	check("close", close_handle(handle), 0);
}

void test_sleep(void) {
	HANDLE handle = open_handle(), other = open_handle(), port = CreateIoCompletionPort(other, NULL, 7, 1);
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), later = open_socket(AF_INET6, SOCK_DGRAM, "::1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, 0), second = add_flow(other, later, VOICE, NON_ADAPTIVE);
	OVERLAPPED waiting = { .hEvent = new_event() };
	DWORD bytes;
	check("track", start_tracking(handle, address_of("192.0.2.1", 0), 0), 0);
	check("notify", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &waiting), 997);
	order("kill-handles %u 31", next_number());
	WaitForSingleObject(waiting.hEvent, SOON_MILLISECONDS);
	check("sleep cancels what waits", GetOverlappedResult(handle, &waiting, &bytes, FALSE), 995);
	becomes("sleep takes the marks away", later, 0);
	flow = 0;
	check("add to a dead handle", add(handle, udp, NULL, VOICE, NON_ADAPTIVE, &flow), 31);
	check("query on another", query(other, second, QOSQueryPacketPriority, &bytes, &bytes, 0, NULL), 31);
	check("track on a dead handle", start_tracking(other, address_of("192.0.2.1", 0), 0), 31);
	no_orders();
	check("close a dead handle", close_handle(handle), 0);
	check("close the other", close_handle(other), 0);
	handle = open_handle();
	check("nobody is tracked any more", stop_tracking(handle, address_of("192.0.2.1", 0), 0), 1168);
	check("a new handle works", (flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE)) != 0, 0);
	holds("and marks", tos_of(udp) == 224);
	check("close", close_handle(handle), 0);
	CloseHandle(port);
}

/* The memory of a pending call is not the caller's. */
static void change_memory(HANDLE handle, QOS_FLOWID flow) {
	OVERLAPPED event = { .hEvent = new_event() };
	QOS_PACKET_PRIORITY priority;
	UINT64 target = 1;
	ULONG size = sizeof(target);
	DWORD bytes;
	HANDLE kept = event.hEvent;
	check("notify", notify(handle, flow, QOSNotifyCongested, NULL, NULL, 0, &event), 997);
	event.InternalHigh = event.Internal = 0;
	order("fire %u any all", next_number());
	WaitForSingleObject(kept, SOON_MILLISECONDS);
	check("notify", notify(handle, flow, QOSNotifyAvailable, &size, &target, 0, &event), 997);
	target++;
	order("fire %u any all", next_number());
	GetOverlappedResult(handle, &event, &bytes, TRUE);
	order("complete QOSQueryFlow 50");
	size = sizeof(priority);
	check("query", query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, &event), 997);
	size++;
	GetOverlappedResult(handle, &event, &bytes, TRUE);
	no_orders();
}

void test_misuse(void) {
	HANDLE handle = open_handle(), other = open_handle(), next;
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, 0), foreign = add_flow(other, udp, VOICE, NON_ADAPTIVE), id = 0;
	DWORD type = VOICE;
	ULONG size = 16;
	UCHAR buffer[16];
	check("add to a handle that is none", add((HANDLE)0x1234, udp, NULL, VOICE, NON_ADAPTIVE, &id), 6);
	check("close a handle that is none", close_handle((HANDLE)0x1234), 87);
	id = 0;
	check("add what is no socket", add(handle, (SOCKET)0x123454, NULL, VOICE, NON_ADAPTIVE, &id), 87);
	id = foreign;
	check("join a flow of another handle", add(handle, udp, NULL, VOICE, NON_ADAPTIVE, &id), 87);
	check("remove a flow of another handle", remove_socket(handle, 0, foreign, 0), 1168);
	check("set a flow of another handle", set(handle, foreign, QOSSetTrafficType, 4, &type, 0, NULL), 1168);
	check("query a flow of another handle without having enumerated it",
			query(handle, foreign, QOSQueryPacketPriority, &size, buffer, 0, NULL), 1168);
	order("foreign-flows 4000");
	check("set a flow of another process", set(handle, 4000, QOSSetTrafficType, 4, &type, 0, NULL), 1168);
	no_orders();
	change_memory(handle, flow);
	check("remove", remove_socket(handle, 0, flow, 0), 0);
	check("remove twice", remove_socket(handle, 0, flow, 0), 1168);
	order("fail QOSCloseHandle 87");
	check("close, as ordered", close_handle(handle), 87);
	no_orders();
	check("close twice", close_handle(handle), 87);
	id = 0;
	check("add to a closed handle", add(handle, udp, NULL, VOICE, NON_ADAPTIVE, &id), 6);
	check("remove from a closed handle", remove_socket(handle, 0, flow, 0), 6);
	next = open_handle();
	add_flow(next, udp, VOICE, NON_ADAPTIVE);
	/* Left behind. */
}
