package io.github.qos4j.internal.socket;

import io.github.qos4j.Dscp;

/**
 * What a flow asks of its sockets.
 *
 * @param dscp the code point
 * @param priority what the priority option is to be
 * @param bytesPerSecond the limit of the rate, or {@link #NO_RATE}
 */
record Request(Dscp dscp, int priority, long bytesPerSecond) {

	static final long NO_RATE = 0;

}
