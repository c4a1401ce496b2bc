/*
 * A stand-in for qwave.dll. It validates its arguments as the vendor documents, marks the real sockets that it is
 * given, keeps a log of every call, completes overlapped calls through the kernel, and fails, hangs or changes where a
 * control file tells it to. Where the documentation leaves something open it takes the stricter side; "open" below.
 *
 * ENVIRONMENT
 *
 *   QWAVE_LOG      file to which it appends one JSON object per line
 *   QWAVE_CONTROL  file with orders
 *   QWAVE_DRIVER   its driver, which it installs and starts when the first handle is created
 *   QWAVE_HELPER   UDP port on 127.0.0.1 of the helper that finds sockets again and marks them from outside
 *
 * CONTROL FILE
 *
 * One order a line, each ended by a newline; # begins a comment. It is read at every call, and every 25 ms for what is
 * about no call. An order is in force as long as its line is there: one that goes and comes back counts calls anew. Of
 * several orders for one call the earliest counts. The file is best replaced at once (a rename, which Windows refuses
 * while it is being read). A call first hangs, then is held, then fails, then completes.
 *
 *   fail FUNCTION CODE [options]              the call does nothing but fail with the code
 *   hang FUNCTION MILLISECONDS|forever [options]
 *                                             the call takes so long before it does anything
 *   hold FUNCTION [options]                   the call waits until this line has gone
 *   complete FUNCTION now|never|MILLISECONDS [CODE] [options]
 *                                             QOSSetFlow, QOSQueryFlow and QOSNotifyFlow: when the call completes, and
 *                                             with which error. Overlapped calls that do not complete "now" answer 997,
 *                                             others take so long. Usual: Set and Query "now", after 10 ms if they are
 *                                             overlapped; Notify "never", that is when it is fired
 *
 * QOSRemoveSocketFromFlow and QOSCancel that are kept waiting return with 995 as soon as their handle is closed.
 * Options restrict an order to some calls, and to some of those by their number since the order is there:
 *
 *   flow=ID operation=N flags=N handle=N      flow=0 is an add to a new flow; handles count from 1
 *   call=N | first=N | from=N                 the N-th call only, the first N, all from the N-th on
 *
 * Orders that are carried out once, in the order of the file, if their NUMBER is higher than that of the last one:
 *
 *   fire NUMBER KIND WHICH [CODE]             complete pending calls. KIND: congested, uncongested, available, any (of
 *                                             these), set, query. WHICH: a flow's id, all, oldest, newest. Nothing is
 *                                             remembered for calls that come later
 *   kill-handles NUMBER CODE                  all handles die, as in sleep, with their flows and marks; what is pending
 *                                             completes with 995, nobody is tracked any more, and calls on these
 *                                             handles fail with CODE from then on
 *
 * Settings; [flow=ID] restricts them to a flow:
 *
 *   refuse-loopback                           QOSAddSocketToFlow answers 1168 for peers on this machine
 *   drop-privileges                           what needs a privilege fails with 5
 *   network-busy-above BITS [flow=ID]         adaptive flows are refused a higher rate with 54
 *   busy-untracked                            the first rate of an adaptive flow fails with 54 if its peer is untracked
 *   measuring MILLISECONDS|always [flow=ID]   how long the path of an adaptive flow is measured, from its first rate or
 *                                             from the tracking of its peer on. Usual: 0
 *   fundamentals [bottleneck=N|none] [available=N|none] [rtt=N|none] [flow=ID]
 *                                             usual: 100000000, 90000000, 500
 *   policy-dscp N                             an administrator's policy sets this DSCP, whatever programs ask for; 0 is
 *                                             the policy that ignores programs
 *   foreign-flows ID...                       up to seven flows of other processes
 *   enumeration-grows BY [times=N]            so many flows of other processes come up, and stay, whenever a buffer was
 *                                             too small, so many times; without times always
 *
 * LOG
 *
 * Members of every line: time, process, thread, event. Lines about a call have call (its number), function, handle (its
 * number, 0 if it is none) and flow.
 *
 *   begin      arguments {...}
 *   end        arguments {...}, result, error (0 if it succeeded), answer {...}, added and dropped (flows that the call
 *              made and ended), text (why)
 *   completed  an overlapped call after its end, or a waiting one before it: operation, overlapped, error, answer {...}
 *   fired      number, count
 *   killed     number of the handle, dropped
 *   misuse     text: what no program may do. Counted
 *   trouble    text: something of the lane's own does not work
 *   loaded, unloaded   text
 *
 *   function                     arguments, besides qos_handle                   answer
 *   QOSCreateHandle              version                                         qos_handle
 *   QOSCloseHandle                                                               tracked
 *   QOSAddSocketToFlow           socket destination type flags flow              flow protocol local remote dscp inode
 *                                                                                sockets peers
 *   QOSRemoveSocketFromFlow      socket flow flags                               sockets peers
 *   QOSSetFlow                   flow operation size flags overlapped, and       dscp
 *                                value or bandwidth shaping reason
 *   QOSQueryFlow                 flow operation size flags overlapped            size, and bottleneck available rtt
 *                                                                                (null if not set), or dscp
 *                                                                                non_conformant_dscp l2
 *                                                                                non_conformant_l2, or bandwidth
 *   QOSNotifyFlow                flow operation size target flags overlapped
 *   QOSCancel                    overlapped
 *   QOSEnumerateFlows            size                                            size flows (the first 64)
 *   QOSStartTrackingClient       destination flags                               tracked (the first 32)
 *   QOSStopTrackingClient        destination flags                               tracked
 *
 * What an argument points to is null if the pointer is; overlapped is the pointer. Answers of overlapped calls are in
 * their "completed" line.
 *
 * OPEN
 *
 * - Success is 2, and leaves a last error that means nothing.
 * - A flow id that an add failed to fill in: overwritten. A listening socket: 87. An address of nobody: 87.
 * - The same socket and peer twice on one flow: accepted, once. A socket that is not in the flow to be removed: 1168.
 *   Naming a socket takes out all its peers.
 * - Rates: 0 ends marking until the next rate, QOSShapeOnly leaves best effort, non-conformant marks are 0 with
 *   QOSUseNonConformantMarkings and else the same. A rate that was refused changes nothing. The rate of a flow that
 *   never got one: 232.
 * - Before its first rate an adaptive flow whose peer is not tracked has no fundamentals.
 * - A flow of another handle or process can be asked about after an enumeration; otherwise it is a misuse, and 1168.
 * - Removing a flow cancels its pending calls. Cancelling nothing: 1168. Tracking ends with sleep, not with the handle;
 *   ending what was not begun on this machine: 1168. QOSEnumerateFlows without a buffer: 87.
 *
 * LIMITS
 *
 * - The whole socket is marked, even if it was added for some peers only.
 * - Where a thread ends with a pending call and the handle is tied to no port, Wine cancels it and sets its event,
 *   but does not always write its OVERLAPPED. With a port it goes on, but such packets may overtake each other.
 */
#include "stand_in.h"

#define WATCH_MILLISECONDS 25
/* Success is whatever is not 0, and the last error then means nothing. */
#define NOT_FALSE 2
#define MEANINGLESS ERROR_IO_PENDING
#define NONE_YET 0xdddddddd
#define MOST_LISTED 64

CRITICAL_SECTION lock;
struct Handle **handles;
unsigned last_handle;

static HANDLE never;
static unsigned last_call;
static BOOL watched;
static unsigned long killed;
static unsigned long fired;

/* Calls */

static unsigned find_handle(HANDLE value) {
	for (unsigned i = 1; value && i <= last_handle; i++) {
		if (handles[i]->value == value) {
			return i;
		}
	}
	return 0;
}

static void argue_handle(struct Call *call, HANDLE value) {
	argue(call, "\"qos_handle\":\"0x%zx\"", (ULONG_PTR)value);
}

static void argue_pointer(struct Call *call, const char *name, const void *pointer) {
	if (pointer) {
		argue(call, "\"%s\":\"0x%zx\"", name, (ULONG_PTR)pointer);
	}
	else {
		argue(call, "\"%s\":null", name);
	}
}

static void argue_size(struct Call *call, const ULONG *size) {
	if (is_readable(size, sizeof(*size))) {
		argue(call, "\"size\":%lu", *size);
	}
	else {
		argue(call, "\"size\":null");
	}
}

static void argue_destination(struct Call *call, const struct sockaddr *destination) {
	struct sockaddr_storage address = { 0 };
	char text[80];
	if (!is_readable(destination, sizeof(struct sockaddr_in))) {
		argue(call, "\"destination\":null");
		return;
	}
	memcpy(&address, destination,
			destination->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	spell(&address, text, sizeof(text));
	argue(call, "\"destination\":\"%s\"", text);
}

static void begin(struct Call *call, HANDLE value) {
	call->about.number = (unsigned)InterlockedIncrement((LONG *)&last_call);
	EnterCriticalSection(&lock);
	call->about.handle = find_handle(value);
	LeaveCriticalSection(&lock);
	write_line("begin", &call->about, "\"arguments\":{%s}", call->arguments);
}

static DWORD do_as_ordered(struct Call *call, HANDLE interruption) {
	struct Order order;
	wait_as_ordered(&call->about, interruption);
	if (find_order("fail", &call->about, &order)) {
		explain(call, "as ordered");
		return (DWORD)number_in(&order, 2, ERROR_GEN_FAILURE);
	}
	return 0;
}

/* Begin a call on a handle: log it, check the handle, do what is ordered. Takes the lock in any case. */
static DWORD enter(struct Call *call, HANDLE value) {
	const char *function = call->about.function;
	BOOL ends_with_handle = !strcmp(function, "QOSRemoveSocketFromFlow") || !strcmp(function, "QOSCancel");
	struct Handle *handle;
	DWORD error;
	begin(call, value);
	EnterCriticalSection(&lock);
	handle = call->about.handle ? handles[call->about.handle] : NULL;
	if (!handle) {
		misuse(&call->about, "%s: %p is not a handle that was ever created", function, value);
		return ERROR_INVALID_HANDLE;
	}
	if (handle->closed) {
		misuse(&call->about, "%s: handle %u used after it was closed", function, call->about.handle);
		return ERROR_INVALID_HANDLE;
	}
	LeaveCriticalSection(&lock);
	error = do_as_ordered(call, ends_with_handle ? handle->closing : never);
	EnterCriticalSection(&lock);
	if (handle->closed) {
		explain(call, "the handle was closed meanwhile");
		return ends_with_handle ? ERROR_OPERATION_ABORTED : ERROR_INVALID_HANDLE;
	}
	return error ? error : handle->dead;
}

static BOOL end(struct Call *call, DWORD error) {
	write_line("end", &call->about,
			"\"arguments\":{%s},\"result\":%s,\"error\":%lu,\"answer\":{%s},"
			"\"added\":%d,\"dropped\":%d,\"text\":\"%s\"",
			call->arguments, error ? "false" : "true", error, call->answer, call->added, call->dropped, call->text);
	SetLastError(error ? error : MEANINGLESS);
	return error ? FALSE : NOT_FALSE;
}

static BOOL leave(struct Call *call, DWORD error) {
	LeaveCriticalSection(&lock);
	return end(call, error);
}

/* Find a flow that a handle may use. */
static DWORD find_flow(struct Call *call, struct Flow **found) {
	struct Flow *flow = flow_of(call->about.flow);
	*found = NULL;
	if (!call->about.flow) {
		explain(call, "0 is no flow");
		return ERROR_INVALID_PARAMETER;
	}
	if (flow && flow->handle != call->about.handle) {
		misuse(&call->about, "%s: flow %u belongs to handle %u, not %u", call->about.function, call->about.flow,
				flow->handle, call->about.handle);
		return ERROR_NOT_FOUND;
	}
	if (!flow && is_foreign(call->about.flow)) {
		misuse(&call->about, "%s: flow %u belongs to another process", call->about.function, call->about.flow);
		return ERROR_NOT_FOUND;
	}
	*found = flow;
	return flow ? 0 : ERROR_NOT_FOUND;
}

/* Find a flow to be asked about. NULL without an error is one of another process. */
static DWORD find_flow_to_query(struct Call *call, struct Flow **found) {
	struct Flow *flow = flow_of(call->about.flow);
	if (handles[call->about.handle]->enumerated && (flow || is_foreign(call->about.flow))) {
		*found = flow;
		return 0;
	}
	return find_flow(call, found);
}

/* Orders that are about no call */

static void kill_handles(const struct Order *order) {
	DWORD code = (DWORD)number_in(order, 2, ERROR_DEVICE_REINITIALIZATION_NEEDED);
	for (unsigned i = 1; i <= last_handle; i++) {
		if (!handles[i]->closed && !handles[i]->dead) {
			int count = end_flows(i);
			handles[i]->dead = code;
			cancel_calls_of_handle(i);
			write_line("killed", NULL, "\"handle\":%u,\"dropped\":%d", i, count);
		}
	}
	forget_clients();
}

static void kill_handles_under_lock(const struct Order *order) {
	EnterCriticalSection(&lock);
	kill_handles(order);
	LeaveCriticalSection(&lock);
}

static void fire_under_lock(const struct Order *order) {
	EnterCriticalSection(&lock);
	fire(order);
	LeaveCriticalSection(&lock);
}

static DWORD WINAPI watch(void *unused) {
	(void)unused;
	for (;;) {
		DWORD next;
		each_new_order("kill-handles", &killed, kill_handles_under_lock);
		each_new_order("fire", &fired, fire_under_lock);
		EnterCriticalSection(&lock);
		follow_policy();
		next = complete_due();
		LeaveCriticalSection(&lock);
		Sleep(next < WATCH_MILLISECONDS ? next : WATCH_MILLISECONDS);
	}
	return 0;
}

/* Sockets need it, and our orders need somebody to look at them. Not in DllMain, where neither is allowed. */
static void start(void) {
	if (!watched) {
		WSADATA data;
		HMODULE self;
		watched = TRUE;
		WSAStartup(MAKEWORD(2, 2), &data);
		/* The thread stays, so its code has to. */
		GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (char *)&watch,
				&self);
		CloseHandle(CreateThread(NULL, 0, watch, NULL, 0, NULL));
	}
}

/* The eleven functions */

static DWORD create(struct Call *call, HANDLE *result) {
	struct Handle *handle = calloc(1, sizeof(*handle));
	struct Handle **larger = realloc(handles, (last_handle + 2) * sizeof(*handles));
	start();
	if (larger) {
		handles = larger;
	}
	if (!handle || !larger || !open_handle(&handle->value)) {
		free(handle);
		return ERROR_NO_SYSTEM_RESOURCES;
	}
	handle->closing = CreateEventA(NULL, TRUE, FALSE, NULL);
	handles[++last_handle] = handle;
	call->about.handle = last_handle;
	*result = handle->value;
	answer(call, "\"qos_handle\":\"0x%zx\"", (ULONG_PTR)handle->value);
	return 0;
}

BOOL WINAPI StandInCreateHandle(PQOS_VERSION version, PHANDLE result) {
	struct Call call = { .about.function = "QOSCreateHandle", .about.operation = -1 };
	DWORD error;
	if (is_readable(version, sizeof(*version))) {
		argue(&call, "\"version\":\"%u.%u\"", version->MajorVersion, version->MinorVersion);
	}
	else {
		argue(&call, "\"version\":null");
		version = NULL;
	}
	begin(&call, NULL);
	error = do_as_ordered(&call, never);
	if (!error && (!version || version->MajorVersion != 1 || version->MinorVersion != 0
			|| !is_readable(result, sizeof(*result)))) {
		error = ERROR_INVALID_PARAMETER;
	}
	EnterCriticalSection(&lock);
	return leave(&call, error ? error : create(&call, result));
}

static void close(struct Call *call, struct Handle *handle) {
	call->dropped = end_flows(call->about.handle);
	cancel_calls_of_handle(call->about.handle);
	handle->closed = TRUE;
	SetEvent(handle->closing);
	answer_tracked(call);
}

BOOL WINAPI StandInCloseHandle(HANDLE value) {
	struct Call call = { .about.function = "QOSCloseHandle", .about.operation = -1 };
	DWORD error;
	argue_handle(&call, value);
	begin(&call, value);
	error = do_as_ordered(&call, never);
	EnterCriticalSection(&lock);
	if (!call.about.handle) {
		misuse(&call.about, "QOSCloseHandle: %p is not a handle that was ever created", value);
		error = ERROR_INVALID_PARAMETER;
	}
	else if (handles[call.about.handle]->closed) {
		misuse(&call.about, "QOSCloseHandle: handle %u closed twice", call.about.handle);
		error = ERROR_INVALID_PARAMETER;
	}
	else {
		/* Also where it is ordered to fail. */
		close(&call, handles[call.about.handle]);
	}
	return leave(&call, error);
}

/* Check a destination against a socket, and return to whom it is going to send. */
static DWORD choose_remote(struct Call *call, const struct sockaddr *destination, const struct Socket *socket,
		struct sockaddr_storage *remote) {
	DWORD error;
	*remote = socket->remote;
	if (!destination) {
		if (!remote->ss_family) {
			explain(call, "the socket is not connected, and there is no destination");
		}
		return remote->ss_family ? 0 : ERROR_INVALID_PARAMETER;
	}
	error = read_address(call, destination, remote);
	if (error) {
		return error;
	}
	if (remote->ss_family != socket->family) {
		explain(call, "the destination is not of the socket's family");
		return ERROR_INVALID_PARAMETER;
	}
	if (!port_of(remote)) {
		explain(call, "the destination has no port");
		return ERROR_INVALID_PARAMETER;
	}
	if (socket->remote.ss_family && !same_endpoint(&socket->remote, remote)) {
		explain(call, "the socket is connected to another peer");
		return ERROR_INVALID_PARAMETER;
	}
	return 0;
}

/* Find or make the flow that a socket is to be added to. */
static DWORD choose_flow(struct Call *call, int type, struct Flow **flow) {
	BOOL adaptive = !(call->about.flags & QOS_NON_ADAPTIVE_FLOW);
	if (call->about.flow) {
		if (find_flow(call, flow)) {
			return ERROR_INVALID_PARAMETER;
		}
		if (adaptive || (*flow)->adaptive) {
			explain(call, "only non-adaptive flows can be joined, with the flag");
			return ERROR_INVALID_PARAMETER;
		}
		return 0;
	}
	if (type < 0 || type > QOSTrafficTypeControl) {
		return ERROR_INVALID_PARAMETER;
	}
	*flow = open_flow(call->about.handle, type, adaptive);
	call->added = *flow != NULL;
	return *flow ? 0 : ERROR_NOT_ENOUGH_MEMORY;
}

static void mark_first(struct Call *call, SOCKET number, const struct Socket *socket, Inode inode) {
	int dscp = dscp_of_socket(inode), refused = mark_directly(number, dscp);
	/* Wine does not know the option for IPv6. */
	if (socket->family == AF_INET6 && !is_mapped(&socket->remote)) {
		mark_again(inode);
	}
	if (refused) {
		explain(call, "Winsock refuses the mark with %d", refused);
	}
}

static DWORD add(struct Call *call, SOCKET number, const struct sockaddr *destination, int type) {
	struct Socket socket;
	struct sockaddr_storage remote;
	struct Flow *flow;
	char local_text[80], remote_text[80];
	Inode inode;
	DWORD error = look_at(call, number, &socket);
	if (!error) {
		error = choose_remote(call, destination, &socket, &remote);
	}
	if (!error && is_ordered("refuse-loopback") && is_own(&socket.local, &remote)) {
		error = ERROR_NOT_FOUND;
	}
	if (!error) {
		error = choose_flow(call, type, &flow);
	}
	if (error) {
		return error;
	}
	inode = find_inode(number, &socket);
	error = add_to_flow(flow, inode, &remote);
	if (error) {
		return error;
	}
	if (!flow->adaptive) {
		mark_first(call, number, &socket, inode);
	}
	call->about.flow = flow->id;
	spell(&socket.local, local_text, sizeof(local_text));
	spell(&remote, remote_text, sizeof(remote_text));
	answer(call, "\"flow\":%u,\"protocol\":\"%s\",\"local\":\"%s\",\"remote\":\"%s\",\"dscp\":%d,\"inode\":%llu,"
			"\"sockets\":%u,\"peers\":%u", flow->id, socket.stream ? "tcp" : "udp", local_text, remote_text,
			dscp_in_force(flow), inode, flow->members, count_peers(flow));
	return 0;
}

BOOL WINAPI StandInAddSocketToFlow(HANDLE value, SOCKET number, PSOCKADDR destination, QOS_TRAFFIC_TYPE type,
		DWORD flags, PQOS_FLOWID id) {
	struct Call call = { .about.function = "QOSAddSocketToFlow", .about.operation = -1, .about.flags = flags };
	DWORD error;
	argue_handle(&call, value);
	argue(&call, "\"socket\":%zu", (ULONG_PTR)number);
	argue_destination(&call, destination);
	argue(&call, "\"type\":%d,\"flags\":%lu", type, flags);
	if (is_readable(id, sizeof(*id))) {
		call.about.flow = *id;
		argue(&call, "\"flow\":%u", *id);
	}
	else {
		argue(&call, "\"flow\":null");
		id = NULL;
	}
	error = enter(&call, value);
	if (!error && (!id || flags & ~(DWORD)QOS_NON_ADAPTIVE_FLOW)) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error) {
		error = add(&call, number, destination, type);
	}
	if (id) {
		*id = error ? NONE_YET : call.about.flow;
	}
	return leave(&call, error);
}

/* Take one socket out of a flow, or the flow itself. */
static DWORD remove_from_flow(struct Call *call, struct Flow *flow, SOCKET number) {
	struct Socket socket;
	DWORD error;
	if (!number) {
		end_flow(flow);
		return 0;
	}
	error = look_at(call, number, &socket);
	return error ? error : take_out_of_flow(flow, find_inode(number, &socket)) ? 0 : ERROR_NOT_FOUND;
}

BOOL WINAPI StandInRemoveSocketFromFlow(HANDLE value, SOCKET number, QOS_FLOWID id, DWORD flags) {
	struct Call call = { .about.function = "QOSRemoveSocketFromFlow", .about.operation = -1, .about.flow = id,
			.about.flags = flags };
	struct Flow *flow = NULL;
	DWORD error;
	argue_handle(&call, value);
	argue(&call, "\"socket\":%zu,\"flow\":%u,\"flags\":%lu", (ULONG_PTR)number, id, flags);
	error = enter(&call, value);
	if (!error && flags) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error) {
		error = find_flow(&call, &flow) ? ERROR_NOT_FOUND : 0;
		if (!flow && !flow_of(id) && was_flow_of(id, call.about.handle)) {
			misuse(&call.about, "QOSRemoveSocketFromFlow: flow %u removed twice", id);
		}
	}
	if (!error) {
		error = remove_from_flow(&call, flow, number);
		call.dropped = !flow->open;
		answer(&call, "\"sockets\":%u,\"peers\":%u", flow->members, count_peers(flow));
	}
	return leave(&call, error);
}

static BOOL is_valid_rate(const QOS_FLOWRATE_OUTGOING *rate) {
	return (int)rate->ShapingBehavior >= QOSShapeOnly && rate->ShapingBehavior <= QOSUseNonConformantMarkings
			&& (int)rate->Reason >= QOSFlowRateNotApplicable && rate->Reason <= QOSFlowRateUserCaused;
}

static DWORD check_value(struct Call *call, const struct Flow *flow, const void *value) {
	DWORD number = *(const DWORD *)value;
	switch (call->about.operation) {
		case QOSSetTrafficType:
			return number <= QOSTrafficTypeControl ? 0 : ERROR_INVALID_PARAMETER;
		case QOSSetOutgoingRate:
			return is_valid_rate(value) ? 0 : ERROR_INVALID_PARAMETER;
		default:
			return number > 63 ? ERROR_INVALID_PARAMETER
					: is_ordered("drop-privileges") ? ERROR_ACCESS_DENIED
					: flow->adaptive ? ERROR_NOT_SUPPORTED : 0;
	}
}

static void argue_value(struct Call *call, ULONG size, const void *buffer) {
	static const ULONG sizes[] = { sizeof(QOS_TRAFFIC_TYPE), sizeof(QOS_FLOWRATE_OUTGOING), sizeof(DWORD) };
	unsigned operation = (unsigned)call->about.operation;
	if (operation > 2 || size != sizes[operation] || !is_readable(buffer, size)) {
		argue(call, "\"value\":null");
	}
	else if (operation == QOSSetOutgoingRate) {
		const QOS_FLOWRATE_OUTGOING *rate = buffer;
		argue(call, "\"bandwidth\":%llu,\"shaping\":%d,\"reason\":%d", rate->Bandwidth, rate->ShapingBehavior,
				rate->Reason);
	}
	else {
		argue(call, "\"value\":%lu", *(const DWORD *)buffer);
	}
}

static DWORD set(struct Call *call, ULONG size, void *buffer, OVERLAPPED *overlapped) {
	static const ULONG sizes[] = { sizeof(QOS_TRAFFIC_TYPE), sizeof(QOS_FLOWRATE_OUTGOING), sizeof(DWORD) };
	struct Pending pending = { .overlapped = overlapped, .buffer = buffer, .buffer_size = size };
	struct Flow *flow;
	DWORD error;
	if (call->about.flags || (unsigned)call->about.operation > 2 || size != sizes[call->about.operation]
			|| !is_readable(buffer, size) || (overlapped && !is_readable(overlapped, sizeof(*overlapped)))) {
		return ERROR_INVALID_PARAMETER;
	}
	error = find_flow(call, &flow);
	if (!error) {
		error = check_value(call, flow, buffer);
	}
	if (error) {
		return error;
	}
	memcpy(pending.data, buffer, size);
	return perform(call, &pending, FALSE);
}

BOOL WINAPI StandInSetFlow(HANDLE value, QOS_FLOWID id, QOS_SET_FLOW operation, ULONG size, PVOID buffer, DWORD flags,
		LPOVERLAPPED overlapped) {
	struct Call call = { .about.function = "QOSSetFlow", .about.operation = operation, .about.flow = id,
			.about.flags = flags };
	DWORD error;
	argue_handle(&call, value);
	argue(&call, "\"flow\":%u,\"operation\":%d,\"size\":%lu,\"flags\":%lu", id, operation, size, flags);
	argue_value(&call, size, buffer);
	argue_pointer(&call, "overlapped", overlapped);
	error = enter(&call, value);
	return leave(&call, error ? error : set(&call, size, buffer, overlapped));
}

static DWORD query(struct Call *call, ULONG *size, void *buffer, OVERLAPPED *overlapped) {
	static const ULONG sizes[] = { sizeof(QOS_FLOW_FUNDAMENTALS), sizeof(QOS_PACKET_PRIORITY), sizeof(UINT64) };
	int operation = call->about.operation;
	struct Pending pending = { .overlapped = overlapped, .buffer = buffer, .is_output = TRUE, .size = size };
	struct Flow *flow;
	DWORD error;
	if ((unsigned)operation > 2 || !is_readable(size, sizeof(*size))
			|| call->about.flags & ~(DWORD)(operation == QOSQueryFlowFundamentals ? QOS_QUERYFLOW_FRESH : 0)
			|| (overlapped && !is_readable(overlapped, sizeof(*overlapped)))) {
		return ERROR_INVALID_PARAMETER;
	}
	error = find_flow_to_query(call, &flow);
	if (!error && operation == QOSQueryFlowFundamentals && (!flow || !flow->adaptive)) {
		error = ERROR_NOT_SUPPORTED;
	}
	if (!error && *size < sizes[operation]) {
		*size = sizes[operation];
		answer(call, "\"size\":%lu", *size);
		error = ERROR_INSUFFICIENT_BUFFER;
	}
	if (!error && !is_readable(buffer, sizes[operation])) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (error) {
		return error;
	}
	pending.buffer_size = sizes[operation];
	return perform(call, &pending, FALSE);
}

BOOL WINAPI StandInQueryFlow(HANDLE value, QOS_FLOWID id, QOS_QUERY_FLOW operation, PULONG size, PVOID buffer,
		DWORD flags, LPOVERLAPPED overlapped) {
	struct Call call = { .about.function = "QOSQueryFlow", .about.operation = operation, .about.flow = id,
			.about.flags = flags };
	DWORD error;
	argue_handle(&call, value);
	argue(&call, "\"flow\":%u,\"operation\":%d,\"flags\":%lu", id, operation, flags);
	argue_size(&call, size);
	argue_pointer(&call, "overlapped", overlapped);
	error = enter(&call, value);
	return leave(&call, error ? error : query(&call, size, buffer, overlapped));
}

/* What a call does when it completes. */
DWORD carry_out(struct Call *call, struct Pending *pending) {
	struct Flow *flow;
	DWORD error;
	if (!strcmp(call->about.function, "QOSNotifyFlow")) {
		return 0;
	}
	if (!strcmp(call->about.function, "QOSSetFlow")) {
		error = find_flow(call, &flow);
		return error ? error : set_value(call, flow, pending->data);
	}
	error = find_flow_to_query(call, &flow);
	if (!error) {
		error = query_value(call, flow, pending->data);
	}
	if (!error) {
		answer(call, "\"size\":%lu", pending->buffer_size);
	}
	return error;
}

static DWORD notify(struct Call *call, ULONG *size, void *buffer, OVERLAPPED *overlapped) {
	struct Pending pending = { .overlapped = overlapped, .buffer = buffer, .size = size };
	struct Flow *flow;
	DWORD error;
	if (call->about.flags || (unsigned)call->about.operation > 2
			|| (overlapped && !is_readable(overlapped, sizeof(*overlapped)))) {
		return ERROR_INVALID_PARAMETER;
	}
	if (call->about.operation == QOSNotifyAvailable ? !is_readable(size, sizeof(*size)) || *size != sizeof(UINT64)
			|| !is_readable(buffer, sizeof(UINT64)) : size || buffer) {
		return ERROR_INVALID_PARAMETER;
	}
	error = find_flow(call, &flow);
	if (error) {
		return error;
	}
	if (!flow->adaptive) {
		return ERROR_NOT_SUPPORTED;
	}
	if (is_pending(&call->about)) {
		return ERROR_ALREADY_EXISTS;
	}
	if (call->about.operation == QOSNotifyAvailable) {
		UINT64 rate = flow->rate_state == RATE_IN_FORCE ? flow->rate.Bandwidth : 0;
		memcpy(pending.data, buffer, sizeof(UINT64));
		pending.buffer_size = sizeof(UINT64);
		if (*(UINT64 *)buffer <= rate) {
			explain(call, "the flow's rate is %llu already", rate);
			return ERROR_INVALID_PARAMETER;
		}
	}
	return perform(call, &pending, TRUE);
}

BOOL WINAPI StandInNotifyFlow(HANDLE value, QOS_FLOWID id, QOS_NOTIFY_FLOW operation, PULONG size, PVOID buffer,
		DWORD flags, LPOVERLAPPED overlapped) {
	struct Call call = { .about.function = "QOSNotifyFlow", .about.operation = operation, .about.flow = id,
			.about.flags = flags };
	DWORD error;
	argue_handle(&call, value);
	argue(&call, "\"flow\":%u,\"operation\":%d,\"flags\":%lu", id, operation, flags);
	argue_size(&call, size);
	if (is_readable(buffer, sizeof(UINT64))) {
		argue(&call, "\"target\":%llu", *(UINT64 *)buffer);
	}
	else {
		argue(&call, "\"target\":null");
	}
	argue_pointer(&call, "overlapped", overlapped);
	error = enter(&call, value);
	return leave(&call, error ? error : notify(&call, size, buffer, overlapped));
}

BOOL WINAPI StandInCancel(HANDLE value, LPOVERLAPPED overlapped) {
	struct Call call = { .about.function = "QOSCancel", .about.operation = -1 };
	DWORD error;
	EnterCriticalSection(&lock);
	call.about.flow = overlapped ? flow_of_call(find_handle(value), overlapped) : 0;
	LeaveCriticalSection(&lock);
	argue_handle(&call, value);
	argue_pointer(&call, "overlapped", overlapped);
	error = enter(&call, value);
	if (!error && !is_readable(overlapped, sizeof(*overlapped))) {
		error = ERROR_INVALID_PARAMETER;
	}
	return leave(&call, error ? error : cancel_call(call.about.handle, overlapped));
}

static DWORD enumerate(struct Call *call, ULONG *size, QOS_FLOWID *ids) {
	char list[TEXT_SIZE] = "";
	ULONG needed = list_flows(NULL, 0) * sizeof(*ids);
	if (needed > *size) {
		*size = needed;
		answer(call, "\"size\":%lu", needed);
		grow_enumeration();
		return ERROR_INSUFFICIENT_BUFFER;
	}
	if (!is_readable(ids, needed)) {
		return ERROR_INVALID_PARAMETER;
	}
	list_flows(ids, needed / sizeof(*ids));
	for (ULONG i = 0; i < needed / sizeof(*ids) && i < MOST_LISTED; i++) {
		size_t length = strlen(list);
		snprintf(list + length, sizeof(list) - length, "%s%u", i ? "," : "", ids[i]);
	}
	*size = needed;
	answer(call, "\"size\":%lu,\"flows\":[%s]", needed, list);
	handles[call->about.handle]->enumerated = TRUE;
	return 0;
}

BOOL WINAPI StandInEnumerateFlows(HANDLE value, PULONG size, PVOID buffer) {
	struct Call call = { .about.function = "QOSEnumerateFlows", .about.operation = -1 };
	DWORD error;
	argue_handle(&call, value);
	argue_size(&call, size);
	error = enter(&call, value);
	if (!error && (!is_readable(size, sizeof(*size)) || !buffer)) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error && is_ordered("drop-privileges")) {
		error = ERROR_ACCESS_DENIED;
	}
	return leave(&call, error ? error : enumerate(&call, size, buffer));
}

BOOL WINAPI StandInStartTrackingClient(HANDLE value, PSOCKADDR destination, DWORD flags) {
	struct Call call = { .about.function = "QOSStartTrackingClient", .about.operation = -1, .about.flags = flags };
	DWORD error;
	argue_handle(&call, value);
	argue_destination(&call, destination);
	argue(&call, "\"flags\":%lu", flags);
	error = enter(&call, value);
	return leave(&call, error ? error : start_tracking(&call, destination));
}

BOOL WINAPI StandInStopTrackingClient(HANDLE value, PSOCKADDR destination, DWORD flags) {
	struct Call call = { .about.function = "QOSStopTrackingClient", .about.operation = -1, .about.flags = flags };
	DWORD error;
	argue_handle(&call, value);
	argue_destination(&call, destination);
	argue(&call, "\"flags\":%lu", flags);
	error = enter(&call, value);
	return leave(&call, error ? error : stop_tracking(&call, destination));
}

/* Loading and unloading */

static void report_what_is_left(void) {
	end_log();
	for (unsigned i = 1; i <= last_handle; i++) {
		if (!handles[i]->closed) {
			misuse(NULL, "left behind: handle %u", i);
		}
	}
	for (struct Flow *flow = newest_flow; flow; flow = flow->older) {
		misuse(NULL, "left behind: flow %u of handle %u", flow->id, flow->handle);
	}
	write_text("unloaded", NULL, "%u handles, %u calls, %u misuses", last_handle, last_call, count_misuses());
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved) {
	char path[MAX_PATH];
	(void)reserved;
	if (reason == DLL_PROCESS_ATTACH) {
		DisableThreadLibraryCalls(module);
		InitializeCriticalSection(&lock);
		never = CreateEventA(NULL, TRUE, FALSE, NULL);
		open_log();
		open_orders();
		GetModuleFileNameA(module, path, sizeof(path));
		write_text("loaded", NULL, "%s", path);
	}
	else if (reason == DLL_PROCESS_DETACH) {
		report_what_is_left();
	}
	return TRUE;
}

/* The functions are what the header declares. */
#define SAME(function, stand_in)                                                                                       \
	_Static_assert(__builtin_types_compatible_p(__typeof__(function), __typeof__(stand_in)), #function)
SAME(QOSAddSocketToFlow, StandInAddSocketToFlow);
SAME(QOSCancel, StandInCancel);
SAME(QOSCloseHandle, StandInCloseHandle);
SAME(QOSCreateHandle, StandInCreateHandle);
SAME(QOSEnumerateFlows, StandInEnumerateFlows);
SAME(QOSNotifyFlow, StandInNotifyFlow);
SAME(QOSQueryFlow, StandInQueryFlow);
SAME(QOSRemoveSocketFromFlow, StandInRemoveSocketFromFlow);
SAME(QOSSetFlow, StandInSetFlow);
SAME(QOSStartTrackingClient, StandInStartTrackingClient);
SAME(QOSStopTrackingClient, StandInStopTrackingClient);
