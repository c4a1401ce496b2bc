package io.github.qos4j;

/**
 * Operations on the system, as an {@link QosHandle.Observer} is told of them.
 */
public enum QosOperation {

	/**
	 * Opening the native handle ({@code QOSCreateHandle}).
	 */
	OPEN,

	/**
	 * Closing the native handle ({@code QOSCloseHandle}).
	 */
	CLOSE,

	/**
	 * Adding a flow ({@code QOSAddSocketToFlow}).
	 */
	ADD_FLOW,

	/**
	 * Adding another socket to a flow ({@code QOSAddSocketToFlow}).
	 */
	JOIN_FLOW,

	/**
	 * Changing the options of a flow ({@code QOSSetFlow}).
	 */
	SET_FLOW,

	/**
	 * Removing a flow, or its mark where that is refused
	 * ({@code QOSRemoveSocketFromFlow}).
	 */
	REMOVE_FLOW,

	/**
	 * Asking what is known of a flow ({@code QOSQueryFlow}).
	 */
	QUERY_FLOW,

	/**
	 * Beginning to wait for a condition of the path ({@code QOSNotifyFlow}).
	 */
	NOTIFY_FLOW,

	/**
	 * Listing the flows of the machine ({@code QOSEnumerateFlows}).
	 */
	ENUMERATE_FLOWS,

	/**
	 * Starting to measure the path to a client ({@code QOSStartTrackingClient}).
	 */
	START_TRACKING,

	/**
	 * Ending to measure the path to a client ({@code QOSStopTrackingClient}).
	 */
	STOP_TRACKING,

	/**
	 * Checking that a flow or the native handle is still in force.
	 */
	CHECK

}
