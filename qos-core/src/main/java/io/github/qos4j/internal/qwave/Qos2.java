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

	/** QOSQueryFlow: measure anew; for QOSQueryFlowFundamentals alone. */
	int QOS_QUERYFLOW_FRESH = 0x1;

	/**
	 * QOS_FLOWRATE_OUTGOING: a bandwidth, all ones in 32 bits, that stands for the least
	 * one.
	 */
	long QOS_OUTGOING_DEFAULT_MINIMUM_BANDWIDTH = 0xFFFFFFFFL;

	/** QOS_SET_FLOW: set the traffic type, a QOS_TRAFFIC_TYPE. Undoes a DSCP. */
	int QOSSetTrafficType = 0;

	/** QOS_SET_FLOW: set the rate, a QOS_FLOWRATE_OUTGOING. */
	int QOSSetOutgoingRate = 1;

	/** QOS_SET_FLOW: set a DSCP of one's own, a DWORD. */
	int QOSSetOutgoingDSCPValue = 2;

	/** QOS_QUERY_FLOW: what is known of the path, a QOS_FLOW_FUNDAMENTALS. */
	int QOSQueryFlowFundamentals = 0;

	/** QOS_QUERY_FLOW: the marks in force, policies included, a QOS_PACKET_PRIORITY. */
	int QOSQueryPacketPriority = 1;

	/** QOS_QUERY_FLOW: the rate set last, a UINT64 in bits a second. */
	int QOSQueryOutgoingRate = 2;

	/** QOS_NOTIFY_FLOW. */
	int QOSNotifyCongested = 0;

	/** QOS_NOTIFY_FLOW. */
	int QOSNotifyUncongested = 1;

	/** QOS_NOTIFY_FLOW: a bandwidth is available, a UINT64 in bits a second. */
	int QOSNotifyAvailable = 2;

	/** QOS_SHAPING. */
	int QOSShapeOnly = 0;

	/** QOS_SHAPING. */
	int QOSShapeAndMark = 1;

	/** QOS_SHAPING. */
	int QOSUseNonConformantMarkings = 2;

	/** QOS_FLOWRATE_REASON. */
	int QOSFlowRateNotApplicable = 0;

	/** QOS_FLOWRATE_REASON. */
	int QOSFlowRateContentChange = 1;

	/** QOS_FLOWRATE_REASON. */
	int QOSFlowRateCongestion = 2;

	/** QOS_FLOWRATE_REASON. */
	int QOSFlowRateHigherContentEncoding = 3;

	/** QOS_FLOWRATE_REASON. */
	int QOSFlowRateUserCaused = 4;

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
	 * What is known of a flow's path; 40 bytes.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flow_fundamentals">QOS_FLOW_FUNDAMENTALS</a>
	 */
	@FieldOrder({ "BottleneckBandwidthSet", "BottleneckBandwidth", "AvailableBandwidthSet", "AvailableBandwidth",
			"RTTSet", "RTT" })
	final class QOS_FLOW_FUNDAMENTALS extends Structure {

		/** BOOL at 0: whether the next field is set. */
		public int BottleneckBandwidthSet;

		/** UINT64 at 8: capacity of the slowest link in bits a second. */
		public long BottleneckBandwidth;

		/** BOOL at 16: whether the next field is set. */
		public int AvailableBandwidthSet;

		/** UINT64 at 24: how much of it is free, in bits a second. */
		public long AvailableBandwidth;

		/** BOOL at 32: whether the next field is set. */
		public int RTTSet;

		/** UINT32 at 36: average round-trip time in microseconds. */
		public int RTT;

	}

	/**
	 * Rate of a flow; 16 bytes.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ns-qos2-qos_flowrate_outgoing">QOS_FLOWRATE_OUTGOING</a>
	 */
	@FieldOrder({ "Bandwidth", "ShapingBehavior", "Reason" })
	final class QOS_FLOWRATE_OUTGOING extends Structure {

		/** UINT64 at 0: bits a second, headers included; 0 ends shaping and marking. */
		public long Bandwidth;

		/** QOS_SHAPING at 8. */
		public int ShapingBehavior;

		/** QOS_FLOWRATE_REASON at 12. */
		public int Reason;

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
