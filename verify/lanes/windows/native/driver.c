/*
 * A driver for the stand-in's handles. An overlapped call on such a handle is held here until the stand-in lets it
 * complete: each on its own, in any order, with any status. So events, completion ports and cancelling work as they do
 * with every other file. A pipe cannot do that: what waits on it completes in order.
 */
#include <ddk/wdm.h>

#include "driver.h"

/* Both lists are used under the lock for cancelling. */
static LIST_ENTRY held;
static LIST_ENTRY taken;

static NTSTATUS complete(IRP *call, NTSTATUS status, ULONG_PTR size) {
	call->IoStatus.Status = status;
	call->IoStatus.Information = size;
	IoCompleteRequest(call, IO_NO_INCREMENT);
	return status;
}

static NTSTATUS WINAPI open_or_close(DEVICE_OBJECT *device, IRP *call) {
	(void)device;
	return complete(call, STATUS_SUCCESS, 0);
}

static void WINAPI cancel(DEVICE_OBJECT *device, IRP *call) {
	(void)device;
	RemoveEntryList(&call->Tail.Overlay.ListEntry);
	IoReleaseCancelSpinLock(call->CancelIrql);
	complete(call, STATUS_CANCELLED, 0);
}

static ULONG output_size(IRP *call, ULONG size) {
	ULONG room = IoGetCurrentIrpStackLocation(call)->Parameters.DeviceIoControl.OutputBufferLength;
	return size < room ? size : room;
}

/* Called under the lock. */
static IRP *find(LIST_ENTRY *list, UINT64 token) {
	for (LIST_ENTRY *entry = list->Flink; entry != list; entry = entry->Flink) {
		IRP *call = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
		if ((UINT64)(ULONG_PTR)call->Tail.Overlay.DriverContext[0] == token) {
			return call;
		}
	}
	return NULL;
}

static NTSTATUS hold(IRP *call, UINT64 token) {
	KIRQL level;
	IoAcquireCancelSpinLock(&level);
	call->Tail.Overlay.DriverContext[0] = (void *)(ULONG_PTR)token;
	IoMarkIrpPending(call);
	IoSetCancelRoutine(call, cancel);
	InsertTailList(&held, &call->Tail.Overlay.ListEntry);
	IoReleaseCancelSpinLock(level);
	return STATUS_PENDING;
}

static NTSTATUS take(UINT64 token, BOOLEAN only_look) {
	KIRQL level;
	IRP *call;
	IoAcquireCancelSpinLock(&level);
	call = find(&held, token);
	/* Without a routine it is being cancelled. */
	if (call && !only_look) {
		if (IoSetCancelRoutine(call, NULL)) {
			RemoveEntryList(&call->Tail.Overlay.ListEntry);
			InsertTailList(&taken, &call->Tail.Overlay.ListEntry);
		}
		else {
			call = NULL;
		}
	}
	IoReleaseCancelSpinLock(level);
	return call ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

static NTSTATUS finish(const struct DriverRequest *request) {
	KIRQL level;
	IRP *call;
	IoAcquireCancelSpinLock(&level);
	call = find(&taken, request->token);
	if (call) {
		RemoveEntryList(&call->Tail.Overlay.ListEntry);
	}
	IoReleaseCancelSpinLock(level);
	if (!call) {
		return STATUS_NOT_FOUND;
	}
	memcpy(call->AssociatedIrp.SystemBuffer, request->data, output_size(call, request->size));
	complete(call, request->status, request->size);
	return STATUS_SUCCESS;
}

static NTSTATUS WINAPI control(DEVICE_OBJECT *device, IRP *call) {
	IO_STACK_LOCATION *location = IoGetCurrentIrpStackLocation(call);
	struct DriverRequest request;
	(void)device;
	if (location->Parameters.DeviceIoControl.InputBufferLength != sizeof(request)) {
		return complete(call, STATUS_INVALID_PARAMETER, 0);
	}
	/* Input and output share the buffer. */
	memcpy(&request, call->AssociatedIrp.SystemBuffer, sizeof(request));
	if (request.size > sizeof(request.data)) {
		return complete(call, STATUS_INVALID_PARAMETER, 0);
	}
	switch (location->Parameters.DeviceIoControl.IoControlCode) {
		case DRIVER_HOLD:
			return hold(call, request.token);
		case DRIVER_TAKE:
			return complete(call, take(request.token, FALSE), 0);
		case DRIVER_FIND:
			return complete(call, take(request.token, TRUE), 0);
		case DRIVER_FINISH:
			return complete(call, finish(&request), 0);
		case DRIVER_PASS:
			memcpy(call->AssociatedIrp.SystemBuffer, request.data, output_size(call, request.size));
			return complete(call, STATUS_SUCCESS, request.size);
		default:
			return complete(call, STATUS_INVALID_DEVICE_REQUEST, 0);
	}
}

NTSTATUS WINAPI DriverEntry(DRIVER_OBJECT *driver, UNICODE_STRING *path) {
	UNICODE_STRING name, link;
	DEVICE_OBJECT *device;
	NTSTATUS status;
	(void)path;
	InitializeListHead(&held);
	InitializeListHead(&taken);
	RtlInitUnicodeString(&name, L"\\Device\\" DRIVER_NAME);
	RtlInitUnicodeString(&link, L"\\DosDevices\\" DRIVER_NAME);
	status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &device);
	if (!status) {
		status = IoCreateSymbolicLink(&link, &name);
	}
	if (status) {
		return status;
	}
	driver->MajorFunction[IRP_MJ_CREATE] = open_or_close;
	driver->MajorFunction[IRP_MJ_CLEANUP] = open_or_close;
	driver->MajorFunction[IRP_MJ_CLOSE] = open_or_close;
	driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = control;
	device->Flags &= ~DO_DEVICE_INITIALIZING;
	return STATUS_SUCCESS;
}
