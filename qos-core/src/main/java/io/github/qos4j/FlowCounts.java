package io.github.qos4j;

/**
 * Numbers of open flows by state, taken at one instant.
 *
 * @param active flows in force
 * @param pending flows that wait for the handle or for their socket
 * @param failed flows that were refused
 */
public record FlowCounts(int active, int pending, int failed) {

}
