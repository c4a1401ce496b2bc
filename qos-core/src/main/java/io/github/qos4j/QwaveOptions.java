package io.github.qos4j;

import java.io.Serializable;

import io.github.qos4j.internal.util.Assert;

/**
 * What a flow may ask of Windows' qWAVE alone. It makes no difference on other systems.
 * Immutable.
 *
 * @param adaptive whether the application adapts its rate to the path. qWAVE then
 * measures the path, which only works with peers on the same link that take part, and
 * marks the flow once a rate is in force. Few applications need this.
 * @param shaping what happens to packets over the flow's rate
 * @param reason why the flow's rate is what it is
 */
public record QwaveOptions(boolean adaptive, Shaping shaping, Reason reason) implements Serializable {

	/**
	 * Not adaptive; packets over the rate are delayed, and those that pass are marked.
	 */
	public static final QwaveOptions DEFAULT = new QwaveOptions(false, Shaping.SHAPE_AND_MARK, Reason.NOT_APPLICABLE);

	/**
	 * The default for an adaptive flow.
	 */
	public static final QwaveOptions ADAPTIVE = DEFAULT.withAdaptive(true);

	/**
	 * Create options.
	 * @param adaptive whether the application adapts its rate to the path
	 * @param shaping what happens to packets over the rate
	 * @param reason why the rate is what it is
	 * @throws IllegalArgumentException if an argument is null
	 */
	public QwaveOptions {
		Assert.notNull(shaping, "shaping");
		Assert.notNull(reason, "reason");
	}

	/**
	 * Return options for a flow that is adaptive, or is not.
	 * @param adaptive whether the application adapts its rate to the path
	 * @return the changed options
	 */
	public QwaveOptions withAdaptive(boolean adaptive) {
		return new QwaveOptions(adaptive, this.shaping, this.reason);
	}

	/**
	 * Return options with another behaviour for packets over the rate.
	 * @param shaping the behaviour
	 * @return the changed options
	 * @throws IllegalArgumentException if the behaviour is null
	 */
	public QwaveOptions withShaping(Shaping shaping) {
		return new QwaveOptions(this.adaptive, shaping, this.reason);
	}

	/**
	 * Return options with another reason for the rate.
	 * @param reason the reason
	 * @return the changed options
	 * @throws IllegalArgumentException if the reason is null
	 */
	public QwaveOptions withReason(Reason reason) {
		return new QwaveOptions(this.adaptive, this.shaping, reason);
	}

	/**
	 * What happens to packets over the rate.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_shaping">QOS_SHAPING</a>
	 */
	public enum Shaping {

		/**
		 * They are delayed. Whether packets are marked then is told differently by the
		 * API's page and by its header: choose {@link #SHAPE_AND_MARK} to be sure.
		 */
		SHAPE_ONLY,

		/**
		 * They are delayed, and packets are marked.
		 */
		SHAPE_AND_MARK,

		/**
		 * They are not delayed but marked as non-conformant, and may be lost or arrive
		 * out of order.
		 */
		USE_NON_CONFORMANT_MARKINGS

	}

	/**
	 * Why a rate is what it is. Informs the system's service; changes nothing by itself.
	 *
	 * @see <a href=
	 * "https://learn.microsoft.com/windows/win32/api/qos2/ne-qos2-qos_flowrate_reason">QOS_FLOWRATE_REASON</a>
	 */
	public enum Reason {

		/**
		 * None of the others.
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
		 * The user wanted it so.
		 */
		USER_CAUSED

	}

}
