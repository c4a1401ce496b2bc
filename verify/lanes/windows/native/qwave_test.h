/*
 * What the tests of the stand-in share.
 */
#ifndef QWAVE_TEST_H
#define QWAVE_TEST_H

#define WIN32_LEAN_AND_MEAN
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

typedef UINT32 QOS_FLOWID, *PQOS_FLOWID;
#include <qos2.h>

#define NON_ADAPTIVE 0x2
#define FRESH 0x1
#define SOON_MILLISECONDS 5000
#define NOT_YET_MILLISECONDS 100

extern __typeof__(QOSAddSocketToFlow) *add;
extern __typeof__(QOSCancel) *cancel;
extern __typeof__(QOSCloseHandle) *close_handle;
extern __typeof__(QOSCreateHandle) *create;
extern __typeof__(QOSEnumerateFlows) *enumerate;
extern __typeof__(QOSNotifyFlow) *notify;
extern __typeof__(QOSQueryFlow) *query;
extern __typeof__(QOSRemoveSocketFromFlow) *remove_socket;
extern __typeof__(QOSSetFlow) *set;
extern __typeof__(QOSStartTrackingClient) *start_tracking;
extern __typeof__(QOSStopTrackingClient) *stop_tracking;

/* A call must have failed with this code; 0 is success. */
void check(const char *name, BOOL success, DWORD expected);
void holds(const char *name, BOOL condition);
/* Wait until a socket has this TOS. */
void becomes(const char *name, SOCKET number, int tos);
/* Give these orders, one a line, and take back the earlier ones. */
void order(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));
void no_orders(void);
/* Take a number that is higher than all before. */
unsigned next_number(void);

HANDLE open_handle(void);
SOCKET open_socket(int family, int type, const char *peer);
struct sockaddr *address_of(const char *host, int port);
int tos_of(SOCKET number);
QOS_FLOWID add_flow(HANDLE handle, SOCKET number, int type, DWORD flags);
BOOL set_rate(HANDLE handle, QOS_FLOWID flow, UINT64 bandwidth, OVERLAPPED *overlapped);
int dscp_of(HANDLE handle, QOS_FLOWID flow);
HANDLE new_event(void);

void test_handles(void);
void test_adding(void);
void test_sharing(void);
void test_removing(void);
void test_marks_of_others(void);
void test_wire(void);
void test_setting(void);
void test_rates(void);
void test_queries(void);
void test_overlapped(void);
void test_notifications(void);
void test_many_notifications(void);
void test_waiting(void);
void test_ends(void);
void test_enumeration(void);
void test_tracking(void);
void test_orders(void);
void test_sleep(void);
void test_misuse(void);

#endif
