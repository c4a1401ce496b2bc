/*
 * What is set on a flow, and what it answers.
 */
#include "stand_in.h"

/* Whether the network has room for a rate of an adaptive flow. */
static DWORD admit(struct Flow *flow, const QOS_FLOWRATE_OUTGOING *rate) {
	struct Order order;
	if (!rate->Bandwidth || !flow->adaptive) {
		return 0;
	}
	if (!flow->measured_since) {
		BOOL tracked = tracked_since(flow) != 0;
		/* This began the measuring. */
		flow->measured_since = GetTickCount64();
		if (!tracked && is_ordered("busy-untracked")) {
			return ERROR_NETWORK_BUSY;
		}
	}
	return rate->Bandwidth != QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH
			&& find_setting("network-busy-above", flow->id, &order)
			&& rate->Bandwidth > number_in(&order, 1, ~0ULL) ? ERROR_NETWORK_BUSY : 0;
}

DWORD set_value(struct Call *call, struct Flow *flow, const void *value) {
	DWORD error = 0;
	switch (call->about.operation) {
		case QOSSetTrafficType:
			flow->type = *(const int *)value;
			flow->dscp = OF_THE_TYPE;
			break;
		case QOSSetOutgoingRate:
			error = admit(flow, value);
			if (!error) {
				memcpy(&flow->rate, value, sizeof(flow->rate));
				flow->rate_state = flow->rate.Bandwidth ? RATE_IN_FORCE : RATE_STOPPED;
			}
			break;
		default:
			flow->dscp = *(const int *)value;
	}
	if (!error) {
		mark_flow_again(flow);
		answer(call, "\"dscp\":%d", dscp_in_force(flow));
	}
	return error;
}

/* Take a value from an order, and say whether there is one. */
static BOOL measured(const struct Order *order, const char *name, UINT64 usual, UINT64 *value) {
	const char *given = order ? option(order, name) : NULL;
	*value = given ? strtoull(given, NULL, 0) : usual;
	return !given || strcmp(given, "none");
}

static BOOL still_measuring(const struct Flow *flow) {
	struct Order order;
	ULONGLONG tracked = tracked_since(flow), own = flow->measured_since;
	ULONGLONG since = tracked && (!own || tracked < own) ? tracked : own;
	return !since || (find_setting("measuring", flow->id, &order)
			&& GetTickCount64() - since < number_in(&order, 1, ~0ULL));
}

static void query_fundamentals(struct Call *call, const struct Flow *flow, QOS_FLOW_FUNDAMENTALS *found) {
	struct Order order;
	UINT64 rtt = 0;
	char bottleneck_text[32] = "null", available_text[32] = "null", rtt_text[32] = "null";
	const struct Order *given = find_setting("fundamentals", flow->id, &order) ? &order : NULL;
	memset(found, 0, sizeof(*found));
	if (!still_measuring(flow)) {
		found->BottleneckBandwidthSet = measured(given, "bottleneck", 100000000, &found->BottleneckBandwidth);
		found->AvailableBandwidthSet = measured(given, "available", 90000000, &found->AvailableBandwidth);
		found->RTTSet = measured(given, "rtt", 500, &rtt);
		found->RTT = (UINT32)rtt;
	}
	if (found->BottleneckBandwidthSet) {
		snprintf(bottleneck_text, sizeof(bottleneck_text), "%llu", found->BottleneckBandwidth);
	}
	if (found->AvailableBandwidthSet) {
		snprintf(available_text, sizeof(available_text), "%llu", found->AvailableBandwidth);
	}
	if (found->RTTSet) {
		snprintf(rtt_text, sizeof(rtt_text), "%u", found->RTT);
	}
	answer(call, "\"bottleneck\":%s,\"available\":%s,\"rtt\":%s", bottleneck_text, available_text, rtt_text);
}

static void query_priority(struct Call *call, const struct Flow *flow, QOS_PACKET_PRIORITY *found) {
	BOOL two_marks = flow && flow->rate_state == RATE_IN_FORCE
			&& flow->rate.ShapingBehavior == QOSUseNonConformantMarkings;
	memset(found, 0, sizeof(*found));
	if (flow) {
		found->ConformantDSCPValue = (ULONG)dscp_in_force(flow);
		found->ConformantL2Value = (ULONG)l2_in_force(flow);
	}
	if (!two_marks) {
		found->NonConformantDSCPValue = found->ConformantDSCPValue;
		found->NonConformantL2Value = found->ConformantL2Value;
	}
	answer(call, "\"dscp\":%lu,\"non_conformant_dscp\":%lu,\"l2\":%lu,\"non_conformant_l2\":%lu",
			found->ConformantDSCPValue, found->NonConformantDSCPValue, found->ConformantL2Value,
			found->NonConformantL2Value);
}

DWORD query_value(struct Call *call, const struct Flow *flow, void *found) {
	if (call->about.operation == QOSQueryFlowFundamentals) {
		query_fundamentals(call, flow, found);
	}
	else if (call->about.operation == QOSQueryPacketPriority) {
		query_priority(call, flow, found);
	}
	else if (!flow || flow->rate_state == NO_RATE) {
		return ERROR_NO_DATA;
	}
	else {
		memcpy(found, &flow->rate.Bandwidth, sizeof(flow->rate.Bandwidth));
		answer(call, "\"bandwidth\":%llu", flow->rate.Bandwidth);
	}
	return 0;
}
