package io.github.qos4j.spi;

import io.github.qos4j.Marking;

/**
 * A flow that a session has put in force. Thread-safe.
 */
public interface SessionFlow {

	/**
	 * Return the requested code point and the one that the system says it applies. Never
	 * waits for a service and never throws.
	 * @return the marking
	 */
	Marking marking();

}
