/*
 * What a flow takes of a program that calls qWAVE itself: sockets are added to flows of their own, and removed again.
 */
#include <winsock2.h>
#include <windows.h>

typedef struct { WORD major, minor; } version;
typedef BOOL (WINAPI *create_handle)(version *, HANDLE *);
typedef BOOL (WINAPI *add_socket_to_flow)(HANDLE, SOCKET, void *, int, DWORD, DWORD *);
typedef BOOL (WINAPI *remove_socket_from_flow)(HANDLE, SOCKET, DWORD, DWORD);

enum { VOICE = 4, NON_ADAPTIVE_FLOW = 2 };

static HANDLE handle;
static add_socket_to_flow add;
static remove_socket_from_flow remove_flow;

static FARPROC function(const char *name)
{
	return GetProcAddress(GetModuleHandleA("qwave.dll"), name);
}

/* Opens a handle of the DLL that the process has loaded already; returns 0 if that failed. */
__declspec(dllexport) int begin(void)
{
	version wanted = { 1, 0 };
	create_handle create = (create_handle)(void (*)(void))function("QOSCreateHandle");
	add = (add_socket_to_flow)(void (*)(void))function("QOSAddSocketToFlow");
	remove_flow = (remove_socket_from_flow)(void (*)(void))function("QOSRemoveSocketFromFlow");
	return create && add && remove_flow && create(&wanted, &handle);
}

/* Returns how many calls have failed. */
__declspec(dllexport) int cycles(const long long *sockets, int count)
{
	int failures = 0;
	DWORD flows[1000] = { 0 };
	if (count > 1000)
		return -1;
	for (int i = 0; i < count; i++)
		failures += !add(handle, (SOCKET)sockets[i], 0, VOICE, NON_ADAPTIVE_FLOW, &flows[i]);
	for (int i = 0; i < count; i++)
		failures += !remove_flow(handle, 0, flows[i], 0);
	return failures;
}

__declspec(dllexport) int end(void)
{
	BOOL (WINAPI *close)(HANDLE) = (BOOL (WINAPI *)(HANDLE))(void (*)(void))function("QOSCloseHandle");
	return close(handle);
}
