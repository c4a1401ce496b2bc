/*
 * A stand-in for qwave.dll. It validates its arguments as the vendor documents, marks the real sockets that it is
 * given, keeps a log of every call, and fails or hangs where a control file tells it to.
 *
 * Environment:
 *   QWAVE_LOG      file to which it appends one JSON object per line
 *   QWAVE_CONTROL  file with orders, one per line, read at each call:
 *                    fail FUNCTION CODE         every call of the function fails with the code
 *                    hang FUNCTION MILLISECONDS every call of the function takes so long
 *                    refuse-loopback            QOSAddSocketToFlow answers 1168 for peers on this machine
 *                    drop-privileges            what needs a privilege fails with 5
 *                    kill-handles NUMBER CODE   once for each new NUMBER: all handles die, as in sleep, and so do
 *                                               their marks. Calls on them fail with CODE from then on
 *                    notify NUMBER              once for each new NUMBER: the oldest waiting notification of each
 *                                               handle comes true
 *   QWAVE_HELPER   UDP port on 127.0.0.1 of the helper that finds sockets again and marks them from outside
 *
 * The SOCKET of a call may be closed as soon as the call has returned, and its number may then belong to another
 * socket. A duplicate of our own would keep the connection open. So a socket is remembered by the number that the
 * operating system below Wine knows it by (its inode, which the helper finds by the socket's addresses), and its mark
 * is changed and taken away through the helper.
 */
#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef UINT32 QOS_FLOWID, *PQOS_FLOWID;
#include <qos2.h>

/* What the header leaves out. */
#define QOS_NON_ADAPTIVE_FLOW 0x2
#define QOS_QUERYFLOW_FRESH 0x1

#define MOST_HANDLES 8192
#define MOST_FLOWS 65536
#define MOST_SOCKETS 64
#define MOST_CLIENTS 64
#define KINDS_OF_NOTIFICATION 3
#define WATCH_MILLISECONDS 25
#define SIZE 1024

/* Below Wine a socket has a number that is never another's while it lives. 0 is none. */
typedef unsigned long long Inode;

struct Peer {
	BOOL stream;
	struct sockaddr_storage local;
	struct sockaddr_storage remote;
};

struct Flow {
	BOOL open;
	BOOL adaptive;
	unsigned handle;
	int type;
	int dscp;
	UINT64 rate;
	unsigned sockets;
	Inode inodes[MOST_SOCKETS];
	OVERLAPPED *notifications[KINDS_OF_NOTIFICATION];
};

struct Handle {
	/* Stays open after QOSCloseHandle, so that the value never becomes that of another handle. */
	HANDLE value;
	HANDLE other_end;
	BOOL closed;
	DWORD dead;
	unsigned clients;
	struct sockaddr_storage tracked[MOST_CLIENTS];
	char unread[16];
};

struct Call {
	const char *function;
	unsigned number;
	unsigned handle;
	QOS_FLOWID flow;
	int dropped;
	char detail[SIZE];
};

static CRITICAL_SECTION lock;
static CRITICAL_SECTION log_lock;
static HANDLE log_file = INVALID_HANDLE_VALUE;
static SOCKET helper = INVALID_SOCKET;
static unsigned helper_requests;
static unsigned calls;
static unsigned misuses;
static struct Handle handles[MOST_HANDLES + 1];
static unsigned last_handle;
static struct Flow *flows[MOST_FLOWS + 1];
static QOS_FLOWID last_flow;
static BOOL watched;
static BOOL ending;
static long killed;
static long notified;

/* Log */

static void escape(char *target, size_t size, const char *text) {
	size_t length = 0;
	for (; *text && length + 3 < size; text++) {
		if (*text == '"' || *text == '\\') {
			target[length++] = '\\';
		}
		target[length++] = *text;
	}
	target[length] = 0;
}

static void write_line(const char *event, const struct Call *call, const char *rest) {
	char line[4 * SIZE], about[SIZE] = "";
	SYSTEMTIME now;
	DWORD written;
	if (call) {
		snprintf(about, sizeof(about), ",\"call\":%u,\"function\":\"%s\",\"handle\":%u,\"flow\":%u,\"dropped\":%d",
				call->number, call->function, call->handle, call->flow, call->dropped);
	}
	GetSystemTime(&now);
	snprintf(line, sizeof(line),
			"{\"time\":\"%02d:%02d:%02d.%03d\",\"process\":%lu,\"thread\":%lu,\"event\":\"%s\"%s,%s}\n", now.wHour,
			now.wMinute, now.wSecond, now.wMilliseconds, GetCurrentProcessId(), GetCurrentThreadId(), event, about, rest);
	/* At the end of the process the other threads are gone, perhaps with the lock. */
	if (!ending) {
		EnterCriticalSection(&log_lock);
	}
	WriteFile(log_file, line, (DWORD)strlen(line), &written, NULL);
	if (!ending) {
		LeaveCriticalSection(&log_lock);
	}
}

static void write_text(const char *event, const struct Call *call, const char *format, ...) {
	char text[SIZE], escaped[2 * SIZE], rest[3 * SIZE];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	escape(escaped, sizeof(escaped), text);
	snprintf(rest, sizeof(rest), "\"text\":\"%s\"", escaped);
	write_line(event, call, rest);
}

static void misuse(const struct Call *call, const char *format, ...) {
	char text[SIZE];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	misuses++;
	write_text("misuse", call, "%s", text);
}

/* Control */

static char *read_control(char *buffer, DWORD size) {
	char path[MAX_PATH];
	DWORD length = GetEnvironmentVariableA("QWAVE_CONTROL", path, sizeof(path));
	HANDLE file;
	DWORD got = 0;
	*buffer = 0;
	if (!length || length >= sizeof(path)) {
		return buffer;
	}
	file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
			0, NULL);
	if (file != INVALID_HANDLE_VALUE) {
		ReadFile(file, buffer, size - 1, &got, NULL);
		CloseHandle(file);
	}
	buffer[got] = 0;
	return buffer;
}

/* Find an order, and its first two arguments as numbers if they are numbers. */
static BOOL ordered(const char *order, const char *function, long *first, long *second) {
	char control[4096];
	char *line, *rest = read_control(control, sizeof(control));
	while ((line = strtok_s(rest, "\r\n", &rest)) != NULL) {
		char verb[64] = "", subject[64] = "", number[64] = "";
		if (sscanf(line, "%63s %63s %63s", verb, subject, number) < 1 || strcmp(verb, order)
				|| (function && strcmp(subject, function))) {
			continue;
		}
		if (first) {
			*first = strtol(function ? number : subject, NULL, 10);
		}
		if (second) {
			*second = strtol(number, NULL, 10);
		}
		return TRUE;
	}
	return FALSE;
}

/* Calls */

static unsigned find_handle(HANDLE value) {
	for (unsigned i = 1; i <= last_handle; i++) {
		if (handles[i].value == value) {
			return i;
		}
	}
	return 0;
}

static BOOL finish(struct Call *call, DWORD error) {
	char escaped[2 * SIZE], rest[3 * SIZE];
	escape(escaped, sizeof(escaped), call->detail);
	snprintf(rest, sizeof(rest), "\"result\":%s,\"error\":%lu,\"text\":\"%s\"", error ? "false" : "true", error,
			escaped);
	write_line("end", call, rest);
	SetLastError(error);
	return !error;
}

static void detail(struct Call *call, const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(call->detail, sizeof(call->detail), format, arguments);
	va_end(arguments);
}

/* Log the beginning of a call, and do what is ordered for it: hang, then fail. */
static DWORD begin(struct Call *call, const char *function, HANDLE handle, const char *format, ...) {
	char text[SIZE];
	long value;
	va_list arguments;
	memset(call, 0, sizeof(*call));
	call->function = function;
	call->number = (unsigned)InterlockedIncrement((LONG *)&calls);
	EnterCriticalSection(&lock);
	call->handle = find_handle(handle);
	LeaveCriticalSection(&lock);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	write_text("begin", call, "%s", text);
	if (ordered("hang", function, &value, NULL)) {
		Sleep((DWORD)value);
	}
	if (ordered("fail", function, &value, NULL)) {
		detail(call, "as ordered");
		return (DWORD)value;
	}
	return 0;
}

/* Check the handle of a call. Called under the lock. */
static DWORD check_handle(struct Call *call, HANDLE value) {
	if (!call->handle) {
		misuse(call, "%s: %p is not a handle that was ever created", call->function, value);
		return ERROR_INVALID_HANDLE;
	}
	if (handles[call->handle].closed) {
		misuse(call, "%s: handle %u used after it was closed", call->function, call->handle);
		return ERROR_INVALID_HANDLE;
	}
	return handles[call->handle].dead;
}

/* Find a flow of this handle. Called under the lock. */
static struct Flow *find_flow(struct Call *call, QOS_FLOWID id) {
	struct Flow *flow = id && id <= last_flow ? flows[id] : NULL;
	call->flow = id;
	if (flow && flow->handle != call->handle) {
		misuse(call, "%s: flow %u belongs to handle %u, not %u", call->function, id, flow->handle, call->handle);
		return NULL;
	}
	return flow && flow->open ? flow : NULL;
}

/* Sockets */

static BOOL is_mapped(const struct sockaddr_storage *address) {
	return address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&((struct sockaddr_in6 *)address)->sin6_addr);
}

static USHORT port_of(const struct sockaddr_storage *address) {
	return ntohs(((struct sockaddr_in *)address)->sin_port);
}

/* Write an address as sixteen bytes, IPv4 ones mapped. */
static void bytes_of(const struct sockaddr_storage *address, unsigned char bytes[16]) {
	memset(bytes, 0, 16);
	if (address->ss_family == AF_INET6) {
		memcpy(bytes, &((struct sockaddr_in6 *)address)->sin6_addr, 16);
	}
	else if (address->ss_family == AF_INET) {
		bytes[10] = bytes[11] = 0xff;
		memcpy(bytes + 12, &((struct sockaddr_in *)address)->sin_addr, 4);
	}
}

static BOOL same_address(const struct sockaddr_storage *one, const struct sockaddr_storage *other) {
	unsigned char a[16], b[16];
	bytes_of(one, a);
	bytes_of(other, b);
	return !memcmp(a, b, 16);
}

static BOOL is_own(const struct sockaddr_storage *local, const struct sockaddr_storage *remote) {
	unsigned char bytes[16];
	static const unsigned char loopback[16] = { [15] = 1 };
	bytes_of(remote, bytes);
	return !memcmp(bytes, loopback, 16) || (bytes[10] == 0xff && bytes[11] == 0xff && bytes[12] == 127)
			|| same_address(local, remote);
}

static void spell(const struct sockaddr_storage *address, char *text, size_t size) {
	char host[64] = "?";
	if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &((struct sockaddr_in *)address)->sin_addr, host, sizeof(host));
	}
	else if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)address)->sin6_addr, host, sizeof(host));
	}
	else {
		snprintf(text, size, "none");
		return;
	}
	snprintf(text, size, "%s port %u", host, port_of(address));
}

/* Send one line to the helper and read its answer: a number, or 0 where there is none. */
static Inode ask_helper(const char *format, ...) {
	char text[SIZE], request[2 * SIZE], answer[64], port[16];
	struct sockaddr_in address = { .sin_family = AF_INET };
	DWORD patience = 1000;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!GetEnvironmentVariableA("QWAVE_HELPER", port, sizeof(port))) {
		return 0;
	}
	if (helper == INVALID_SOCKET) {
		address.sin_port = htons((USHORT)atoi(port));
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		helper = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
		setsockopt(helper, SOL_SOCKET, SO_RCVTIMEO, (char *)&patience, sizeof(patience));
		connect(helper, (struct sockaddr *)&address, sizeof(address));
	}
	helper_requests++;
	snprintf(request, sizeof(request), "%u %s", helper_requests, text);
	if (send(helper, request, (int)strlen(request), 0) > 0) {
		int length;
		while ((length = recv(helper, answer, sizeof(answer) - 1, 0)) > 0) {
			unsigned number = 0;
			Inode value = 0;
			answer[length] = 0;
			/* An answer that came too late belongs to an earlier question. */
			if (sscanf(answer, "%u %llu", &number, &value) == 2 && number == helper_requests) {
				return value;
			}
		}
	}
	write_text("trouble", NULL, "the helper does not answer: %s", text);
	return 0;
}

static Inode find_inode(const struct Peer *peer) {
	unsigned char local[16], remote[16];
	char text[80];
	bytes_of(&peer->local, local);
	bytes_of(&peer->remote, remote);
	for (int i = 0; i < 16; i++) {
		snprintf(text + 2 * i, 3, "%02x", local[i]);
		snprintf(text + 40 + 2 * i, 3, "%02x", remote[i]);
	}
	text[32] = 0;
	return ask_helper("find %s %s %u %s %u", peer->stream ? "tcp" : "udp", text, port_of(&peer->local), text + 40,
			peer->remote.ss_family ? port_of(&peer->remote) : 0);
}

/* The mark of a socket is that of its newest flow. Called under the lock. */
static int mark_of(Inode inode) {
	for (QOS_FLOWID id = last_flow; id > 0; id--) {
		struct Flow *flow = flows[id];
		for (unsigned i = 0; flow && flow->open && i < flow->sockets; i++) {
			if (flow->inodes[i] == inode) {
				return flow->dscp;
			}
		}
	}
	return 0;
}

static void mark_again(Inode inode) {
	if (inode) {
		ask_helper("mark %llu %d", inode, mark_of(inode) << 2);
	}
}

static void mark_flow_again(struct Flow *flow) {
	for (unsigned i = 0; i < flow->sockets; i++) {
		mark_again(flow->inodes[i]);
	}
}

static int dscp_of(int type) {
	static const int dscp[] = { 0, 8, 40, 40, 56, 56 };
	return dscp[type];
}

/* Find out what a SOCKET is. */
static DWORD look_at(struct Call *call, SOCKET number, struct Peer *peer) {
	int type = 0, size = sizeof(type);
	memset(peer, 0, sizeof(*peer));
	if (getsockopt(number, SOL_SOCKET, SO_TYPE, (char *)&type, &size)) {
		misuse(call, "%s: 0x%Ix is not a socket", call->function, (ULONG_PTR)number);
		return ERROR_INVALID_PARAMETER;
	}
	if (type != SOCK_STREAM && type != SOCK_DGRAM) {
		return ERROR_INVALID_PARAMETER;
	}
	peer->stream = type == SOCK_STREAM;
	size = sizeof(peer->local);
	getsockname(number, (struct sockaddr *)&peer->local, &size);
	size = sizeof(peer->remote);
	if (getpeername(number, (struct sockaddr *)&peer->remote, &size) || !port_of(&peer->remote)) {
		memset(&peer->remote, 0, sizeof(peer->remote));
	}
	return 0;
}

/* Check a destination against a socket, and take it over where the socket has none. */
static DWORD check_destination(struct Call *call, const struct sockaddr *destination, struct Peer *peer) {
	struct sockaddr_storage address = { 0 };
	if (!destination) {
		if (!peer->remote.ss_family) {
			detail(call, "the socket is not connected, and there is no destination");
			return ERROR_INVALID_PARAMETER;
		}
		return 0;
	}
	if (destination->sa_family != AF_INET && destination->sa_family != AF_INET6) {
		detail(call, "family %d of the destination", destination->sa_family);
		return ERROR_INVALID_PARAMETER;
	}
	memcpy(&address, destination,
			destination->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	if (is_mapped(&address)) {
		detail(call, "the destination is an IPv4-mapped address");
		return ERROR_INVALID_PARAMETER;
	}
	if (peer->local.ss_family && peer->local.ss_family != address.ss_family) {
		detail(call, "the destination is not of the socket's family");
		return ERROR_INVALID_PARAMETER;
	}
	if (!port_of(&address)) {
		detail(call, "the destination has no port");
		return ERROR_INVALID_PARAMETER;
	}
	if (peer->remote.ss_family
			&& (!same_address(&peer->remote, &address) || port_of(&peer->remote) != port_of(&address))) {
		detail(call, "the socket is connected to another peer");
		return ERROR_INVALID_PARAMETER;
	}
	return 0;
}

/* Notifications and other things that take their time */

/* Let a call complete later, through the kernel. Called under the lock. */
static DWORD pend(struct Handle *handle, OVERLAPPED *overlapped) {
	if (ReadFile(handle->value, handle->unread, 1, NULL, overlapped)) {
		return 0;
	}
	return GetLastError();
}

/* Complete the call that has been waiting longest. */
static void complete_oldest(struct Handle *handle) {
	DWORD written;
	WriteFile(handle->other_end, "", 1, &written, NULL);
}

static BOOL is_waiting(OVERLAPPED *overlapped) {
	return overlapped && !HasOverlappedIoCompleted(overlapped);
}

/* Take a flow out of force. Called under the lock. */
static void end_flow(struct Flow *flow) {
	flow->open = FALSE;
	mark_flow_again(flow);
	for (int i = 0; i < KINDS_OF_NOTIFICATION; i++) {
		if (is_waiting(flow->notifications[i])) {
			CancelIoEx(handles[flow->handle].value, flow->notifications[i]);
		}
		flow->notifications[i] = NULL;
	}
}

/* Called under the lock. Returns how many flows that were. */
static int end_flows(unsigned handle) {
	int count = 0;
	for (QOS_FLOWID id = 1; id <= last_flow; id++) {
		if (flows[id] && flows[id]->open && flows[id]->handle == handle) {
			end_flow(flows[id]);
			count++;
		}
	}
	return count;
}

static void kill_handles(DWORD code) {
	for (unsigned i = 1; i <= last_handle; i++) {
		if (!handles[i].closed && !handles[i].dead) {
			int count = end_flows(i);
			handles[i].dead = code ? code : ERROR_DEVICE_REINITIALIZATION_NEEDED;
			CancelIoEx(handles[i].value, NULL);
			write_text("killed", NULL, "handle %u with %d flows", i, count);
		}
	}
}

/* Orders that are not about a call are carried out here. */
static DWORD WINAPI watch(void *unused) {
	(void)unused;
	for (;;) {
		long number, code;
		if (ordered("kill-handles", NULL, &number, &code) && number != killed) {
			EnterCriticalSection(&lock);
			killed = number;
			kill_handles((DWORD)code);
			LeaveCriticalSection(&lock);
		}
		if (ordered("notify", NULL, &number, NULL) && number != notified) {
			EnterCriticalSection(&lock);
			notified = number;
			for (unsigned i = 1; i <= last_handle; i++) {
				if (!handles[i].closed && !handles[i].dead) {
					complete_oldest(&handles[i]);
				}
			}
			LeaveCriticalSection(&lock);
		}
		Sleep(WATCH_MILLISECONDS);
	}
	return 0;
}

/* The eleven functions */

static BOOL open_pipe(struct Handle *handle) {
	char name[MAX_PATH];
	snprintf(name, sizeof(name), "\\\\.\\pipe\\qwave-stand-in-%lu-%u", GetCurrentProcessId(), last_handle + 1);
	handle->value = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
			PIPE_TYPE_BYTE, 1, 4096, 4096, 0, NULL);
	if (handle->value == INVALID_HANDLE_VALUE) {
		return FALSE;
	}
	handle->other_end = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
	return handle->other_end != INVALID_HANDLE_VALUE;
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

BOOL WINAPI StandInCreateHandle(PQOS_VERSION version, PHANDLE result) {
	struct Call call;
	DWORD error = begin(&call, "QOSCreateHandle", NULL, "version %d.%d", version ? version->MajorVersion : -1,
			version ? version->MinorVersion : -1);
	if (error) {
		return finish(&call, error);
	}
	if (!version || !result || version->MajorVersion != 1 || version->MinorVersion != 0) {
		return finish(&call, ERROR_INVALID_PARAMETER);
	}
	EnterCriticalSection(&lock);
	start();
	if (last_handle == MOST_HANDLES || !open_pipe(&handles[last_handle + 1])) {
		error = ERROR_NO_SYSTEM_RESOURCES;
	}
	else {
		call.handle = ++last_handle;
		*result = handles[call.handle].value;
		detail(&call, "handle %u is %p", call.handle, *result);
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

BOOL WINAPI StandInCloseHandle(HANDLE value) {
	struct Call call;
	DWORD ordered_error = begin(&call, "QOSCloseHandle", value, "handle %p", value), error = 0;
	EnterCriticalSection(&lock);
	if (!call.handle) {
		misuse(&call, "QOSCloseHandle: %p is not a handle that was ever created", value);
		error = ERROR_INVALID_PARAMETER;
	}
	else if (handles[call.handle].closed) {
		misuse(&call, "QOSCloseHandle: handle %u closed twice", call.handle);
		error = ERROR_INVALID_PARAMETER;
	}
	else {
		struct Handle *handle = &handles[call.handle];
		call.dropped = end_flows(call.handle);
		handle->closed = TRUE;
		/* Before the pipe breaks: what waits shall end as cancelled. */
		CancelIoEx(handle->value, NULL);
		CloseHandle(handle->other_end);
	}
	LeaveCriticalSection(&lock);
	return finish(&call, ordered_error ? ordered_error : error);
}

/* Find or make the flow that a socket is to be added to. Called under the lock. */
static DWORD choose_flow(struct Call *call, QOS_FLOWID id, int type, DWORD flags, QOS_FLOWID *chosen) {
	struct Flow *flow;
	if (id) {
		flow = find_flow(call, id);
		if (!flow || flow->adaptive || !(flags & QOS_NON_ADAPTIVE_FLOW) || flow->sockets == MOST_SOCKETS) {
			detail(call, flow ? "only non-adaptive flows can be joined, with the flag" : "no such flow");
			return ERROR_INVALID_PARAMETER;
		}
		*chosen = id;
		return 0;
	}
	flow = last_flow < MOST_FLOWS ? calloc(1, sizeof(*flow)) : NULL;
	if (!flow) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	flow->open = TRUE;
	flow->adaptive = !(flags & QOS_NON_ADAPTIVE_FLOW);
	flow->handle = call->handle;
	flow->type = type;
	/* An adaptive flow gets no mark before it has a rate. */
	flow->dscp = flow->adaptive ? 0 : dscp_of(type);
	flows[++last_flow] = flow;
	*chosen = last_flow;
	return 0;
}

static void mark_first(struct Call *call, SOCKET number, const struct Peer *peer, struct Flow *flow) {
	char local[80], remote[80];
	DWORD tos = (DWORD)flow->dscp << 2;
	int refused = 0;
	Inode inode;
	spell(&peer->local, local, sizeof(local));
	spell(&peer->remote, remote, sizeof(remote));
	if (!flow->adaptive) {
		refused = setsockopt(number, IPPROTO_IP, IP_TOS, (char *)&tos, sizeof(tos)) ? WSAGetLastError() : 0;
	}
	inode = find_inode(peer);
	flow->inodes[flow->sockets++] = inode;
	/* Wine does not know the option for IPv6. */
	if (peer->local.ss_family == AF_INET6 && !is_mapped(&peer->remote)) {
		mark_again(inode);
	}
	detail(call, "%s %s to %s, DSCP %d%s, inode %llu", peer->stream ? "tcp" : "udp", local, remote, flow->dscp,
			refused ? " refused by Winsock" : "", inode);
}

BOOL WINAPI StandInAddSocketToFlow(HANDLE value, SOCKET number, PSOCKADDR destination, QOS_TRAFFIC_TYPE type,
		DWORD flags, PQOS_FLOWID id) {
	struct Call call;
	struct Peer peer;
	DWORD error = begin(&call, "QOSAddSocketToFlow", value,
			"handle %p, socket 0x%Ix, destination %s, type %d, flags 0x%lx, flow %d", value, (ULONG_PTR)number,
			destination ? "given" : "null", type, flags, id ? (int)*id : -1);
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_handle(&call, value);
	if (!error && (!id || (int)type < 0 || type > QOSTrafficTypeControl || flags & ~QOS_NON_ADAPTIVE_FLOW)) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error) {
		error = look_at(&call, number, &peer);
	}
	if (!error) {
		error = check_destination(&call, destination, &peer);
	}
	if (!error && ordered("refuse-loopback", NULL, NULL, NULL)) {
		struct sockaddr_storage target = peer.remote;
		if (!target.ss_family) {
			memcpy(&target, destination,
					destination->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		}
		error = is_own(&peer.local, &target) ? ERROR_NOT_FOUND : 0;
	}
	if (!error) {
		QOS_FLOWID chosen = 0;
		error = choose_flow(&call, *id, type, flags, &chosen);
		if (!error) {
			mark_first(&call, number, &peer, flows[chosen]);
			*id = call.flow = chosen;
		}
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

/* Take one socket out of a flow. Called under the lock. */
static DWORD remove_socket(struct Call *call, struct Flow *flow, SOCKET number) {
	struct Peer peer;
	DWORD error = look_at(call, number, &peer);
	Inode inode = error ? 0 : find_inode(&peer);
	for (unsigned i = 0; !error && i < flow->sockets; i++) {
		if (flow->inodes[i] == inode) {
			flow->inodes[i] = flow->inodes[--flow->sockets];
			mark_again(inode);
			if (!flow->sockets) {
				end_flow(flow);
			}
			return 0;
		}
	}
	return error ? error : ERROR_NOT_FOUND;
}

BOOL WINAPI StandInRemoveSocketFromFlow(HANDLE value, SOCKET number, QOS_FLOWID id, DWORD flags) {
	struct Call call;
	struct Flow *flow;
	DWORD error = begin(&call, "QOSRemoveSocketFromFlow", value, "handle %p, socket 0x%Ix, flow %u, flags 0x%lx", value,
			(ULONG_PTR)number, id, flags);
	if (error) {
		call.flow = id;
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_handle(&call, value);
	if (!error && flags) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error) {
		flow = find_flow(&call, id);
		if (!flow) {
			if (id && id <= last_flow && flows[id]->handle == call.handle) {
				misuse(&call, "QOSRemoveSocketFromFlow: flow %u removed twice", id);
			}
			error = ERROR_NOT_FOUND;
		}
		else if (number) {
			error = remove_socket(&call, flow, number);
		}
		else {
			end_flow(flow);
		}
		call.dropped = flow && !flow->open;
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

/* Complete a call that needs no time. */
static void complete_now(OVERLAPPED *overlapped, DWORD size) {
	if (overlapped) {
		overlapped->Internal = 0;
		overlapped->InternalHigh = size;
		if (overlapped->hEvent) {
			SetEvent(overlapped->hEvent);
		}
	}
}

static DWORD set_type(struct Flow *flow, int type) {
	if (type < 0 || type > QOSTrafficTypeControl) {
		return ERROR_INVALID_PARAMETER;
	}
	flow->type = type;
	if (!flow->adaptive || flow->rate) {
		flow->dscp = dscp_of(type);
		mark_flow_again(flow);
	}
	return 0;
}

static DWORD set_rate(struct Flow *flow, const QOS_FLOWRATE_OUTGOING *rate) {
	if ((int)rate->ShapingBehavior < QOSShapeOnly || rate->ShapingBehavior > QOSUseNonConformantMarkings
			|| (int)rate->Reason < QOSFlowRateNotApplicable || rate->Reason > QOSFlowRateUserCaused) {
		return ERROR_INVALID_PARAMETER;
	}
	flow->rate = rate->Bandwidth;
	/* A rate of 0 ends shaping and marking. */
	flow->dscp = flow->rate ? dscp_of(flow->type) : 0;
	mark_flow_again(flow);
	return 0;
}

static DWORD set_dscp(struct Call *call, struct Flow *flow, DWORD dscp) {
	if (dscp > 63) {
		return ERROR_INVALID_PARAMETER;
	}
	if (ordered("drop-privileges", NULL, NULL, NULL)) {
		return ERROR_ACCESS_DENIED;
	}
	if (flow->adaptive) {
		detail(call, "the flow is adaptive");
		return ERROR_NOT_SUPPORTED;
	}
	flow->dscp = (int)dscp;
	mark_flow_again(flow);
	return 0;
}

BOOL WINAPI StandInSetFlow(HANDLE value, QOS_FLOWID id, QOS_SET_FLOW operation, ULONG size, PVOID buffer, DWORD flags,
		LPOVERLAPPED overlapped) {
	static const ULONG sizes[] = { sizeof(QOS_TRAFFIC_TYPE), sizeof(QOS_FLOWRATE_OUTGOING), sizeof(DWORD) };
	struct Call call;
	struct Flow *flow;
	DWORD error = begin(&call, "QOSSetFlow", value, "handle %p, flow %u, operation %d, size %lu, value %ld, flags 0x%lx%s",
			value, id, operation, size, buffer && size >= 4 ? *(long *)buffer : -1, flags,
			overlapped ? ", overlapped" : "");
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_handle(&call, value);
	if (!error && (flags || (unsigned)operation > 2 || !buffer || size != sizes[operation])) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error) {
		flow = find_flow(&call, id);
		error = !flow ? ERROR_NOT_FOUND
				: operation == QOSSetTrafficType ? set_type(flow, *(int *)buffer)
				: operation == QOSSetOutgoingRate ? set_rate(flow, buffer)
				: set_dscp(&call, flow, *(DWORD *)buffer);
	}
	if (!error) {
		complete_now(overlapped, 0);
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

static DWORD query(struct Flow *flow, int operation, void *buffer) {
	if (operation == QOSQueryFlowFundamentals) {
		QOS_FLOW_FUNDAMENTALS *fundamentals = buffer;
		if (!flow->adaptive) {
			return ERROR_NOT_SUPPORTED;
		}
		memset(fundamentals, 0, sizeof(*fundamentals));
		fundamentals->BottleneckBandwidthSet = fundamentals->AvailableBandwidthSet = fundamentals->RTTSet = TRUE;
		fundamentals->BottleneckBandwidth = 100000000;
		fundamentals->AvailableBandwidth = 90000000;
		fundamentals->RTT = 500;
	}
	else if (operation == QOSQueryPacketPriority) {
		QOS_PACKET_PRIORITY *priority = buffer;
		memset(priority, 0, sizeof(*priority));
		priority->ConformantDSCPValue = priority->NonConformantDSCPValue = (ULONG)flow->dscp;
	}
	else if (!flow->rate) {
		return ERROR_NO_DATA;
	}
	else {
		*(UINT64 *)buffer = flow->rate;
	}
	return 0;
}

BOOL WINAPI StandInQueryFlow(HANDLE value, QOS_FLOWID id, QOS_QUERY_FLOW operation, PULONG size, PVOID buffer,
		DWORD flags, LPOVERLAPPED overlapped) {
	static const ULONG sizes[] = { sizeof(QOS_FLOW_FUNDAMENTALS), sizeof(QOS_PACKET_PRIORITY), sizeof(UINT64) };
	struct Call call;
	struct Flow *flow;
	DWORD error = begin(&call, "QOSQueryFlow", value, "handle %p, flow %u, operation %d, size %ld, flags 0x%lx%s", value,
			id, operation, size ? (long)*size : -1, flags, overlapped ? ", overlapped" : "");
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_handle(&call, value);
	if (!error && ((unsigned)operation > 2 || !size
			|| flags & ~(DWORD)(operation == QOSQueryFlowFundamentals ? QOS_QUERYFLOW_FRESH : 0))) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error) {
		flow = find_flow(&call, id);
		if (!flow) {
			error = ERROR_NOT_FOUND;
		}
		else if (*size < sizes[operation] || !buffer) {
			*size = sizes[operation];
			error = ERROR_INSUFFICIENT_BUFFER;
		}
		else {
			error = query(flow, operation, buffer);
			*size = error ? *size : sizes[operation];
		}
	}
	if (!error) {
		complete_now(overlapped, *size);
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

BOOL WINAPI StandInNotifyFlow(HANDLE value, QOS_FLOWID id, QOS_NOTIFY_FLOW operation, PULONG size, PVOID buffer,
		DWORD flags, LPOVERLAPPED overlapped) {
	struct Call call;
	struct Flow *flow = NULL;
	OVERLAPPED own = { 0 };
	DWORD done, error = begin(&call, "QOSNotifyFlow", value, "handle %p, flow %u, operation %d, size %ld, flags 0x%lx%s",
			value, id, operation, size ? (long)*size : -1, flags, overlapped ? ", overlapped" : "");
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_handle(&call, value);
	if (!error && (flags || (unsigned)operation > 2
			|| (operation == QOSNotifyAvailable ? !size || *size != sizeof(UINT64) || !buffer : size || buffer))) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error) {
		flow = find_flow(&call, id);
		error = !flow ? ERROR_NOT_FOUND
				: !flow->adaptive ? ERROR_NOT_SUPPORTED
				: is_waiting(flow->notifications[operation]) ? ERROR_ALREADY_EXISTS
				: operation == QOSNotifyAvailable && *(UINT64 *)buffer <= flow->rate ? ERROR_INVALID_PARAMETER : 0;
	}
	if (!error) {
		OVERLAPPED *target = overlapped ? overlapped : &own;
		if (!overlapped) {
			own.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
		}
		error = pend(&handles[call.handle], target);
		flow->notifications[operation] = error == ERROR_IO_PENDING ? target : NULL;
	}
	LeaveCriticalSection(&lock);
	if (own.hEvent) {
		/* Without an OVERLAPPED the call waits until it comes true, perhaps for ever. */
		if (error == ERROR_IO_PENDING) {
			error = GetOverlappedResult(value, &own, &done, TRUE) ? 0 : GetLastError();
			EnterCriticalSection(&lock);
			if (flow->notifications[operation] == &own) {
				flow->notifications[operation] = NULL;
			}
			LeaveCriticalSection(&lock);
		}
		CloseHandle(own.hEvent);
	}
	return finish(&call, error);
}

BOOL WINAPI StandInCancel(HANDLE value, LPOVERLAPPED overlapped) {
	struct Call call;
	DWORD error = begin(&call, "QOSCancel", value, "handle %p, overlapped %p", value, overlapped);
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_handle(&call, value);
	if (!error && !overlapped) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error && !CancelIoEx(value, overlapped)) {
		error = GetLastError();
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

BOOL WINAPI StandInEnumerateFlows(HANDLE value, PULONG size, PVOID buffer) {
	struct Call call;
	DWORD error = begin(&call, "QOSEnumerateFlows", value, "handle %p, size %ld", value, size ? (long)*size : -1);
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_handle(&call, value);
	if (!error && !size) {
		error = ERROR_INVALID_PARAMETER;
	}
	if (!error && ordered("drop-privileges", NULL, NULL, NULL)) {
		error = ERROR_ACCESS_DENIED;
	}
	if (!error) {
		ULONG needed = 0;
		for (QOS_FLOWID id = 1; id <= last_flow; id++) {
			if (flows[id]->open) {
				needed += sizeof(id);
				if (buffer && needed <= *size) {
					((QOS_FLOWID *)buffer)[needed / sizeof(id) - 1] = id;
				}
			}
		}
		error = needed > *size || (needed && !buffer) ? ERROR_INSUFFICIENT_BUFFER : 0;
		*size = needed;
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

static DWORD check_client(HANDLE value, struct Call *call, const struct sockaddr *destination, DWORD flags,
		struct sockaddr_storage *address) {
	DWORD error = check_handle(call, value);
	memset(address, 0, sizeof(*address));
	if (error) {
		return error;
	}
	if (flags || !destination || (destination->sa_family != AF_INET && destination->sa_family != AF_INET6)) {
		return ERROR_INVALID_PARAMETER;
	}
	memcpy(address, destination,
			destination->sa_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
	return is_mapped(address) ? ERROR_INVALID_PARAMETER : 0;
}

static unsigned find_client(struct Handle *handle, const struct sockaddr_storage *address) {
	unsigned i = 0;
	while (i < handle->clients && !same_address(&handle->tracked[i], address)) {
		i++;
	}
	return i;
}

BOOL WINAPI StandInStartTrackingClient(HANDLE value, PSOCKADDR destination, DWORD flags) {
	struct Call call;
	struct sockaddr_storage address;
	DWORD error = begin(&call, "QOSStartTrackingClient", value, "handle %p, flags 0x%lx", value, flags);
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_client(value, &call, destination, flags, &address);
	if (!error) {
		struct Handle *handle = &handles[call.handle];
		unsigned client = find_client(handle, &address);
		if (client == MOST_CLIENTS) {
			error = ERROR_NOT_ENOUGH_MEMORY;
		}
		else if (client == handle->clients) {
			handle->tracked[handle->clients++] = address;
		}
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

BOOL WINAPI StandInStopTrackingClient(HANDLE value, PSOCKADDR destination, DWORD flags) {
	struct Call call;
	struct sockaddr_storage address;
	DWORD error = begin(&call, "QOSStopTrackingClient", value, "handle %p, flags 0x%lx", value, flags);
	if (error) {
		return finish(&call, error);
	}
	EnterCriticalSection(&lock);
	error = check_client(value, &call, destination, flags, &address);
	if (!error) {
		struct Handle *handle = &handles[call.handle];
		unsigned client = find_client(handle, &address);
		if (client == handle->clients) {
			error = ERROR_INVALID_PARAMETER;
		}
		else {
			handle->tracked[client] = handle->tracked[--handle->clients];
		}
	}
	LeaveCriticalSection(&lock);
	return finish(&call, error);
}

/* Loading and unloading */

static void open_log(HINSTANCE module) {
	char path[MAX_PATH];
	DWORD length = GetEnvironmentVariableA("QWAVE_LOG", path, sizeof(path));
	InitializeCriticalSection(&lock);
	InitializeCriticalSection(&log_lock);
	if (length && length < sizeof(path)) {
		log_file = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
				OPEN_ALWAYS, 0, NULL);
	}
	GetModuleFileNameA(module, path, sizeof(path));
	write_text("loaded", NULL, "%s", path);
}

static void close_log(void) {
	ending = TRUE;
	for (unsigned i = 1; i <= last_handle; i++) {
		if (!handles[i].closed) {
			misuse(NULL, "left behind: handle %u", i);
		}
	}
	for (QOS_FLOWID id = 1; id <= last_flow; id++) {
		if (flows[id]->open) {
			misuse(NULL, "left behind: flow %u of handle %u", id, flows[id]->handle);
		}
	}
	write_text("unloaded", NULL, "%u handles, %u flows, %u misuses", last_handle, last_flow, misuses);
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, LPVOID reserved) {
	(void)reserved;
	if (reason == DLL_PROCESS_ATTACH) {
		DisableThreadLibraryCalls(module);
		open_log(module);
	}
	else if (reason == DLL_PROCESS_DETACH) {
		close_log();
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
