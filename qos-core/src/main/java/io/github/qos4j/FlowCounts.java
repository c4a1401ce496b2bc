package io.github.qos4j;

/**
 * Number of open flows in each state, taken at one instant. Immutable.
 *
 * @param active flows that are {@link FlowState#ACTIVE}
 * @param pending flows that are {@link FlowState#PENDING}
 * @param failed flows that are {@link FlowState#FAILED}
 */
public record FlowCounts(int active, int pending, int failed) {

}
