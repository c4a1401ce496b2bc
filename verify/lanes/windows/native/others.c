/*
 * Flows of other processes, which come with an enumeration.
 */
#include "stand_in.h"

#define FIRST_GROWN 0x70000000

/* The order by which they grow, how many there are by now, and how many times that was. */
static unsigned long growing;
static unsigned grown;
static unsigned times_grown;

void grow_enumeration(void) {
	struct Order order;
	const char *times;
	if (!find_setting("enumeration-grows", 0, &order)) {
		return;
	}
	if (order.known_as != growing) {
		growing = order.known_as;
		times_grown = 0;
	}
	times = option(&order, "times");
	if (!times || times_grown < strtoul(times, NULL, 0)) {
		times_grown++;
		grown += (unsigned)number_in(&order, 1, 1);
	}
}

/* Write the ids of all flows of the machine, as many as there is room for. Returns how many there are. */
ULONG list_flows(QOS_FLOWID *ids, ULONG room) {
	struct Order order;
	ULONG count = 0;
	for (struct Flow *flow = newest_flow; flow; flow = flow->older, count++) {
		if (count < room) {
			ids[count] = flow->id;
		}
	}
	if (find_setting("foreign-flows", 0, &order)) {
		for (int i = 1; i < order.words; i++, count++) {
			if (count < room) {
				ids[count] = (QOS_FLOWID)number_in(&order, i, 0);
			}
		}
	}
	for (unsigned i = 0; i < grown; i++, count++) {
		if (count < room) {
			ids[count] = FIRST_GROWN + i;
		}
	}
	return count;
}

BOOL is_foreign(QOS_FLOWID id) {
	struct Order order;
	BOOL found = id >= FIRST_GROWN && id - FIRST_GROWN < grown;
	if (find_setting("foreign-flows", 0, &order)) {
		for (int i = 1; i < order.words && !found; i++) {
			found = number_in(&order, i, 0) == id;
		}
	}
	return found;
}
