package io.github.qos4j.internal.socket;

/**
 * The limit that a flow has set for the rate of a socket.
 *
 * @param original what was there before
 * @param written what the flow has set
 */
record Pacing(long original, long written) {

}
