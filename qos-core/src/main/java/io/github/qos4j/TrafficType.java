package io.github.qos4j;

import java.util.OptionalInt;

/**
 * Kind of traffic that a flow carries: the six traffic types of Windows' qWAVE. A type
 * has the same DSCP on every system unless a {@link MarkingProfile} changes it.
 *
 * @see <a href=
 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_traffic_type">QOS_TRAFFIC_TYPE</a>
 */
public enum TrafficType {

	/**
	 * No particular class: DSCP 0, which overrides an inherited mark.
	 */
	BEST_EFFORT(0, -1),

	/**
	 * Bulk traffic that gives way to everything else: DSCP 8 (CS1), 802.1p 2.
	 */
	BACKGROUND(8, 2),

	/**
	 * More important than best effort, less important than media: DSCP 40 (CS5), 802.1p
	 * 5.
	 */
	EXCELLENT_EFFORT(40, 5),

	/**
	 * Audio and video streams: DSCP 40 (CS5), 802.1p 5.
	 */
	AUDIO_VIDEO(40, 5),

	/**
	 * Interactive voice: DSCP 56 (CS7), 802.1p 7.
	 */
	VOICE(56, 7),

	/**
	 * Control traffic of the highest priority: DSCP 56 (CS7), 802.1p 7.
	 */
	CONTROL(56, 7);

	private final Dscp dscp;

	private final int ieee8021p;

	TrafficType(int dscp, int ieee8021p) {
		this.dscp = Dscp.of(dscp);
		this.ieee8021p = ieee8021p;
	}

	/**
	 * Return the DSCP that qWAVE assigns to this type.
	 * @return the DSCP
	 */
	public Dscp dscp() {
		return this.dscp;
	}

	/**
	 * Return the IEEE 802.1p priority that qWAVE assigns to this type. It is sent only on
	 * Windows, by adaptive flows on the local link.
	 * @return the priority, 0 to 7, or empty if the type has none
	 */
	public OptionalInt ieee8021p() {
		return (this.ieee8021p < 0) ? OptionalInt.empty() : OptionalInt.of(this.ieee8021p);
	}

}
