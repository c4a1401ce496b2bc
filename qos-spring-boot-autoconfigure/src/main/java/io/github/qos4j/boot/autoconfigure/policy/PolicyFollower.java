package io.github.qos4j.boot.autoconfigure.policy;

/**
 * Uses policies, and others when the properties change.
 */
@FunctionalInterface
interface PolicyFollower {

	/**
	 * Read what is needed.
	 * @return what uses it, which does not fail
	 * @throws RuntimeException if a value is wrong
	 */
	Runnable prepare(PolicyReader reader);

}
