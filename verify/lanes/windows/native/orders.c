/*
 * The orders of the control file. What can be ordered is listed in qwave.c.
 */
#include "stand_in.h"

#define MOST_BYTES (1 << 20)
#define LOOK_MILLISECONDS 10
#define EMPTY_MILLISECONDS 2

/* One line of the file, while it is there. Those that came later are further down. */
struct Known {
	struct Known *next;
	char *line;
	unsigned matched;
	BOOL there;
	struct Order order;
};

static CRITICAL_SECTION orders_lock;
static struct Known *known;
static unsigned long last_known;
static char *last_text;

void open_orders(void) {
	InitializeCriticalSection(&orders_lock);
}

static char *read_file(void) {
	char path[MAX_PATH], *text = NULL;
	DWORD length = GetEnvironmentVariableA("QWAVE_CONTROL", path, sizeof(path)), got = 0;
	HANDLE file;
	if (!length || length >= sizeof(path)) {
		return NULL;
	}
	file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
			0, NULL);
	if (file != INVALID_HANDLE_VALUE) {
		LARGE_INTEGER size;
		if (GetFileSizeEx(file, &size) && size.QuadPart < MOST_BYTES && (text = malloc((size_t)size.QuadPart + 1))) {
			ReadFile(file, text, (DWORD)size.QuadPart, &got, NULL);
			text[got] = 0;
		}
		CloseHandle(file);
	}
	return text;
}

static struct Known *learn(const char *line) {
	struct Known *created = calloc(1, sizeof(*created));
	char *copy = _strdup(line), *rest = copy, *word;
	created->line = _strdup(line);
	created->order.known_as = ++last_known;
	while (created->order.words < MOST_WORDS && (word = strtok_s(rest, " \t", &rest)) != NULL) {
		snprintf(created->order.word[created->order.words++], WORD_SIZE, "%s", word);
	}
	free(copy);
	return created;
}

static void forget_missing(void) {
	for (struct Known **link = &known; *link;) {
		struct Known *each = *link;
		if (each->there) {
			link = &each->next;
		}
		else {
			*link = each->next;
			free(each->line);
			free(each);
		}
	}
}

/* Return the file's text if it has changed, else NULL. */
static char *read_changes(void) {
	char *text = read_file();
	if (text && !*text && last_text && *last_text) {
		/* Who writes a file in place empties it first. */
		free(text);
		Sleep(EMPTY_MILLISECONDS);
		text = read_file();
	}
	/* Without the end of its last line it is still being written. */
	if (text && ((*text && text[strlen(text) - 1] != '\n') || (last_text && !strcmp(text, last_text)))) {
		free(text);
		return NULL;
	}
	return text;
}

/* Bring what is known in line with the file. Called under the lock of the orders. */
static void look(void) {
	char *text = read_changes(), *copy, *rest, *end;
	struct Known **last = &known;
	if (!text) {
		return;
	}
	free(last_text);
	last_text = text;
	copy = rest = _strdup(text);
	for (struct Known *each = known; each; each = each->next) {
		each->there = FALSE;
		last = &each->next;
	}
	for (; (end = strchr(rest, '\n')) != NULL; rest = end + 1) {
		struct Known *each = known;
		*end = 0;
		if (end > rest && end[-1] == '\r') {
			end[-1] = 0;
		}
		while (each && strcmp(each->line, rest)) {
			each = each->next;
		}
		if (!each && *rest && *rest != '#') {
			each = *last = learn(rest);
			last = &each->next;
		}
		if (each) {
			each->there = TRUE;
		}
	}
	free(copy);
	forget_missing();
}

/* Return the value of NAME=VALUE among an order's words, NULL if there is none. */
const char *option(const struct Order *order, const char *name) {
	size_t length = strlen(name);
	for (int i = 1; i < order->words; i++) {
		if (!strncmp(order->word[i], name, length) && order->word[i][length] == '=') {
			return order->word[i] + length + 1;
		}
	}
	return NULL;
}

static BOOL option_is(const struct Order *order, const char *name, unsigned long value) {
	const char *given = option(order, name);
	return !given || strtoul(given, NULL, 0) == value;
}

unsigned long long number_in(const struct Order *order, int word, unsigned long long otherwise) {
	char *end;
	unsigned long long number;
	if (word >= order->words) {
		return otherwise;
	}
	number = strtoull(order->word[word], &end, 0);
	return end == order->word[word] || *end ? otherwise : number;
}

/* Find the first order of this kind for a call, and count the call for all of them. */
BOOL find_order(const char *verb, const struct About *about, struct Order *found) {
	BOOL any = FALSE;
	EnterCriticalSection(&orders_lock);
	look();
	for (struct Known *each = known; each; each = each->next) {
		struct Order *order = &each->order;
		if (order->words < 2 || strcmp(order->word[0], verb) || strcmp(order->word[1], about->function)
				|| !option_is(order, "operation", (unsigned long)about->operation)
				|| !option_is(order, "flow", about->flow) || !option_is(order, "flags", about->flags)
				|| !option_is(order, "handle", about->handle)) {
			continue;
		}
		each->matched++;
		if (!any && option_is(order, "call", each->matched)
				&& (!option(order, "first") || each->matched <= strtoul(option(order, "first"), NULL, 0))
				&& (!option(order, "from") || each->matched >= strtoul(option(order, "from"), NULL, 0))) {
			*found = *order;
			any = TRUE;
		}
	}
	LeaveCriticalSection(&orders_lock);
	return any;
}

/* Find the first order of a kind that is about no function, for a flow. */
BOOL find_setting(const char *verb, QOS_FLOWID flow, struct Order *found) {
	BOOL any = FALSE;
	EnterCriticalSection(&orders_lock);
	look();
	for (struct Known *each = known; each && !any; each = each->next) {
		if (!strcmp(each->order.word[0], verb) && option_is(&each->order, "flow", flow)) {
			*found = each->order;
			any = TRUE;
		}
	}
	LeaveCriticalSection(&orders_lock);
	return any;
}

BOOL is_ordered(const char *verb) {
	struct Order order;
	return find_setting(verb, 0, &order);
}

BOOL still_ordered(const struct Order *order) {
	BOOL there = FALSE;
	EnterCriticalSection(&orders_lock);
	look();
	for (struct Known *each = known; each && !there; each = each->next) {
		there = each->order.known_as == order->known_as;
	}
	LeaveCriticalSection(&orders_lock);
	return there;
}

/* Carry out the orders of a kind whose number is higher than the last one's, in the order of the file. */
void each_new_order(const char *verb, unsigned long *last, void (*carry_out)(const struct Order *order)) {
	EnterCriticalSection(&orders_lock);
	look();
	for (struct Known *each = known; each;) {
		struct Order order = each->order;
		if (strcmp(order.word[0], verb) || number_in(&order, 1, 0) <= *last) {
			each = each->next;
			continue;
		}
		*last = (unsigned long)number_in(&order, 1, 0);
		LeaveCriticalSection(&orders_lock);
		carry_out(&order);
		EnterCriticalSection(&orders_lock);
		/* Meanwhile others may have looked, and this order may be gone. */
		for (each = known; each && each->order.known_as <= order.known_as; each = each->next) {
		}
	}
	LeaveCriticalSection(&orders_lock);
}

/* Hang a call if that is ordered. Returns whether it was interrupted. */
BOOL wait_as_ordered(const struct About *about, HANDLE interruption) {
	struct Order order;
	BOOL hang = find_order("hang", about, &order);
	DWORD most = hang ? (DWORD)number_in(&order, 2, INFINITE) : 0;
	if (hang && WaitForSingleObject(interruption, most) == WAIT_OBJECT_0) {
		return TRUE;
	}
	if (find_order("hold", about, &order)) {
		while (still_ordered(&order)) {
			if (WaitForSingleObject(interruption, LOOK_MILLISECONDS) == WAIT_OBJECT_0) {
				return TRUE;
			}
		}
	}
	return FALSE;
}
