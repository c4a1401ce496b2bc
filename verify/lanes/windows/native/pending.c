/*
 * Handles, and calls on them that complete later.
 *
 * A handle is a file of the stand-in's driver, so what is pending is pending in the kernel: it completes through the
 * event, the completion port or both, in whatever order. Memory of the caller's is touched only until then.
 */
#include "stand_in.h"

#include <winioctl.h>
#include <winsvc.h>

#define CANCELLED ((LONG)0xC0000120)
#define PENDING 0x103
/* Statuses of this facility are the error codes of Windows. */
#define STATUS_OF_ERROR(error) ((LONG)(0xC0070000 | (error)))
#define UNTOUCHED 0xa5
#define USUAL_MILLISECONDS 10
#define LOAD_TRIES 40
#define LOAD_MILLISECONDS 50

static HANDLE driver = INVALID_HANDLE_VALUE;
/* The oldest first. */
static struct Pending *first;

static HANDLE open_device(DWORD flags) {
	return CreateFileA("\\\\.\\" DRIVER_NAME, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			OPEN_EXISTING, flags, NULL);
}

static void load_driver(void) {
	char path[MAX_PATH];
	SC_HANDLE manager, service;
	if (!GetEnvironmentVariableA("QWAVE_DRIVER", path, sizeof(path))) {
		return;
	}
	manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
	service = CreateServiceA(manager, DRIVER_NAME, NULL, SERVICE_ALL_ACCESS, SERVICE_KERNEL_DRIVER,
			SERVICE_DEMAND_START, SERVICE_ERROR_IGNORE, path, NULL, NULL, NULL, NULL, NULL);
	if (!service) {
		service = OpenServiceA(manager, DRIVER_NAME, SERVICE_ALL_ACCESS);
		ChangeServiceConfigA(service, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, path, NULL, NULL, NULL,
				NULL, NULL, NULL);
	}
	StartServiceA(service, 0, NULL);
	CloseServiceHandle(service);
	CloseServiceHandle(manager);
}

static BOOL open_driver(void) {
	driver = open_device(0);
	/* Another process may be loading it, or the last one's may just be going. */
	for (int i = 0; i < LOAD_TRIES && driver == INVALID_HANDLE_VALUE; i++) {
		load_driver();
		driver = open_device(0);
		if (driver == INVALID_HANDLE_VALUE) {
			Sleep(LOAD_MILLISECONDS);
		}
	}
	if (driver == INVALID_HANDLE_VALUE) {
		write_text("trouble", NULL, "the driver that QWAVE_DRIVER names does not load: %lu", GetLastError());
	}
	return driver != INVALID_HANDLE_VALUE;
}

BOOL open_handle(HANDLE *value) {
	if (driver == INVALID_HANDLE_VALUE && !open_driver()) {
		return FALSE;
	}
	*value = open_device(FILE_FLAG_OVERLAPPED);
	return *value != INVALID_HANDLE_VALUE;
}

static LONG status_of(DWORD error) {
	return !error ? 0 : error == ERROR_OPERATION_ABORTED ? CANCELLED : STATUS_OF_ERROR(error);
}

/* Ask the driver about a pending call. */
static BOOL ask_driver(DWORD code, const struct Pending *pending, DWORD error) {
	struct DriverRequest request = { .token = pending->token, .status = status_of(error) };
	DWORD size;
	if (!error && pending->is_output) {
		request.size = pending->buffer_size;
		memcpy(request.data, pending->data, sizeof(request.data));
	}
	return DeviceIoControl(driver, code, &request, sizeof(request), NULL, 0, &size, NULL);
}

/* Make a call on the handle itself, with the caller's OVERLAPPED. */
static DWORD call_handle(DWORD code, const struct Pending *pending) {
	struct DriverRequest request = { .token = pending->token };
	if (pending->is_output) {
		request.size = pending->buffer_size;
		memcpy(request.data, pending->data, sizeof(request.data));
	}
	return DeviceIoControl(handles[pending->about.handle]->value, code, &request, sizeof(request),
			pending->is_output ? pending->buffer : NULL, request.size, NULL, pending->overlapped) ? 0 : GetLastError();
}

static void append(struct Pending *pending) {
	struct Pending **last = &first;
	while (*last) {
		last = &(*last)->next;
	}
	*last = pending;
}

static void take_off(struct Pending *pending) {
	struct Pending **link = &first;
	while (*link != pending) {
		link = &(*link)->next;
	}
	*link = pending->next;
}

static void log_completion(const struct Pending *pending, DWORD error, const char *answer) {
	char overlapped[32] = "null";
	if (pending->overlapped) {
		snprintf(overlapped, sizeof(overlapped), "\"0x%zx\"", (ULONG_PTR)pending->overlapped);
	}
	write_line("completed", &pending->about, "\"operation\":%d,\"overlapped\":%s,\"error\":%lu,\"answer\":{%s}",
			pending->about.operation, overlapped, error, answer);
}

/* What belongs to Windows while a call is pending must be there and must not change. */
static void check_memory(const struct Pending *pending) {
	const OVERLAPPED *now = pending->overlapped, *before = &pending->overlapped_before;
	const char *changed = NULL;
	if (!is_readable(now, sizeof(*now)) || now->Internal != PENDING || now->hEvent != before->hEvent
			|| now->Pointer != before->Pointer) {
		changed = "OVERLAPPED";
	}
	else if (pending->size && (!is_readable(pending->size, sizeof(ULONG)) || *pending->size != pending->size_before)) {
		changed = "Size";
	}
	else if (pending->buffer) {
		BOOL same = is_readable(pending->buffer, pending->buffer_size);
		for (ULONG i = 0; same && i < pending->buffer_size; i++) {
			same = pending->buffer[i] == (pending->is_output ? UNTOUCHED : pending->data[i]);
		}
		changed = same ? NULL : "Buffer";
	}
	if (changed) {
		misuse(&pending->about, "%s: the %s of call %u was changed or freed while the call was pending",
				pending->about.function, changed, pending->about.number);
	}
}

/* Let a call complete, with an error or with what comes of carrying it out. */
static void complete(struct Pending *pending, DWORD error) {
	struct Call call = { .about = pending->about };
	take_off(pending);
	if (pending->completed) {
		pending->error = error;
		log_completion(pending, error, "");
		SetEvent(pending->completed);
		return;
	}
	/* From here on nobody can cancel it and free its memory. */
	if (!ask_driver(DRIVER_TAKE, pending, 0)) {
		log_completion(pending, ERROR_OPERATION_ABORTED, "");
		free(pending);
		return;
	}
	check_memory(pending);
	if (!error) {
		error = carry_out(&call, pending);
	}
	if (!error && pending->is_output) {
		*pending->size = pending->buffer_size;
	}
	log_completion(pending, error, call.answer);
	ask_driver(DRIVER_FINISH, pending, error);
	free(pending);
}

/* Keep a call until it is due, or until somebody lets it complete. */
static DWORD hold(struct Pending *pending) {
	struct Pending *held = malloc(sizeof(*held));
	DWORD error;
	if (!held) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	pending->token = (UINT64)GetCurrentProcessId() << 32 | pending->about.number;
	pending->overlapped_before = *pending->overlapped;
	if (pending->size) {
		pending->size_before = *pending->size;
	}
	if (pending->is_output) {
		memset(pending->buffer, UNTOUCHED, pending->buffer_size);
	}
	*held = *pending;
	error = call_handle(DRIVER_HOLD, held);
	if (error != ERROR_IO_PENDING) {
		free(held);
		return error;
	}
	append(held);
	return error;
}

static DWORD complete_at_once(struct Call *call, struct Pending *pending) {
	DWORD error = pending->error ? pending->error : carry_out(call, pending);
	if (!error && pending->overlapped) {
		if (pending->is_output) {
			*pending->size = pending->buffer_size;
		}
		error = call_handle(DRIVER_PASS, pending);
	}
	else if (!error && pending->is_output) {
		*pending->size = pending->buffer_size;
		memcpy(pending->buffer, pending->data, pending->buffer_size);
	}
	return error;
}

/* Let the caller wait. Gives up the lock meanwhile. */
static DWORD wait(struct Call *call, struct Pending *pending) {
	pending->completed = CreateEventA(NULL, TRUE, FALSE, NULL);
	append(pending);
	LeaveCriticalSection(&lock);
	WaitForSingleObject(pending->completed, INFINITE);
	EnterCriticalSection(&lock);
	CloseHandle(pending->completed);
	return complete_at_once(call, pending);
}

/*
 * Carry out a call that can be overlapped, at once or later. Without orders notifications wait for one, and the others
 * take a moment if they are overlapped.
 */
DWORD perform(struct Call *call, struct Pending *pending, BOOL waits) {
	struct Order order;
	BOOL ordered = find_order("complete", &call->about, &order);
	BOOL never = ordered ? !strcmp(order.word[2], "never") : waits;
	unsigned long long usual = pending->overlapped && !waits ? USUAL_MILLISECONDS : 0;
	unsigned long long delay = ordered ? number_in(&order, 2, 0) : usual;
	pending->about = call->about;
	pending->error = ordered ? (DWORD)number_in(&order, 3, 0) : 0;
	if (!never && !delay) {
		return complete_at_once(call, pending);
	}
	pending->due = never ? 0 : GetTickCount64() + delay;
	return pending->overlapped ? hold(pending) : wait(call, pending);
}

static struct Pending *find_call(unsigned handle, const OVERLAPPED *overlapped) {
	struct Pending *pending = first;
	while (pending && (pending->about.handle != handle || pending->overlapped != overlapped)) {
		pending = pending->next;
	}
	return pending;
}

static DWORD cancel(struct Pending *pending) {
	HANDLE value = handles[pending->about.handle]->value;
	OVERLAPPED *overlapped = pending->overlapped;
	if (pending->completed) {
		complete(pending, ERROR_OPERATION_ABORTED);
		return 0;
	}
	take_off(pending);
	log_completion(pending, ERROR_OPERATION_ABORTED, "");
	free(pending);
	return CancelIoEx(value, overlapped) ? 0 : GetLastError();
}

/* What is answered where nothing is pending is not documented. */
DWORD cancel_call(unsigned handle, OVERLAPPED *overlapped) {
	struct Pending *pending = find_call(handle, overlapped);
	return pending ? cancel(pending) : ERROR_NOT_FOUND;
}

void cancel_calls_of_handle(unsigned handle) {
	for (struct Pending *pending = first, *next; pending; pending = next) {
		next = pending->next;
		if (pending->about.handle == handle) {
			cancel(pending);
		}
	}
}

void cancel_calls_of_flow(QOS_FLOWID flow) {
	for (struct Pending *pending = first, *next; pending; pending = next) {
		next = pending->next;
		if (pending->about.flow == flow) {
			cancel(pending);
		}
	}
}

/* Return the flow of a pending call, 0 if there is none. */
QOS_FLOWID flow_of_call(unsigned handle, const OVERLAPPED *overlapped) {
	struct Pending *pending = find_call(handle, overlapped);
	return pending ? pending->about.flow : 0;
}

BOOL is_pending(const struct About *about) {
	for (struct Pending *pending = first; pending; pending = pending->next) {
		if (pending->about.flow == about->flow && pending->about.operation == about->operation
				&& !strcmp(pending->about.function, about->function)) {
			if (pending->completed || ask_driver(DRIVER_FIND, pending, 0)) {
				return TRUE;
			}
			/* It was cancelled without us, perhaps by the end of its thread. */
			take_off(pending);
			log_completion(pending, ERROR_OPERATION_ABORTED, "");
			free(pending);
			return FALSE;
		}
	}
	return FALSE;
}

/* Complete what is due. Returns how many milliseconds there are until the next call is. */
DWORD complete_due(void) {
	ULONGLONG now = GetTickCount64(), next = now + INFINITE;
	for (struct Pending *pending = first, *following; pending; pending = following) {
		following = pending->next;
		if (pending->due && pending->due <= now) {
			complete(pending, pending->error);
		}
		else if (pending->due && pending->due < next) {
			next = pending->due;
		}
	}
	return (DWORD)(next - now);
}

static BOOL is_of_kind(const struct Pending *pending, const char *kind) {
	static const char *const notifications[] = { "congested", "uncongested", "available" };
	if (strcmp(pending->about.function, "QOSNotifyFlow")) {
		return !strcmp(kind, strcmp(pending->about.function, "QOSSetFlow") ? "query" : "set");
	}
	return !strcmp(kind, "any") || !strcmp(kind, notifications[pending->about.operation]);
}

/* fire NUMBER KIND WHICH [CODE] */
void fire(const struct Order *order) {
	const char *kind = order->word[2], *which = order->word[3];
	QOS_FLOWID flow = (QOS_FLOWID)number_in(order, 3, 0);
	DWORD error = (DWORD)number_in(order, 4, 0);
	unsigned count = 0;
	BOOL newest = !strcmp(which, "newest"), only_one = newest || !strcmp(which, "oldest");
	struct Pending *chosen = NULL;
	for (struct Pending *pending = first, *next; pending; pending = next) {
		next = pending->next;
		if (!is_of_kind(pending, kind) || (flow && pending->about.flow != flow)) {
			continue;
		}
		if (only_one) {
			chosen = newest || !chosen ? pending : chosen;
		}
		else {
			complete(pending, error);
			count++;
		}
	}
	if (chosen) {
		complete(chosen, error);
		count++;
	}
	write_line("fired", NULL, "\"number\":%s,\"count\":%u", order->word[1], count);
}
