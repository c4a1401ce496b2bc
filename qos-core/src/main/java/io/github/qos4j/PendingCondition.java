package io.github.qos4j;

/**
 * A session's wait for a {@link FlowCondition}. It completes exactly once, whatever
 * happens.
 */
@FunctionalInterface
public interface PendingCondition {

	/**
	 * Ask the system to give up. The wait completes soon after, with
	 * {@link ErrorCase#CANCELLED} unless the condition came first. Never throws.
	 */
	void cancel();

}
