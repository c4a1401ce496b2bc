/*
 * Flows, and what they make of the marks of their sockets.
 *
 * Real Windows marks what an unconnected socket sends to the peers that it was added for. Here the whole socket is
 * marked, since Linux has no such option; the log tells which peers a flow has.
 */
#include "stand_in.h"

struct Flow *newest_flow;

static struct Flow **flows;
static QOS_FLOWID last_flow;
static QOS_FLOWID room;
static int policy = NOT_MARKED;

/* Make room for one more in an array. */
static BOOL grow(void **array, unsigned used, unsigned *room_in_it, size_t size) {
	unsigned wanted = used ? 2 * used : 16;
	void *larger;
	if (used < *room_in_it) {
		return TRUE;
	}
	larger = realloc(*array, wanted * size);
	if (larger) {
		*array = larger;
		*room_in_it = wanted;
	}
	return larger != NULL;
}

struct Flow *open_flow(unsigned handle, int type, BOOL adaptive) {
	struct Flow *flow = calloc(1, sizeof(*flow));
	if (!flow || !grow((void **)&flows, last_flow + 1, &room, sizeof(*flows))) {
		free(flow);
		return NULL;
	}
	flow->id = ++last_flow;
	flow->open = TRUE;
	flow->adaptive = adaptive;
	flow->handle = handle;
	flow->type = type;
	flow->dscp = OF_THE_TYPE;
	flow->older = newest_flow;
	if (newest_flow) {
		newest_flow->newer = flow;
	}
	newest_flow = flow;
	flows[flow->id] = flow;
	return flow;
}

/* Take a flow out of force. */
void end_flow(struct Flow *flow) {
	flow->open = FALSE;
	*(flow->newer ? &flow->newer->older : &newest_flow) = flow->older;
	if (flow->older) {
		flow->older->newer = flow->newer;
	}
	mark_flow_again(flow);
	cancel_calls_of_flow(flow->id);
	for (unsigned i = 0; i < flow->members; i++) {
		free(flow->member[i].peer);
	}
	free(flow->member);
	flow->member = NULL;
	flow->members = flow->room = 0;
}

/* Returns how many flows that were. */
int end_flows(unsigned handle) {
	int count = 0;
	for (struct Flow *flow = newest_flow, *older; flow; flow = older) {
		older = flow->older;
		if (flow->handle == handle) {
			end_flow(flow);
			count++;
		}
	}
	return count;
}

/* Return an open flow, NULL if there is none. */
struct Flow *flow_of(QOS_FLOWID id) {
	return id && id <= last_flow && flows[id]->open ? flows[id] : NULL;
}

BOOL was_flow_of(QOS_FLOWID id, unsigned handle) {
	return id && id <= last_flow && flows[id]->handle == handle;
}

int count_open_flows(void) {
	int count = 0;
	for (struct Flow *flow = newest_flow; flow; flow = flow->older) {
		count++;
	}
	return count;
}

static struct Member *member_of(const struct Flow *flow, Inode inode) {
	for (unsigned i = 0; i < flow->members; i++) {
		if (flow->member[i].inode == inode) {
			return &flow->member[i];
		}
	}
	return NULL;
}

/* Add a socket, or one more peer of a socket that is there already. */
DWORD add_to_flow(struct Flow *flow, Inode inode, const struct sockaddr_storage *remote) {
	struct Member *member = member_of(flow, inode);
	if (!member) {
		if (!grow((void **)&flow->member, flow->members, &flow->room, sizeof(*flow->member))) {
			return ERROR_NOT_ENOUGH_MEMORY;
		}
		member = &flow->member[flow->members++];
		memset(member, 0, sizeof(*member));
		member->inode = inode;
	}
	for (unsigned i = 0; i < member->peers; i++) {
		if (same_endpoint(&member->peer[i], remote)) {
			return 0;
		}
	}
	if (!grow((void **)&member->peer, member->peers, &member->room, sizeof(*member->peer))) {
		return ERROR_NOT_ENOUGH_MEMORY;
	}
	member->peer[member->peers++] = *remote;
	return 0;
}

/* Take a socket with all its peers out of a flow. Returns whether it was there. */
BOOL take_out_of_flow(struct Flow *flow, Inode inode) {
	struct Member *member = member_of(flow, inode);
	if (!member) {
		return FALSE;
	}
	free(member->peer);
	*member = flow->member[--flow->members];
	mark_again(inode);
	if (!flow->members) {
		end_flow(flow);
	}
	return TRUE;
}

unsigned count_peers(const struct Flow *flow) {
	unsigned count = 0;
	for (unsigned i = 0; i < flow->members; i++) {
		count += flow->member[i].peers;
	}
	return count;
}

/* What a flow asks for its packets. */
static int dscp_asked(const struct Flow *flow) {
	static const int of_type[] = { 0, 8, 40, 40, 56, 56 };
	/* An adaptive flow gets no mark before it has a rate, and a rate of 0 ends marking. */
	if (flow->rate_state == RATE_STOPPED || (flow->adaptive && flow->rate_state == NO_RATE)) {
		return NOT_MARKED;
	}
	if (flow->rate_state == RATE_IN_FORCE && flow->rate.ShapingBehavior == QOSShapeOnly) {
		return 0;
	}
	return flow->dscp == OF_THE_TYPE ? of_type[flow->type] : flow->dscp;
}

/* What its packets carry. */
int dscp_in_force(const struct Flow *flow) {
	int dscp = dscp_asked(flow);
	return dscp == NOT_MARKED ? 0 : policy == NOT_MARKED ? dscp : policy;
}

int l2_in_force(const struct Flow *flow) {
	static const int of_type[] = { 0, 2, 5, 5, 7, 7 };
	return flow->adaptive && dscp_asked(flow) > 0 ? of_type[flow->type] : 0;
}

/* The mark of a socket is that of its newest flow that marks. */
int dscp_of_socket(Inode inode) {
	for (struct Flow *flow = newest_flow; flow; flow = flow->older) {
		if (dscp_asked(flow) != NOT_MARKED && member_of(flow, inode)) {
			return dscp_in_force(flow);
		}
	}
	return 0;
}

void mark_again(Inode inode) {
	mark_through_helper(inode, dscp_of_socket(inode));
}

void mark_flow_again(const struct Flow *flow) {
	for (unsigned i = 0; i < flow->members; i++) {
		mark_again(flow->member[i].inode);
	}
}

/* The administrator's policy stands above what programs ask for. */
void follow_policy(void) {
	struct Order order;
	int wanted = find_setting("policy-dscp", 0, &order) ? (int)number_in(&order, 1, 0) & 63 : NOT_MARKED;
	if (wanted == policy) {
		return;
	}
	policy = wanted;
	for (struct Flow *flow = newest_flow; flow; flow = flow->older) {
		mark_flow_again(flow);
	}
}
