package io.github.qos4j.internal.qwave;

import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;

/**
 * Structures and constants of {@code qos2.h}. Kept apart from {@link Qwave}, so that
 * using them loads no DLL and their layout can be checked on any system.
 */
interface Qos2 {

	/** QOSAddSocketToFlow: mark and shape only, no experiments on the path. */
	int QOS_NON_ADAPTIVE_FLOW = 0x2;

	/** QOS_SET_FLOW: set a DSCP of one's own, a DWORD. */
	int QOSSetOutgoingDSCPValue = 2;

	/** QOS_QUERY_FLOW: the marks in force, policies included, a QOS_PACKET_PRIORITY. */
	int QOSQueryPacketPriority = 1;

	/** QOS_TRAFFIC_TYPE. */
	int QOSTrafficTypeBestEffort = 0;

	/** QOS_TRAFFIC_TYPE. */
	int QOSTrafficTypeBackground = 1;

	/** QOS_TRAFFIC_TYPE. */
	int QOSTrafficTypeExcellentEffort = 2;

	/** QOS_TRAFFIC_TYPE. */
	int QOSTrafficTypeAudioVideo = 3;

	/** QOS_TRAFFIC_TYPE. */
	int QOSTrafficTypeVoice = 4;

	/** QOS_TRAFFIC_TYPE. */
	int QOSTrafficTypeControl = 5;

	/**
	 * Version of the QoS subsystem that is asked for; 4 bytes.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_version">QOS_VERSION</a>
	 */
	@FieldOrder({ "MajorVersion", "MinorVersion" })
	final class QOS_VERSION extends Structure {

		/** USHORT at 0. */
		public short MajorVersion;

		/** USHORT at 2. */
		public short MinorVersion;

	}

	/**
	 * Marks of a flow's packets; 16 bytes.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_packet_priority">QOS_PACKET_PRIORITY</a>
	 */
	@FieldOrder({ "ConformantDSCPValue", "NonConformantDSCPValue", "ConformantL2Value", "NonConformantL2Value" })
	final class QOS_PACKET_PRIORITY extends Structure {

		/** ULONG at 0: DSCP of packets within the flow's rate. */
		public int ConformantDSCPValue;

		/** ULONG at 4: DSCP of packets over it. */
		public int NonConformantDSCPValue;

		/** ULONG at 8: 802.1p priority of packets within the flow's rate. */
		public int ConformantL2Value;

		/** ULONG at 12: 802.1p priority of packets over it. */
		public int NonConformantL2Value;

	}

}
