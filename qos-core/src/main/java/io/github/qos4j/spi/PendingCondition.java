package io.github.qos4j.spi;

import io.github.qos4j.ErrorCase;
import io.github.qos4j.FlowCondition;

/**
 * A wait for a {@link FlowCondition} in progress. It completes exactly once.
 */
@FunctionalInterface
public interface PendingCondition {

	/**
	 * Ask the system to cancel the wait. It completes soon after, with
	 * {@link ErrorCase#CANCELLED} unless the condition came first. Never throws.
	 */
	void cancel();

}
