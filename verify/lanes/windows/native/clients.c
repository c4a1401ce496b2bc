/*
 * Clients that are tracked: on this machine, by whatever handle.
 */
#include "stand_in.h"

#define MOST_LISTED 32

struct Client {
	struct Client *next;
	struct sockaddr_storage address;
	ULONGLONG since;
};

static struct Client *clients;

static struct Client **find_client(const struct sockaddr_storage *address) {
	struct Client **link = &clients;
	while (*link && !same_address(&(*link)->address, address)) {
		link = &(*link)->next;
	}
	return link;
}

void answer_tracked(struct Call *call) {
	char list[TEXT_SIZE] = "", text[80];
	int count = 0;
	for (struct Client *client = clients; client && count < MOST_LISTED; client = client->next, count++) {
		size_t length = strlen(list);
		struct sockaddr_storage address = client->address;
		inet_ntop(address.ss_family, address.ss_family == AF_INET ? (void *)&((struct sockaddr_in *)&address)->sin_addr
				: (void *)&((struct sockaddr_in6 *)&address)->sin6_addr, text, sizeof(text));
		snprintf(list + length, sizeof(list) - length, "%s\"%s\"", length ? "," : "", text);
	}
	answer(call, "\"tracked\":[%s]", list);
}

void forget_clients(void) {
	while (clients) {
		struct Client *client = clients;
		clients = client->next;
		free(client);
	}
}

/* When the tracking of a flow's peer began, 0 if it did not. */
ULONGLONG tracked_since(const struct Flow *flow) {
	struct Client *client = flow->members && flow->member[0].peers ? *find_client(&flow->member[0].peer[0]) : NULL;
	return client ? client->since : 0;
}

DWORD start_tracking(struct Call *call, const struct sockaddr *destination) {
	struct sockaddr_storage address;
	struct Client **link, *client;
	DWORD error = call->about.flags ? ERROR_INVALID_PARAMETER : read_address(call, destination, &address);
	if (error) {
		return error;
	}
	link = find_client(&address);
	if (!*link) {
		client = calloc(1, sizeof(*client));
		if (!client) {
			return ERROR_NOT_ENOUGH_MEMORY;
		}
		client->address = address;
		client->since = GetTickCount64();
		*link = client;
	}
	answer_tracked(call);
	return 0;
}

DWORD stop_tracking(struct Call *call, const struct sockaddr *destination) {
	struct sockaddr_storage address;
	struct Client **link, *client;
	DWORD error = call->about.flags ? ERROR_INVALID_PARAMETER : read_address(call, destination, &address);
	if (error) {
		return error;
	}
	link = find_client(&address);
	client = *link;
	if (!client) {
		return ERROR_NOT_FOUND;
	}
	*link = client->next;
	free(client);
	answer_tracked(call);
	return 0;
}
