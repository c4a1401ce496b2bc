/*
 * What the parts of the stand-in share.
 */
#ifndef STAND_IN_H
#define STAND_IN_H

#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

typedef UINT32 QOS_FLOWID, *PQOS_FLOWID;
#include <qos2.h>

#include "driver.h"

/* What the header leaves out. */
#define QOS_NON_ADAPTIVE_FLOW 0x2
#define QOS_QUERYFLOW_FRESH 0x1
#define QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH 0xFFFFFFFF

#define MOST_WORDS 8
#define WORD_SIZE 64
#define TEXT_SIZE 2048
#define NOT_MARKED (-1)
#define OF_THE_TYPE (-1)

#define PRINTF(text, values) __attribute__((format(gnu_printf, text, values)))

/* Below Wine a socket has a number that is never another's while it lives. 0 is none. */
typedef unsigned long long Inode;

/* What a call of one of the eleven functions is about. */
struct About {
	const char *function;
	unsigned number;
	unsigned handle;
	QOS_FLOWID flow;
	int operation;
	DWORD flags;
};

struct Call {
	struct About about;
	/* How many flows it made and ended. */
	int added;
	int dropped;
	char arguments[TEXT_SIZE];
	char answer[TEXT_SIZE];
	char text[TEXT_SIZE];
};

struct Handle {
	/* Stays open after QOSCloseHandle, so that the value never becomes that of another handle. */
	HANDLE value;
	/* Set when the handle is closed. */
	HANDLE closing;
	BOOL closed;
	/* What every call fails with once the handle is lost. */
	DWORD dead;
	/* Only flows that were enumerated can be asked about without being one's own. */
	BOOL enumerated;
};

/* What a SOCKET is. */
struct Socket {
	int family;
	BOOL stream;
	struct sockaddr_storage local;
	struct sockaddr_storage remote;
};

/* A socket of a flow, with those that it sends to. */
struct Member {
	Inode inode;
	unsigned peers;
	unsigned room;
	struct sockaddr_storage *peer;
};

enum RateState { NO_RATE, RATE_IN_FORCE, RATE_STOPPED };

struct Flow {
	QOS_FLOWID id;
	struct Flow *older;
	struct Flow *newer;
	BOOL open;
	BOOL adaptive;
	unsigned handle;
	int type;
	int dscp;
	enum RateState rate_state;
	QOS_FLOWRATE_OUTGOING rate;
	/* When its path began to be measured, 0 if it did not. */
	ULONGLONG measured_since;
	unsigned members;
	unsigned room;
	struct Member *member;
};

/* A call that can complete later. */
struct Pending {
	struct Pending *next;
	struct About about;
	UINT64 token;
	/* NULL for a caller who waits. */
	OVERLAPPED *overlapped;
	OVERLAPPED overlapped_before;
	/* The caller's: what is to be set or waited for, or where the answer goes. */
	UCHAR *buffer;
	ULONG buffer_size;
	BOOL is_output;
	ULONG *size;
	ULONG size_before;
	/* What is to be set or waited for, or the answer. */
	UCHAR data[MOST_DATA];
	/* When it completes by itself, 0 if it does not, and with what. */
	ULONGLONG due;
	DWORD error;
	/* For a caller who waits. */
	HANDLE completed;
};

/* A line of the control file. */
struct Order {
	unsigned long known_as;
	int words;
	char word[MOST_WORDS][WORD_SIZE];
};

/* The lock of everything but the log and the orders, which have their own. */
extern CRITICAL_SECTION lock;
extern struct Handle **handles;
extern unsigned last_handle;
extern struct Flow *newest_flow;

/* log.c */
void open_log(void);
void end_log(void);
void write_line(const char *event, const struct About *about, const char *format, ...) PRINTF(3, 4);
void write_text(const char *event, const struct About *about, const char *format, ...) PRINTF(3, 4);
void misuse(const struct About *about, const char *format, ...) PRINTF(2, 3);
unsigned count_misuses(void);
void argue(struct Call *call, const char *format, ...) PRINTF(2, 3);
void answer(struct Call *call, const char *format, ...) PRINTF(2, 3);
void explain(struct Call *call, const char *format, ...) PRINTF(2, 3);

/* orders.c */
void open_orders(void);
BOOL find_order(const char *verb, const struct About *about, struct Order *found);
BOOL find_setting(const char *verb, QOS_FLOWID flow, struct Order *found);
BOOL is_ordered(const char *verb);
BOOL still_ordered(const struct Order *order);
void each_new_order(const char *verb, unsigned long *last, void (*carry_out)(const struct Order *order));
const char *option(const struct Order *order, const char *name);
unsigned long long number_in(const struct Order *order, int word, unsigned long long otherwise);
BOOL wait_as_ordered(const struct About *about, HANDLE interruption);

/* sockets.c */
void spell(const struct sockaddr_storage *address, char *text, size_t size);
BOOL is_readable(const void *memory, size_t size);
DWORD read_address(struct Call *call, const struct sockaddr *given, struct sockaddr_storage *address);
BOOL same_address(const struct sockaddr_storage *one, const struct sockaddr_storage *other);
BOOL same_endpoint(const struct sockaddr_storage *one, const struct sockaddr_storage *other);
BOOL is_own(const struct sockaddr_storage *local, const struct sockaddr_storage *remote);
BOOL is_any(const struct sockaddr_storage *address);
BOOL is_mapped(const struct sockaddr_storage *address);
USHORT port_of(const struct sockaddr_storage *address);
DWORD look_at(struct Call *call, SOCKET number, struct Socket *socket);
Inode find_inode(SOCKET number, const struct Socket *socket);
int mark_directly(SOCKET number, int dscp);
void mark_through_helper(Inode inode, int dscp);

/* flows.c */
struct Flow *open_flow(unsigned handle, int type, BOOL adaptive);
void end_flow(struct Flow *flow);
int end_flows(unsigned handle);
struct Flow *flow_of(QOS_FLOWID id);
BOOL was_flow_of(QOS_FLOWID id, unsigned handle);
int count_open_flows(void);
DWORD add_to_flow(struct Flow *flow, Inode inode, const struct sockaddr_storage *remote);
BOOL take_out_of_flow(struct Flow *flow, Inode inode);
unsigned count_peers(const struct Flow *flow);
int dscp_in_force(const struct Flow *flow);
int l2_in_force(const struct Flow *flow);
int dscp_of_socket(Inode inode);
void mark_again(Inode inode);
void mark_flow_again(const struct Flow *flow);
void follow_policy(void);

/* pending.c */
BOOL open_handle(HANDLE *value);
DWORD perform(struct Call *call, struct Pending *pending, BOOL waits);
DWORD cancel_call(unsigned handle, OVERLAPPED *overlapped);
void cancel_calls_of_handle(unsigned handle);
void cancel_calls_of_flow(QOS_FLOWID flow);
QOS_FLOWID flow_of_call(unsigned handle, const OVERLAPPED *overlapped);
BOOL is_pending(const struct About *about);
DWORD complete_due(void);
void fire(const struct Order *order);

/* others.c */
void grow_enumeration(void);
ULONG list_flows(QOS_FLOWID *ids, ULONG room);
BOOL is_foreign(QOS_FLOWID id);

/* clients.c */
DWORD start_tracking(struct Call *call, const struct sockaddr *destination);
DWORD stop_tracking(struct Call *call, const struct sockaddr *destination);
void answer_tracked(struct Call *call);
void forget_clients(void);
ULONGLONG tracked_since(const struct Flow *flow);

/* values.c */
DWORD set_value(struct Call *call, struct Flow *flow, const void *value);
DWORD query_value(struct Call *call, const struct Flow *flow, void *found);

/* qwave.c */
DWORD carry_out(struct Call *call, struct Pending *pending);

#endif
