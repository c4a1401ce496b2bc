package io.github.qos4j;

import java.io.Serializable;

import io.github.qos4j.internal.util.Assert;

/**
 * Flow options that only qWAVE on Windows supports; other systems ignore them. Immutable
 * and serializable.
 *
 * @param adaptive whether the application adapts its rate to the path. qWAVE then
 * measures the path, which works only with peers on the same link that take part, and
 * marks the flow only once a rate is in force. Few applications need this.
 * @param shaping how packets that exceed the flow's rate are handled
 * @param reason the reason for the flow's rate
 * @serial exclude
 */
public record QwaveOptions(boolean adaptive, Shaping shaping, Reason reason) implements Serializable {

	/**
	 * Not adaptive; packets that exceed the rate are delayed, and packets are marked.
	 */
	public static final QwaveOptions DEFAULT = new QwaveOptions(false, Shaping.SHAPE_AND_MARK, Reason.NOT_APPLICABLE);

	/**
	 * The default options, but adaptive.
	 */
	public static final QwaveOptions ADAPTIVE = DEFAULT.withAdaptive(true);

	/**
	 * Create options.
	 * @param adaptive whether the application adapts its rate to the path
	 * @param shaping how packets that exceed the rate are handled
	 * @param reason the reason for the rate
	 * @throws IllegalArgumentException if the shaping or the reason is null
	 */
	public QwaveOptions {
		Assert.notNull(shaping, "shaping");
		Assert.notNull(reason, "reason");
	}

	/**
	 * Return a copy that is adaptive or not.
	 * @param adaptive whether the application adapts its rate to the path
	 * @return the new options
	 */
	public QwaveOptions withAdaptive(boolean adaptive) {
		return new QwaveOptions(adaptive, this.shaping, this.reason);
	}

	/**
	 * Return a copy with another handling of packets that exceed the rate.
	 * @param shaping the handling
	 * @return the new options
	 * @throws IllegalArgumentException if the shaping is null
	 */
	public QwaveOptions withShaping(Shaping shaping) {
		return new QwaveOptions(this.adaptive, shaping, this.reason);
	}

	/**
	 * Return a copy with another reason for the rate.
	 * @param reason the reason
	 * @return the new options
	 * @throws IllegalArgumentException if the reason is null
	 */
	public QwaveOptions withReason(Reason reason) {
		return new QwaveOptions(this.adaptive, this.shaping, reason);
	}

	/**
	 * How packets that exceed the rate are handled.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_shaping">QOS_SHAPING</a>
	 */
	public enum Shaping {

		/**
		 * They are delayed. The documentation and the header of the API disagree on
		 * whether packets are marked as well: use {@link #SHAPE_AND_MARK} to be sure.
		 */
		SHAPE_ONLY,

		/**
		 * They are delayed, and all packets are marked.
		 */
		SHAPE_AND_MARK,

		/**
		 * They are not delayed but marked as non-conformant; they may be dropped or
		 * reordered.
		 */
		USE_NON_CONFORMANT_MARKINGS

	}

	/**
	 * Reason for a rate. It informs the system's service and changes nothing by itself.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_flowrate_reason">QOS_FLOWRATE_REASON</a>
	 */
	public enum Reason {

		/**
		 * No particular reason.
		 */
		NOT_APPLICABLE,

		/**
		 * The content has changed.
		 */
		CONTENT_CHANGE,

		/**
		 * The network is congested.
		 */
		CONGESTION,

		/**
		 * The content is encoded at a higher rate.
		 */
		HIGHER_CONTENT_ENCODING,

		/**
		 * A user's choice.
		 */
		USER_CAUSED

	}

}
