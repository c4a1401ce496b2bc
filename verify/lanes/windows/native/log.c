/*
 * The log: one JSON object a line.
 */
#include "stand_in.h"

#include <stdarg.h>

#define LINE_SIZE (4 * TEXT_SIZE)

static CRITICAL_SECTION log_lock;
static HANDLE file = INVALID_HANDLE_VALUE;
static unsigned misuses;
static BOOL ending;

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

static void write_members(const char *event, const struct About *about, const char *members) {
	char line[LINE_SIZE], names[TEXT_SIZE] = "";
	SYSTEMTIME now;
	DWORD written;
	if (about) {
		snprintf(names, sizeof(names), ",\"call\":%u,\"function\":\"%s\",\"handle\":%u,\"flow\":%u", about->number,
				about->function, about->handle, about->flow);
	}
	GetSystemTime(&now);
	snprintf(line, sizeof(line),
			"{\"time\":\"%02d:%02d:%02d.%03d\",\"process\":%lu,\"thread\":%lu,\"event\":\"%s\"%s%s%s}\n", now.wHour,
			now.wMinute, now.wSecond, now.wMilliseconds, GetCurrentProcessId(), GetCurrentThreadId(), event, names,
			*members ? "," : "", members);
	/* At the end of the process the other threads are gone, perhaps with the lock. */
	if (!ending) {
		EnterCriticalSection(&log_lock);
	}
	WriteFile(file, line, (DWORD)strlen(line), &written, NULL);
	if (!ending) {
		LeaveCriticalSection(&log_lock);
	}
}

/* Write a line with these members, in JSON. */
void write_line(const char *event, const struct About *about, const char *format, ...) {
	char members[3 * TEXT_SIZE];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(members, sizeof(members), format, arguments);
	va_end(arguments);
	write_members(event, about, members);
}

static void write_words(const char *event, const struct About *about, const char *format, va_list arguments) {
	char text[TEXT_SIZE], escaped[2 * TEXT_SIZE], members[2 * TEXT_SIZE + 16];
	vsnprintf(text, sizeof(text), format, arguments);
	escape(escaped, sizeof(escaped), text);
	snprintf(members, sizeof(members), "\"text\":\"%s\"", escaped);
	write_members(event, about, members);
}

void write_text(const char *event, const struct About *about, const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	write_words(event, about, format, arguments);
	va_end(arguments);
}

/* Tell of what no caller may do. */
void misuse(const struct About *about, const char *format, ...) {
	va_list arguments;
	InterlockedIncrement((LONG *)&misuses);
	va_start(arguments, format);
	write_words("misuse", about, format, arguments);
	va_end(arguments);
}

unsigned count_misuses(void) {
	return misuses;
}

static void append(char *text, const char *separator, const char *format, va_list arguments) {
	size_t length = strlen(text);
	snprintf(text + length, TEXT_SIZE - length, "%s", length ? separator : "");
	length = strlen(text);
	vsnprintf(text + length, TEXT_SIZE - length, format, arguments);
}

/* Say with what a function was called, as members in JSON. */
void argue(struct Call *call, const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	append(call->arguments, ",", format, arguments);
	va_end(arguments);
}

/* Say what it answers, as members in JSON. */
void answer(struct Call *call, const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	append(call->answer, ",", format, arguments);
	va_end(arguments);
}

/* Say in words why. */
void explain(struct Call *call, const char *format, ...) {
	char text[TEXT_SIZE] = "";
	va_list arguments;
	va_start(arguments, format);
	append(text, "", format, arguments);
	va_end(arguments);
	escape(call->text, sizeof(call->text), text);
}

void open_log(void) {
	char path[MAX_PATH];
	DWORD length = GetEnvironmentVariableA("QWAVE_LOG", path, sizeof(path));
	InitializeCriticalSection(&log_lock);
	if (length && length < sizeof(path)) {
		file = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
				OPEN_ALWAYS, 0, NULL);
	}
}

/* From now on there is no other thread. */
void end_log(void) {
	ending = TRUE;
}
