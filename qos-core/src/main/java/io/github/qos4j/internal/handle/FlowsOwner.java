package io.github.qos4j.internal.handle;

import io.github.qos4j.QosException;

/**
 * What a handle does for its flows.
 */
interface FlowsOwner {

	/**
	 * A session has turned out to be dead. Not called under the lock.
	 */
	void lost(SessionLane lane, QosException failure);

	/**
	 * A flow has changed its state. Called under the lock.
	 */
	void changed(ManagedFlow flow);

	/**
	 * Return whether the network may not be up yet, after the system has come back from
	 * standby. Called under the lock.
	 */
	boolean isNetworkSettling();

	/**
	 * Return whether any call hangs. Called under the lock.
	 */
	boolean isHanging();

}
