/*
 * What can be set on a flow and asked of it.
 */
#include "qwave_test.h"

#define VOICE QOSTrafficTypeVoice

void test_setting(void) {
	static const int marks[] = { 0, 32, 160, 160, 224, 224 };
	HANDLE handle = open_handle();
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), probed = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE), adaptive = add_flow(handle, probed, VOICE, 0);
	DWORD dscp = 46, beyond = 64, type = 6, wide[4] = { 0 };
	for (ULONG size = 0; size <= 16; size++) {
		if (size != 4) {
			check("set a DSCP with a wrong size", set(handle, flow, QOSSetOutgoingDSCPValue, size, wide, 0, NULL), 87);
			check("set a type with a wrong size", set(handle, flow, QOSSetTrafficType, size, wide, 0, NULL), 87);
		}
	}
	check("set without a buffer", set(handle, flow, QOSSetOutgoingDSCPValue, 4, NULL, 0, NULL), 87);
	check("set with a buffer that is not there", set(handle, flow, QOSSetOutgoingDSCPValue, 4, (void *)8, 0, NULL), 87);
	check("set with flags", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 1, NULL), 87);
	check("set with an OVERLAPPED that is not there",
			set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, (OVERLAPPED *)8), 87);
	check("set an unknown operation", set(handle, flow, 3, 4, &dscp, 0, NULL), 87);
	check("set a negative operation", set(handle, flow, -1, 4, &dscp, 0, NULL), 87);
	check("set on flow 0", set(handle, 0, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 87);
	check("set on a flow that is none", set(handle, 9999, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 1168);
	check("set DSCP 64", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &beyond, 0, NULL), 87);
	check("set traffic type 6", set(handle, flow, QOSSetTrafficType, 4, &type, 0, NULL), 87);
	holds("nothing of that changed the mark", tos_of(udp) == 224);
	check("set DSCP 46", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 0);
	holds("it is in force", tos_of(udp) == 46 << 2 && dscp_of(handle, flow) == 46);
	order("drop-privileges");
	check("set a DSCP without the privilege", set(handle, flow, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 5);
	no_orders();
	check("set a DSCP on an adaptive flow", set(handle, adaptive, QOSSetOutgoingDSCPValue, 4, &dscp, 0, NULL), 50);
	for (type = 0; type < 6; type++) {
		check("set a traffic type", set(handle, flow, QOSSetTrafficType, 4, &type, 0, NULL), 0);
		holds("that undoes the DSCP, and its mark is in force", tos_of(udp) == marks[type]
				&& dscp_of(handle, flow) == marks[type] >> 2);
	}
	type = QOSTrafficTypeBackground;
	check("set a traffic type on an adaptive flow", set(handle, adaptive, QOSSetTrafficType, 4, &type, 0, NULL), 0);
	holds("it has no mark before it has a rate", tos_of(probed) == 0 && dscp_of(handle, adaptive) == 0);
	check("set its rate", set_rate(handle, adaptive, 1000000, NULL), 0);
	holds("then it has", tos_of(probed) == 32 && dscp_of(handle, adaptive) == 8);
	type = VOICE;
	check("set another type", set(handle, adaptive, QOSSetTrafficType, 4, &type, 0, NULL), 0);
	holds("its mark follows", tos_of(probed) == 224);
	order("policy-dscp 0");
	becomes("a policy that ignores programs takes marks away", udp, 0);
	holds("and the flow tells", dscp_of(handle, flow) == 0 && dscp_of(handle, adaptive) == 0);
	order("policy-dscp 10");
	becomes("a policy can set marks of its own", udp, 40);
	no_orders();
	becomes("without a policy the program's are back", udp, 224);
	check("close", close_handle(handle), 0);
}

void test_rates(void) {
	HANDLE handle = open_handle();
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1"), probed = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE), adaptive = add_flow(handle, probed, VOICE, 0);
	QOS_FLOWRATE_OUTGOING rate = { 1000000, QOSShapeAndMark, QOSFlowRateNotApplicable };
	QOS_PACKET_PRIORITY priority;
	UINT64 last = 0;
	ULONG size = sizeof(priority), eight = sizeof(last);
	for (ULONG wrong = 0; wrong <= 24; wrong += 4) {
		if (wrong != sizeof(rate)) {
			check("set a rate with a wrong size", set(handle, flow, QOSSetOutgoingRate, wrong, &rate, 0, NULL), 87);
		}
	}
	for (int i = -1; i <= 3; i += 4) {
		rate.ShapingBehavior = i;
		check("set a rate with unknown shaping",
				set(handle, flow, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 87);
	}
	rate.ShapingBehavior = QOSShapeAndMark;
	for (int i = -1; i <= 5; i += 6) {
		rate.Reason = i;
		check("set a rate for an unknown reason",
				set(handle, flow, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 87);
	}
	for (int i = 0; i <= 4; i++) {
		rate.Reason = i;
		check("set a rate for each reason", set(handle, flow, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 0);
	}
	holds("a non-adaptive flow stays marked", tos_of(udp) == 224);
	rate.ShapingBehavior = QOSShapeOnly;
	check("shape only", set(handle, flow, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 0);
	holds("then it is best effort", tos_of(udp) == 0);
	rate.ShapingBehavior = QOSUseNonConformantMarkings;
	check("use non-conformant marks", set(handle, flow, QOSSetOutgoingRate, sizeof(rate), &rate, 0, NULL), 0);
	check("query them", query(handle, flow, QOSQueryPacketPriority, &size, &priority, 0, NULL), 0);
	holds("they are told", tos_of(udp) == 224 && priority.ConformantDSCPValue == 56
			&& priority.NonConformantDSCPValue == 0);
	check("set rate 0", set_rate(handle, flow, 0, NULL), 0);
	holds("that ends marking", tos_of(udp) == 0 && dscp_of(handle, flow) == 0);
	check("set the default minimum", set_rate(handle, flow, 0xFFFFFFFF, NULL), 0);
	holds("that begins it again", tos_of(udp) == 224);

	order("network-busy-above 2000000 flow=%u", adaptive);
	check("set a rate that is too high", set_rate(handle, adaptive, 2000001, NULL), 54);
	holds("that grants no mark", tos_of(probed) == 0);
	check("set a rate that fits", set_rate(handle, adaptive, 2000000, NULL), 0);
	holds("that does", tos_of(probed) == 224);
	check("set one that is too high again", set_rate(handle, adaptive, 3000000, NULL), 54);
	check("query the rate", query(handle, adaptive, QOSQueryOutgoingRate, &eight, &last, 0, NULL), 0);
	holds("that changed nothing", tos_of(probed) == 224 && last == 2000000);
	order("network-busy-above 2000000");
	check("the default minimum always fits", set_rate(handle, adaptive, 0xFFFFFFFF, NULL), 0);
	check("a non-adaptive flow is not asked for room", set_rate(handle, flow, 3000000, NULL), 0);
	check("query the marks of an adaptive flow",
			query(handle, adaptive, QOSQueryPacketPriority, &size, &priority, 0, NULL), 0);
	holds("they have a number for layer 2", priority.ConformantDSCPValue == 56 && priority.ConformantL2Value == 7);
	check("set rate 0", set_rate(handle, adaptive, 0, NULL), 0);
	holds("that ends marking", tos_of(probed) == 0);
	order("busy-untracked");
	remove_socket(handle, 0, adaptive, 0);
	adaptive = add_flow(handle, probed, VOICE, 0);
	check("the first rate of a peer that is not tracked", set_rate(handle, adaptive, 1000, NULL), 54);
	check("the second", set_rate(handle, adaptive, 1000, NULL), 0);
	remove_socket(handle, 0, adaptive, 0);
	adaptive = add_flow(handle, probed, VOICE, 0);
	check("track the peer", start_tracking(handle, address_of("127.0.0.1", 0), 0), 0);
	check("the first rate of a peer that is tracked", set_rate(handle, adaptive, 1000, NULL), 0);
	check("track it no more", stop_tracking(handle, address_of("127.0.0.1", 7), 0), 0);
	no_orders();
	check("close", close_handle(handle), 0);
}

static int fields_set(const QOS_FLOW_FUNDAMENTALS *found) {
	return found->BottleneckBandwidthSet + 2 * found->AvailableBandwidthSet + 4 * found->RTTSet;
}

void test_queries(void) {
	static const ULONG sizes[] = { 40, 16, 8 };
	HANDLE handle = open_handle();
	SOCKET udp = open_socket(AF_INET, SOCK_DGRAM, "127.0.0.1");
	QOS_FLOWID flow = add_flow(handle, udp, VOICE, NON_ADAPTIVE), adaptive = add_flow(handle, udp, VOICE, 0);
	QOS_FLOW_FUNDAMENTALS found;
	UINT64 rate = 0;
	UCHAR buffer[64];
	ULONG size;
	for (int operation = 0; operation < 3; operation++) {
		for (size = 0; size < sizes[operation];) {
			ULONG given = size;
			check("query into too small a buffer", query(handle, adaptive, operation, &size, buffer, 0, NULL), 122);
			holds("the size needed is told", size == sizes[operation]);
			size = given + 4;
		}
		check("query without a buffer", query(handle, adaptive, operation, &size, NULL, 0, NULL), 87);
		check("query with an OVERLAPPED that is not there",
				query(handle, adaptive, operation, &size, buffer, 0, (OVERLAPPED *)8), 87);
		check("query with unknown flags", query(handle, adaptive, operation, &size, buffer, 2, NULL), 87);
	}
	check("query without a size", query(handle, flow, QOSQueryPacketPriority, NULL, buffer, 0, NULL), 87);
	check("query flow 0", query(handle, 0, QOSQueryPacketPriority, &size, buffer, 0, NULL), 87);
	check("query a flow that is none", query(handle, 9999, QOSQueryPacketPriority, &size, buffer, 0, NULL), 1168);
	check("query an unknown operation", query(handle, flow, 3, &size, buffer, 0, NULL), 87);
	size = sizeof(buffer);
	check("query fresh marks", query(handle, flow, QOSQueryPacketPriority, &size, buffer, FRESH, NULL), 87);
	check("query a fresh rate", query(handle, flow, QOSQueryOutgoingRate, &size, buffer, FRESH, NULL), 87);
	check("query the path of a non-adaptive flow",
			query(handle, flow, QOSQueryFlowFundamentals, &size, buffer, 0, NULL), 50);
	check("query a rate that was not set", query(handle, flow, QOSQueryOutgoingRate, &size, buffer, 0, NULL), 232);
	check("query into a larger buffer", query(handle, flow, QOSQueryPacketPriority, &size, buffer, 0, NULL), 0);
	holds("the size is that of the answer", size == 16);
	check("set a rate", set_rate(handle, flow, 123456789012, NULL), 0);
	size = sizeof(rate);
	check("query it", query(handle, flow, QOSQueryOutgoingRate, &size, &rate, 0, NULL), 0);
	holds("it is told", rate == 123456789012 && size == 8);

	size = sizeof(found);
	check("query the path before there is a rate",
			query(handle, adaptive, QOSQueryFlowFundamentals, &size, &found, 0, NULL), 0);
	holds("nothing is known yet", fields_set(&found) == 0);
	order("measuring 300");
	check("set a rate", set_rate(handle, adaptive, 1000, NULL), 0);
	query(handle, adaptive, QOSQueryFlowFundamentals, &size, &found, 0, NULL);
	holds("nothing is known while it is measured", fields_set(&found) == 0);
	Sleep(350);
	check("query a fresh answer", query(handle, adaptive, QOSQueryFlowFundamentals, &size, &found, FRESH, NULL), 0);
	holds("then all is known", fields_set(&found) == 7 && found.BottleneckBandwidth == 100000000
			&& found.AvailableBandwidth == 90000000 && found.RTT == 500 && size == sizeof(found));
	order("measuring always");
	query(handle, adaptive, QOSQueryFlowFundamentals, &size, &found, 0, NULL);
	holds("measuring can take for ever", fields_set(&found) == 0);
	order("fundamentals bottleneck=10000000000 available=none rtt=1 flow=%u", adaptive);
	query(handle, adaptive, QOSQueryFlowFundamentals, &size, &found, 0, NULL);
	holds("any values can be had, or none", fields_set(&found) == 5 && found.BottleneckBandwidth == 10000000000
			&& found.RTT == 1);
	order("fail QOSQueryFlow 1237 operation=0 flags=1");
	check("a fresh answer can be refused",
			query(handle, adaptive, QOSQueryFlowFundamentals, &size, &found, FRESH, NULL), 1237);
	check("while another one is given", query(handle, adaptive, QOSQueryFlowFundamentals, &size, &found, 0, NULL), 0);
	no_orders();
	check("close", close_handle(handle), 0);
}
