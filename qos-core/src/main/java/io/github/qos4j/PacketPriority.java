package io.github.qos4j;

/**
 * Markings of a flow's packets, including the effect of local policies. Immutable.
 *
 * @param conformantDscp DSCP of packets within the flow's rate, or of all packets if the
 * flow has no rate
 * @param nonConformantDscp DSCP of packets that exceed the rate
 * @param conformantLinkPriority 802.1p priority of packets within the flow's rate, 0 to
 * 7; 0 if the system does not report it
 * @param nonConformantLinkPriority 802.1p priority of packets that exceed the rate, 0 to
 * 7; 0 if the system does not report it
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_packet_priority">QOS_PACKET_PRIORITY</a>
 */
public record PacketPriority(Dscp conformantDscp, Dscp nonConformantDscp, int conformantLinkPriority,
		int nonConformantLinkPriority) {

}
