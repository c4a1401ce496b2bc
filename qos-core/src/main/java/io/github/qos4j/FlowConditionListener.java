package io.github.qos4j;

/**
 * Told whenever a condition begins to hold for a flow, on the thread that tells the
 * handle's listeners. One that throws is logged at debug level; one that blocks misses
 * events, and neither harms anybody else.
 */
@FunctionalInterface
public interface FlowConditionListener {

	/**
	 * A condition has begun to hold.
	 * @param flow the flow
	 * @param condition the condition
	 */
	void occurred(QosFlow flow, FlowCondition condition);

	/**
	 * The system cannot tell of this condition, so that this listener will not be told
	 * again.
	 * @param flow the flow
	 * @param failure why it cannot
	 */
	default void ended(QosFlow flow, QosException failure) {
	}

}
