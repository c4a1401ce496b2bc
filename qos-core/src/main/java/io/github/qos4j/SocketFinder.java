package io.github.qos4j;

import java.util.List;

/**
 * Finds the sockets of this process, whoever opened them, for connections that no library
 * lets us reach. Not thread-safe.
 *
 * @see QosHandle#socketFinder()
 */
public interface SocketFinder {

	/**
	 * Look for sockets. Takes time in proportion to the number of open files; do not call
	 * it on an event loop. While the handle is not open, or its marking is paused, no
	 * socket has a flow in force: then nothing is returned, nor by the first look after
	 * that.
	 * @return connected TCP and UDP sockets that have no flow, and that were not returned
	 * before. Keep those that get a flow for as long as they are open.
	 */
	List<NativeSocket> find();

	/**
	 * Forget which sockets were returned before: the next call of {@link #find} returns
	 * all that have no flow.
	 */
	void forget();

}
