/*
 * Addresses and sockets, and the helper on the other side of Wine.
 *
 * The SOCKET of a call may be closed as soon as the call has returned, and its number may then belong to another
 * socket. A duplicate of our own would keep the connection open. So a socket is remembered by the number that the
 * operating system below Wine knows it by (its inode), and its mark is changed and taken away through the helper.
 */
#include "stand_in.h"

#include <stdarg.h>

#define HELPER_MILLISECONDS 2000

/* On a socket that cannot send yet, for the moment in which the helper looks for it. */
#define PROBE_TOS 0x0c

static SOCKET helper = INVALID_SOCKET;
static unsigned requests;

/* Whether memory is there at all. What lies on the same page as something else cannot be told. */
BOOL is_readable(const void *memory, size_t size) {
	const char *at = memory, *end = at + size;
	while (at && at < end) {
		MEMORY_BASIC_INFORMATION about;
		if (!VirtualQuery(at, &about, sizeof(about)) || about.State != MEM_COMMIT
				|| about.Protect & (PAGE_NOACCESS | PAGE_GUARD)) {
			return FALSE;
		}
		at = (const char *)about.BaseAddress + about.RegionSize;
	}
	return memory != NULL;
}

BOOL is_mapped(const struct sockaddr_storage *address) {
	return address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&((struct sockaddr_in6 *)address)->sin6_addr);
}

USHORT port_of(const struct sockaddr_storage *address) {
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

BOOL same_address(const struct sockaddr_storage *one, const struct sockaddr_storage *other) {
	unsigned char a[16], b[16];
	bytes_of(one, a);
	bytes_of(other, b);
	return !memcmp(a, b, 16);
}

BOOL same_endpoint(const struct sockaddr_storage *one, const struct sockaddr_storage *other) {
	return same_address(one, other) && port_of(one) == port_of(other);
}

BOOL is_any(const struct sockaddr_storage *address) {
	static const struct sockaddr_storage any4 = { .ss_family = AF_INET }, any6 = { .ss_family = AF_INET6 };
	return same_address(address, &any4) || same_address(address, &any6);
}

BOOL is_own(const struct sockaddr_storage *local, const struct sockaddr_storage *remote) {
	unsigned char bytes[16];
	static const unsigned char loopback[16] = { [15] = 1 };
	bytes_of(remote, bytes);
	return !memcmp(bytes, loopback, 16) || (bytes[10] == 0xff && bytes[11] == 0xff && bytes[12] == 127)
			|| same_address(local, remote);
}

void spell(const struct sockaddr_storage *address, char *text, size_t size) {
	char host[64] = "?";
	if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &((struct sockaddr_in *)address)->sin_addr, host, sizeof(host));
		snprintf(text, size, "%s:%u", host, port_of(address));
	}
	else if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &((struct sockaddr_in6 *)address)->sin6_addr, host, sizeof(host));
		snprintf(text, size, "[%s]:%u", host, port_of(address));
	}
	else {
		snprintf(text, size, "none");
	}
}

/* Read an address that a caller gives. Its family says how long it is. */
DWORD read_address(struct Call *call, const struct sockaddr *given, struct sockaddr_storage *address) {
	size_t size;
	memset(address, 0, sizeof(*address));
	if (!is_readable(given, sizeof(given->sa_family))) {
		explain(call, "there is no address");
		return ERROR_INVALID_PARAMETER;
	}
	size = given->sa_family == AF_INET ? sizeof(struct sockaddr_in)
			: given->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : 0;
	if (!size || !is_readable(given, size)) {
		explain(call, "the address is of family %d", given->sa_family);
		return ERROR_INVALID_PARAMETER;
	}
	memcpy(address, given, size);
	if (is_mapped(address)) {
		explain(call, "the address is an IPv4-mapped one");
		return ERROR_INVALID_PARAMETER;
	}
	if (is_any(address)) {
		explain(call, "the address is nobody's");
		return ERROR_INVALID_PARAMETER;
	}
	return 0;
}

/* Find out what a SOCKET is. */
DWORD look_at(struct Call *call, SOCKET number, struct Socket *socket) {
	WSAPROTOCOL_INFOW protocol;
	int size = sizeof(protocol);
	DWORD listens = 0;
	memset(socket, 0, sizeof(*socket));
	if (getsockopt(number, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&protocol, &size)) {
		misuse(&call->about, "%s: 0x%zx is not a socket", call->about.function, (ULONG_PTR)number);
		return ERROR_INVALID_PARAMETER;
	}
	socket->family = protocol.iAddressFamily;
	socket->stream = protocol.iSocketType == SOCK_STREAM;
	if ((socket->family != AF_INET && socket->family != AF_INET6)
			|| (!socket->stream && protocol.iSocketType != SOCK_DGRAM)) {
		explain(call, "a socket of family %d and type %d", socket->family, protocol.iSocketType);
		return ERROR_INVALID_PARAMETER;
	}
	size = sizeof(listens);
	if (socket->stream && !getsockopt(number, SOL_SOCKET, SO_ACCEPTCONN, (char *)&listens, &size) && listens) {
		explain(call, "the socket listens");
		return ERROR_INVALID_PARAMETER;
	}
	size = sizeof(socket->local);
	if (getsockname(number, (struct sockaddr *)&socket->local, &size)) {
		memset(&socket->local, 0, sizeof(socket->local));
	}
	size = sizeof(socket->remote);
	if (getpeername(number, (struct sockaddr *)&socket->remote, &size) || !port_of(&socket->remote)) {
		memset(&socket->remote, 0, sizeof(socket->remote));
	}
	return 0;
}

static BOOL connect_to_helper(void) {
	struct sockaddr_in address = { .sin_family = AF_INET };
	DWORD patience = HELPER_MILLISECONDS;
	char port[16];
	if (!GetEnvironmentVariableA("QWAVE_HELPER", port, sizeof(port))) {
		return FALSE;
	}
	if (helper == INVALID_SOCKET) {
		address.sin_port = htons((USHORT)atoi(port));
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		helper = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
		setsockopt(helper, SOL_SOCKET, SO_RCVTIMEO, (char *)&patience, sizeof(patience));
		connect(helper, (struct sockaddr *)&address, sizeof(address));
	}
	return TRUE;
}

/* Send one line to the helper and read its answer: a number, or 0 where there is none. Called under the lock. */
static Inode ask_helper(const char *format, ...) {
	char text[TEXT_SIZE], request[2 * TEXT_SIZE], reply[64];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!connect_to_helper()) {
		return 0;
	}
	snprintf(request, sizeof(request), "%u %s", ++requests, text);
	if (send(helper, request, (int)strlen(request), 0) > 0) {
		int length;
		while ((length = recv(helper, reply, sizeof(reply) - 1, 0)) > 0) {
			unsigned number = 0;
			Inode value = 0;
			reply[length] = 0;
			/* An answer that came too late belongs to an earlier question. */
			if (sscanf(reply, "%u %llu", &number, &value) == 2 && number == requests) {
				return value;
			}
		}
	}
	write_text("trouble", NULL, "the helper does not answer: %s", text);
	return 0;
}

static Inode find_by_address(const struct Socket *socket) {
	unsigned char local[16], remote[16];
	char text[80];
	bytes_of(&socket->local, local);
	bytes_of(&socket->remote, remote);
	for (int i = 0; i < 16; i++) {
		snprintf(text + 2 * i, 3, "%02x", local[i]);
		snprintf(text + 40 + 2 * i, 3, "%02x", remote[i]);
	}
	text[32] = 0;
	return ask_helper("find %s %s %u %s %u", socket->stream ? "tcp" : "udp", text, port_of(&socket->local), text + 40,
			socket->remote.ss_family ? port_of(&socket->remote) : 0);
}

/* A socket that was not bound, or that is not connected yet or no more, is in no table, and it sends nothing either. */
static Inode find_by_probe(SOCKET number, const struct Socket *socket) {
	DWORD probe = PROBE_TOS, before = 0;
	int size = sizeof(before);
	Inode inode;
	if (getsockopt(number, IPPROTO_IP, IP_TOS, (char *)&before, &size)
			|| setsockopt(number, IPPROTO_IP, IP_TOS, (char *)&probe, sizeof(probe))) {
		return 0;
	}
	inode = ask_helper("probe %s %d", socket->stream ? "tcp" : "udp", PROBE_TOS);
	setsockopt(number, IPPROTO_IP, IP_TOS, (char *)&before, sizeof(before));
	return inode;
}

Inode find_inode(SOCKET number, const struct Socket *socket) {
	BOOL silent = socket->stream ? !socket->remote.ss_family : !port_of(&socket->local);
	Inode inode = silent ? 0 : find_by_address(socket);
	if (!inode) {
		inode = find_by_probe(number, socket);
	}
	if (!inode && connect_to_helper()) {
		char local[80], remote[80];
		spell(&socket->local, local, sizeof(local));
		spell(&socket->remote, remote, sizeof(remote));
		write_text("trouble", NULL, "the helper does not find the %s socket of %s to %s",
				socket->stream ? "tcp" : "udp", local, remote);
	}
	return inode;
}

/* Mark a socket as a program would. Returns what Winsock says about it. */
int mark_directly(SOCKET number, int dscp) {
	DWORD tos = (DWORD)dscp << 2;
	return setsockopt(number, IPPROTO_IP, IP_TOS, (char *)&tos, sizeof(tos)) ? WSAGetLastError() : 0;
}

void mark_through_helper(Inode inode, int dscp) {
	if (inode) {
		ask_helper("mark %llu %d", inode, dscp << 2);
	}
}
