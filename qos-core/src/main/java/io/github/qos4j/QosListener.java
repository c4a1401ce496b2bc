package io.github.qos4j;

/**
 * Told of what happens to a handle and its flows, in order, on a thread of its own. One
 * that throws is logged at debug level; one that blocks misses events, and neither harms
 * anybody else.
 */
public interface QosListener {

	/**
	 * A handle has changed its state.
	 * @param handle the handle
	 * @param status its status then
	 */
	default void handleChanged(QosHandle handle, HandleStatus status) {
	}

	/**
	 * A flow has changed its state.
	 * @param flow the flow
	 * @param status its status then
	 */
	default void flowChanged(QosFlow flow, FlowStatus status) {
	}

}
