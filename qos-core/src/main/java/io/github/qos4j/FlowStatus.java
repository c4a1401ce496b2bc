package io.github.qos4j;

import org.jspecify.annotations.Nullable;

/**
 * A consistent look at a flow.
 *
 * @param state the state
 * @param reason why the flow is not active, in words, or {@code null} where it is
 * @param failure the failed call behind it, or {@code null} where there was none
 */
public record FlowStatus(FlowState state, @Nullable String reason, @Nullable QosException failure) {

}
