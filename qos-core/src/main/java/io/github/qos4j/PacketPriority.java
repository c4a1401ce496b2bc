package io.github.qos4j;

/**
 * The marks of a flow's packets, policies of the machine included.
 *
 * @param conformantDscp DSCP of packets within the flow's rate, or of all where there is
 * no rate
 * @param nonConformantDscp DSCP of packets over it
 * @param conformantLinkPriority 802.1p priority of packets within the flow's rate, from 0
 * to 7; 0 where the system does not tell
 * @param nonConformantLinkPriority 802.1p priority of packets over it, from 0 to 7; 0
 * where the system does not tell
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_packet_priority">QOS_PACKET_PRIORITY</a>
 */
public record PacketPriority(Dscp conformantDscp, Dscp nonConformantDscp, int conformantLinkPriority,
		int nonConformantLinkPriority) {

}
