package io.github.qos4j.spi;

import io.github.qos4j.Marking;

/**
 * A flow that a session has put in force.
 */
public interface SessionFlow {

	/**
	 * Return what was asked for and what the system applies. Never waits for a service
	 * and never throws.
	 * @return the marking
	 */
	Marking marking();

}
