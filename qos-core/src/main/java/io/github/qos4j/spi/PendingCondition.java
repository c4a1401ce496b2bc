package io.github.qos4j.spi;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;

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
